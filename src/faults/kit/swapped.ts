import { dirname, join, posix } from 'node:path';

import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import { parseJson } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';
import { defineFault, type Capability, type FaultContext, type FaultPlugin, type HealContext, type Proof } from '../contract.ts';
import { ableIf } from './capability.ts';
import { docker, dockerOrThrow, failureOf, inspectContainer, succeeded } from './docker.ts';
import { containersOf } from './netns.ts';
import { Made } from './recreate.ts';
import { asRoot, assertRoot } from './root.ts';
import { healStopped, stoppedFingerprint } from './stopped.ts';
import { livesOf, stateOf, Target } from './target.ts';

const GRACE_S = 3;
/** What a file that is corrupt begins with: so many bytes that nobody wrote. */
const GARBAGE_BYTES = 4_096;

/** A volume of Docker's own, or a file of it, which lies aside while something worse is in its place. Nothing is ever copied or deleted of it. */
const Swapped = z.strictObject({
  target: Target,
  volume: z.string(),
  /** On this machine: what is swapped, and where it lies meanwhile, beside everything that a container sees. */
  subject: z.string(),
  aside: z.string(),
  kind: z.enum(['empty', 'garbage', 'truncated']),
  /** Of the subject before: what tells it from its replacement. */
  inode: z.string(),
});
type Swapped = z.output<typeof Swapped>;

interface Swapping {
  readonly service: string;
  /** In the container: where the volume is mounted, or a file below. The only volume when left out. */
  readonly path?: string | undefined;
  readonly kind: Swapped['kind'];
}

interface SwapKind<Options extends Omit<Swapping, 'kind'>> extends Pick<FaultPlugin<Options>, 'type' | 'summary' | 'options' | 'title'> {
  readonly kind: (options: Options) => Swapping['kind'];
}

/** A service is started with something worse in the place of what it stores, and gets its own back. */
export function swapFault<Options extends Omit<Swapping, 'kind'>>({ kind, ...more }: SwapKind<Options>): FaultPlugin {
  const swapping = (options: Options): Swapping => ({ service: options.service, path: options.path, kind: kind(options) });
  return defineFault<Options, Swapped>({
    ...more,
    rows: ['CHA-05'],
    undo: Swapped,
    lasts: 'held',
    expires: false,
    services: ({ service }) => [service],
    capability: (options, context) => swappedCapability(swapping(options), context),
    prepare: (options, context) => prepareSwapped(swapping(options), context),
    inject: (_, undo, context) => injectSwapped(undo, context),
    prove: (_, undo, context) => proveSwapped(undo, context),
    heal: healSwapped,
    fingerprint: swappedFingerprint,
  });
}

const Volume = z
  .array(z.object({ Driver: z.string(), Mountpoint: z.string(), Options: z.record(z.string(), z.string()).nullish() }))
  .length(1);

/** Never throws. */
async function swappedCapability(swapping: Swapping, context: FaultContext): Promise<Capability> {
  return ableIf(async () => {
    await assertRoot(context, ['sh', 'stat', 'mv', 'cp', 'chmod', 'chown', 'dd']);
    await prepareSwapped(swapping, context);
  });
}

/** @throws GauntletError when there is no such volume, when it is none of Docker's own, or when others use it too. */
async function prepareSwapped({ service, path, kind }: Swapping, context: FaultContext): Promise<Swapped> {
  const containers = [...(await containersOf(service, context))];
  const [first] = containers;
  const made = first && Made.safeParse(await inspectContainer(context, first.id)).data;
  const volumes = (made?.Mounts ?? []).filter(
    ({ Type, Destination }) => Type === 'volume' && (path === undefined || path === Destination || path.startsWith(`${Destination}/`)),
  );
  const [mount, another] = volumes;
  if (mount?.Name === undefined || another !== undefined || (path ?? '').split('/').includes('..'))
    throw refused(
      `${service} has ${mount === undefined ? 'no volume' : 'several volumes'} ${path === undefined ? '' : `at ${path}`}`.trim(),
      'name one volume of Docker, as `path` in the container; files of the project itself are never touched',
    );
  const [volume] = Volume.parse(parseJson(await dockerOrThrow(context, ['volume', 'inspect', mount.Name])));
  if (volume === undefined || volume.Driver !== 'local' || Object.keys(volume.Options ?? {}).length > 0)
    throw refused(`the volume ${mount.Name} is not on the disk of this machine`, 'use a named volume without `driver_opts`');
  const users = (await dockerOrThrow(context, ['container', 'ls', '--all', '--quiet', '--no-trunc', '--filter', `volume=${mount.Name}`]))
    .split('\n')
    .filter((id) => id !== '');
  if (users.some((id) => containers.every((container) => container.id !== id)))
    throw refused(`the volume ${mount.Name} is used by others, too`, 'name a volume of one service');
  const subject = path === undefined ? volume.Mountpoint : join(volume.Mountpoint, posix.relative(mount.Destination, path));
  const inode = await inodeOf(subject, context);
  if (inode === undefined)
    throw refused(`there is no ${subject} on this machine`, 'look whether the Docker engine runs here, and whether the file is there');
  return {
    target: { stack: 'compose', service, containers },
    volume: mount.Name,
    subject,
    aside: join(dirname(volume.Mountpoint), `gauntlet-${context.id}`),
    kind,
    inode,
  };
}

