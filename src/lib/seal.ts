import { mapStrings, type Json } from './json.ts';
import { secretsFromEnv } from './redact.ts';

type Environment = Readonly<Record<string, string>>;

const SEALED = /⟦secret (\w+) (\d+)⟧/g;

/** Names secrets of the environment instead of holding them: for what is kept on disk and used by a later process of the same job. */
export function seal(value: Json, env: Environment): Json {
  const secrets = Object.entries(env)
    .filter(([name]) => /^\w+$/.test(name))
    .flatMap(([name, text]) =>
      secretsFromEnv({ [name]: text }).map((secret, index) => ({ secret, mark: `⟦secret ${name} ${String(index)}⟧` })),
    )
    .toSorted((a, b) => b.secret.length - a.secret.length);
  return mapStrings(value, (text) => secrets.reduce((rest, { secret, mark }) => rest.replaceAll(secret, () => mark), text));
}

/** Puts the secrets back; what this environment does not have stays sealed. */
export function unseal(value: Json, env: Environment): Json {
  const open = (mark: string, name: string, index: string): string => secretsFromEnv({ [name]: env[name] })[Number(index)] ?? mark;
  return mapStrings(value, (text) => text.replace(SEALED, open));
}

/** Names of the secrets that could not be put back. */
export function sealedIn(value: unknown): string[] {
  return [...new Set([...JSON.stringify(value).matchAll(SEALED)].map(([, name = '']) => name))];
}
