import type { Bootable } from '../../model/boot.ts';

/** One thing that a start has other than the service. */
export interface Change {
  readonly kind: string;
  /** What is changed, without any secret. */
  readonly case: string;
  readonly env: Readonly<Record<string, string | null>>;
  /** Files that it is given else, and not this time. */
  readonly without?: readonly string[];
  /** Looks at the service while it is ready: what was seen, when it must not be. */
  readonly visit?: (url: string) => Promise<{ readonly seen: string; readonly effect: boolean }>;
}

export type Visit = NonNullable<Change['visit']>;

const PORT = /(?:^|_)PORT$/;
/** What is signed with; a key of somebody else's API is not. */
const SIGNING =
  /(?:^|_)(?:JWT|TOKEN|SESSION|COOKIE|SIGNING|AUTH|SECRET_KEY|APP)_?(?:SECRET|KEY)(?:_BASE)?$|^SECRET_KEY(?:_BASE)?$|^SECRET$/;
const ENCRYPTION = /(?:^|_)(?:ENCRYPTION|CRYPTO|CIPHER|AES|FERNET|MASTER)_?KEY$/;
const LEVELS = /^(?:trace|debug|info|warn|warning|error)$/i;
const DURATION = /(?:_MS|_SECONDS|_TIMEOUT|_INTERVAL|_TTL)$/;

export function ports({ env }: Bootable): Change[] {
  return Object.keys(env)
    .filter((name) => PORT.test(name) && /^\d+$/.test(env[name] ?? ''))
    .slice(0, 2)
    .flatMap((name) =>
      ['70000', 'abc', '0'].map((value): Change => ({ kind: 'port', case: `${name} = ${value}`, env: { [name]: value } })),
    );
}

/** Values that are an address, a number of milliseconds, a switch or a level become none. Free text has no form. */
export function formats({ env }: Bootable): Change[] {
  return Object.entries(env).flatMap(([name, value]): Change[] => {
    const of = (kind: string, bad: string): Change => ({ kind, case: `${name} = ${bad}`, env: { [name]: bad } });
    if (isLink(name, value)) return [of('address', 'not-an-address')];
    if (DURATION.test(name) && /^\d+$/.test(value)) return [of('duration', 'soon')];
    if (/^(?:true|false)$/.test(value)) return [of('switch', 'perhaps')];
    if (name.endsWith('LEVEL') && LEVELS.test(value)) return [of('choice', 'gauntlet')];
    return [];
  });
}

/** The address of a dependency: of a datastore, or of a host that only this stack knows. Where pages are linked to nobody connects. */
function isLink(name: string, value: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s,]+$/i.test(value) || !URL.canParse(value) || /ORIGIN|CORS|PUBLIC|DSN|OTEL|CALLBACK|REDIRECT/.test(name))
    return false;
  const { protocol, hostname } = new URL(value);
  return !/^https?:$/.test(protocol) || /^(?:127\.|localhost$|[\w-]+$)/.test(hostname);
}

export function required(bootable: Bootable, names: readonly string[]): Change[] {
  const { env } = bootable;
  const own = Object.keys(env).filter((name) => names.includes(name) || SIGNING.test(name) || ENCRYPTION.test(name));
  return own.map((name) => ({ kind: 'required', case: `without ${name}`, env: { [name]: null } }));
}

/** Variables that a compose file insists on: `${X:?message}`, `${X?}`. */
export function marked(text: string): string[] {
  return [...text.matchAll(/(?<!\$)\$\{(\w+):?\?/g)].map(([, name = '']) => name);
}

export function weakSecrets({ env }: Bootable): Change[] {
  return Object.keys(env)
    .filter((name) => SIGNING.test(name) && !name.endsWith('APP_KEY'))
    .flatMap((name) =>
      ['test123', 'secret'].map((value): Change => ({ kind: 'weak', case: `${name} = ${value}`, env: { [name]: value } })),
    );
}

export function secrets({ env }: Bootable): Change[] {
  return Object.entries(env)
    .filter(([name]) => ENCRYPTION.test(name))
    .flatMap(([name, value]) => [
      { kind: 'key', case: `${name} empty`, env: { [name]: '' } },
      { kind: 'key', case: `${name} of half the length`, env: { [name]: value.slice(0, Math.floor(value.length / 2)) } },
      { kind: 'key', case: `${name} in no encoding`, env: { [name]: '~'.repeat(value.length) } },
    ]);
}