/** Stops the service, swaps, and starts it: what it finds then is what it has to live with. */
async function injectSwapped(undo: Swapped, context: FaultContext): Promise<void> {
  context.signal.throwIfAborted();
  // Broken off between the two: it lies aside, and nothing is in its place.
  const half = (await inodeOf(undo.subject, context)) === undefined && (await inodeOf(undo.aside, context)) !== undefined;
  if (half) await sh(BACK, undo, context);
  if (half || (await inodeOf(undo.aside, context)) === undefined) {
    await stopAll(undo, context);
    await sh(REPLACE[undo.kind], undo, context);
  }
  await healStopped(undo.target, context);
}

/** Puts back what lies aside. A volume that is gone took it along. */
async function healSwapped(undo: Swapped, context: HealContext): Promise<void> {
  if (!(await isThere(undo, context))) return;
  if ((await inodeOf(undo.aside, context)) !== undefined) {
    await stopAll(undo, context);
    await sh(BACK, undo, context);
  }
  await healStopped(undo.target, context);
}

async function proveSwapped(undo: Swapped, context: FaultContext): Promise<Proof> {
  const { volume, subject, inode, aside, target } = undo;
  const now = await inodeOf(subject, context);
  if (now === undefined || now === inode || (await inodeOf(aside, context)) === undefined)
    return { state: 'unproved', why: `${volume} is as it was` };
  if ((await livesOf(target, context)).length > 0) return { state: 'unproved', why: `${target.service} was not started anew (yet)` };
  return { state: 'proved', by: [`${subject} is another one (inode ${now}, before ${inode})`, `${target.service} was started with it`] };
}

async function swappedFingerprint(undo: Swapped, context: HealContext): Promise<Json> {
  if (!(await isThere(undo, context))) return null;
  const aside = (await inodeOf(undo.aside, context)) !== undefined;
  return { inode: (await inodeOf(undo.subject, context)) ?? 'none', aside, runs: await stoppedFingerprint(undo.target, context) };
}

/** `$1` is the subject, `$2` where it lies aside. Owners and modes stay. */
const REPLACE: Readonly<Record<Swapped['kind'], string>> = {
  empty: 'mv -T "$1" "$2" && mkdir "$1" && chown --reference="$2" "$1" && chmod --reference="$2" "$1"',
  garbage: `mv -T "$1" "$2" && cp -p "$2" "$1" && dd if=/dev/urandom of="$1" bs=${String(GARBAGE_BYTES)} count=1 conv=notrunc`,
  truncated: 'mv -T "$1" "$2" && cp -p "$2" "$1" && truncate --size=-"$(( ($(stat -c %s "$1") + 1) / 2 ))" "$1"',
};

const BACK = 'rm -rf --one-file-system "$1" && mv -T "$2" "$1"';

async function sh(script: string, { subject, aside }: Swapped, context: HealContext): Promise<void> {
  const result = await asRoot(context, ['sh', '-c', script, 'sh', subject, aside]);
  if (!succeeded(result)) throw new Error(`${subject} cannot be swapped: ${failureOf(result)}`);
}

async function inodeOf(path: string, context: HealContext): Promise<string | undefined> {
  const result = await asRoot(context, ['stat', '-c', '%i', path]);
  return succeeded(result) ? result.stdout.trim() : undefined;
}

async function stopAll({ target }: Swapped, context: HealContext): Promise<void> {
  if (target.stack !== 'compose') return;
  for (const { id } of target.containers)
    if ((await stateOf({ id }, context))?.Running === true) await dockerOrThrow(context, ['stop', '--time', String(GRACE_S), id]);
}

/** @throws when the engine is there and does not say. */
async function isThere({ volume }: Swapped, context: HealContext): Promise<boolean> {
  const result = await docker(context, ['volume', 'inspect', '--format', '{{.Name}}', volume]);
  if (succeeded(result)) return true;
  if (result.outcome.ended === 'not-found' || /no such volume/i.test(result.stderr)) return false;
  throw refused(`the volume ${volume} cannot be looked at: ${failureOf(result)}`, 'look whether the Docker engine answers: docker version');
}

function refused(message: string, hint: string): GauntletError {
  return new GauntletError(message, { kind: 'config', hint });
}
