import { classifySecret, isSecretName } from '../../lib/secret-value.ts';
import type { Unasked } from '../../model/live-look.ts';
import type { CheckContext } from '../contract.ts';
import { docker, type Container } from '../live/containers.ts';
import { fileIn, type FileIn } from '../live/file-in.ts';
import { liveServices, type LiveService } from '../live/services.ts';
import type { ReaderFacts, RunningFacts } from './judge.ts';

const READ_MS = 5_000;
const MOST = 100;

/** A secret of the compose file, as its service sees it. `file.text` is the secret: for memory only. */
export interface MountedSecret {
  readonly service: LiveService;
  readonly container: Container;
  readonly path: string;
  readonly name: string;
  /** The mode that the compose file asks for. */
  readonly declared: string | undefined;
  readonly file: FileIn;
}

/** Every secret that the compose file gives to a service that runs. */
export async function mountedSecrets(
  context: CheckContext,
): Promise<{ secrets: readonly MountedSecret[]; unasked: readonly Unasked[] } | undefined> {
  const services = await liveServices(context);
  if (!services) return undefined;
  const given = services.flatMap((service) =>
    (service.model?.secrets ?? []).map((secret) => ({ service, secret, container: service.containers[0] })),
  );
  const looks = await Promise.all(
    given.slice(0, MOST).map(async ({ service, secret, container }): Promise<MountedSecret | Unasked> => {
      const target = typeof secret['target'] === 'string' ? secret['target'] : secret.source;
      const path = target.startsWith('/') ? target : `/run/secrets/${target}`;
      const file = container && (await fileIn(context, container, path));
      if (!container || !file)
        return {
          service: service.name,
          because: `the secret ${secret.source} of ${service.name} is not at ${path}, or its container could not be asked`,
        };
      const declared = octal(secret['mode']);
      return { service, container, path, name: secret.source, file, declared };
    }),
  );
  return {
    secrets: looks.flatMap((one) => ('file' in one ? [one] : [])),
    unasked: looks.flatMap((one) => ('because' in one ? [one] : [])),
  };
}

/** Tries to read the secret as the user that the container runs as. Root reads everything, and may hand over before it steps down. */
export async function readAs(
  context: CheckContext,
  { service, container, path, file }: MountedSecret,
): Promise<ReaderFacts['secrets'][number]> {
  const seen = { service: service.name, path, mode: file.mode, uid: file.uid, gid: file.gid, user: container.user };
  const [uid, gid] = container.user.split(':');
  const bits = Number.parseInt(file.mode, 8);
  if ((bits & 0o004) !== 0) return { ...seen, read: 'read' };
  if (uid === String(file.uid) && (bits & 0o400) !== 0) return { ...seen, read: 'read' };
  const tried = await docker(context, ['exec', '--user', container.user, container.id, 'head', '-c', '1', path], READ_MS);
  if (tried.ok) return { ...seen, read: 'read' };
  if (/permission denied/i.test(tried.error) && !/OCI runtime|exec failed/i.test(tried.error)) return { ...seen, read: 'denied' };
  // Without a program to try it with, numbers alone decide.
  const numbers = /^\d+$/.test(uid ?? '') && (gid === undefined || /^\d+$/.test(gid));
  if (!numbers || (gid === undefined && (bits & 0o040) !== 0)) return { ...seen, read: 'unknown' };
  return { ...seen, read: uid !== String(file.uid) && !(gid === String(file.gid) && (bits & 0o040) !== 0) ? 'denied' : 'unknown' };
}

/** Secret files, and secrets that an image brings. What the compose file says itself is SEC-13. */
export async function classesOf(context: CheckContext, mounted: readonly MountedSecret[]): Promise<RunningFacts['secrets']> {
  const services = (await liveServices(context)) ?? [];
  const files = mounted.flatMap(({ service, name, file }) =>
    file.text === undefined ? [] : [{ service: service.name, name, source: 'file' as const, ...classOf(file.text.trim()) }],
  );
  const images = services.flatMap(({ name, model, containers }) =>
    Object.entries(containers[0]?.env ?? {}).flatMap(([key, value]) =>
      isSecretName(key) && model !== undefined && !Object.hasOwn(model.environment ?? {}, key) && value !== ''
        ? [{ service: name, name: key, source: 'image' as const, ...classOf(value) }]
        : [],
    ),
  );
  return [...files, ...images];
}

function classOf(value: string): Pick<RunningFacts['secrets'][number], 'class' | 'length'> {
  const known = classifySecret(value);
  return { class: known === 'placeholder' || known === 'weak' ? known : 'fine', length: value.length };
}

/** Compose prints the mode as a decimal number, or as the text of an octal one, by its version. */
function octal(mode: unknown): string | undefined {
  if (typeof mode === 'number') return mode.toString(8).padStart(4, '0');
  return typeof mode === 'string' && /^0?[0-7]{3,4}$/.test(mode) ? mode.padStart(4, '0') : undefined;
}
