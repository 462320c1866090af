import { join } from 'node:path';

import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { formatRatio } from '../../model/units.ts';
import { defineFault, type FaultContext, type HealContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { failureOf, succeeded } from '../kit/docker.ts';
import { lifeOf } from '../kit/edge-fault.ts';
import { PercentageText, ratioOf } from '../kit/fields.ts';
import { containerNow, containersOf, inspectOrThrow, pidNow } from '../kit/netns.ts';
import { asRoot, assertRoot } from '../kit/root.ts';
import { ContainerLife } from '../kit/rules.ts';
import type { Container } from '../kit/target.ts';

/** More than this is no cap for a test, and would take its time. */
const MOST_BYTES = 1_000_000_000;

const Options = z.strictObject({
  service: z.string().min(1).describe('the service whose volume is full'),
  path: z.string().startsWith('/').optional().describe('where the volume is mounted in it; the only one with a cap when left out'),
  share: PercentageText.optional().describe('how full it is then, such as 95%; to the last byte when left out'),
});
type Options = z.output<typeof Options>;

const Filled = z.strictObject({
  container: ContainerLife,
  path: z.string(),
  file: z.string(),
  type: z.string(),
  share: z.number().optional(),
});
type Filled = z.output<typeof Filled>;
const Undo = z.strictObject({ volumes: z.array(Filled).min(1) });
type Undo = z.output<typeof Undo>;

/** A full disk, on a volume with a cap of its own alone: what is on the disk of the machine is never filled. */
export const disk = defineFault<Options, Undo>({
  type: 'disk',
  summary: 'a full disk: a volume with a cap of its own is filled to the last byte; never the disk of the machine',
  rows: ['CHA-05'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service, path, share }) => `fill ${path ?? 'the volume'} of ${service}${share === undefined ? '' : ` to ${share}`}`,
  services: ({ service }) => [service],
  capability: (options, context) =>
    ableIf(async () => {
      await assertRoot(context, ['stat', 'dd', 'rm']);
      await prepare(options, context);
    }),
  prepare,
  inject: async (_, { volumes }, context) => {
    context.signal.throwIfAborted();
    for (const volume of volumes) await fill(volume, context);
  },
  prove,
  heal,
  fingerprint: async ({ volumes }, context) => {
    const left: Record<string, boolean> = {};
    for (const { container, path, file } of volumes) {
      const pid = await pidNow(context, container);
      if (pid === undefined && (await containerNow(context, container.id)) === undefined) continue;
      left[`${container.name}:${path}`] = pid !== undefined && succeeded(await asRoot(context, ['stat', insideOf(pid, path, file)]));
    }
    return Object.keys(left).length === 0 ? null : left;
  },
});

async function prepare({ service, path, share }: Options, context: FaultContext): Promise<Undo> {
  const volumes: Filled[] = [];
  for (const container of await containersOf(service, context)) {
    const asked = path === undefined ? await pathsOf(container, context) : [path];
    const looks = await Promise.all(asked.map(async (one) => ({ path: one, ...(await capOf(container, one, context)) })));
    const capped = looks.filter(({ why }) => why === undefined);
    const [only, another] = capped;
    if (only === undefined)
      throw new GauntletError(
        `${container.name} has no volume with a cap of its own${looks.map((look) => `: ${look.path} ${look.why ?? ''}`).join('')}`,
        { kind: 'config', hint: 'mount one: `driver_opts: {type: tmpfs, device: tmpfs, o: size=64m}`, in a compose file for the gate' },
      );
    if (another !== undefined)
      throw new GauntletError(`${container.name} has several volumes with a cap`, {
        kind: 'config',
        hint: `say which \`path\`: ${capped.map((look) => look.path).join(', ')}`,
      });
    volumes.push({
      container: lifeOf(container),
      path: only.path,
      file: `.gauntlet-${context.id}`,
      type: only.type ?? '',
      ...(share === undefined ? {} : { share: ratioOf(share) }),
    });
  }
  return { volumes };
}

async function pathsOf(container: Container, context: FaultContext): Promise<string[]> {
  const { Mounts } = await inspectOrThrow(context, container);
  return Mounts.filter(({ RW }) => RW).map(({ Destination }) => Destination);
}

/** Whether a file system of its own is mounted there, small enough, and none that the machine lives on. */
async function capOf(
  container: Container,
  path: string,
  context: FaultContext,
): Promise<{ readonly why?: string; readonly type?: string }> {
  const root = `/proc/${String(container.pid)}/root`;
  if (path.split('/').includes('..')) return { why: 'leads out of the container' };
  const devices = await asRoot(context, ['stat', '-c', '%d', join(root, path), `${root}/`, '/', join(root, path, '..')]);
  const [own, inside, machine, above] = devices.stdout.trim().split('\n');
  if (!succeeded(devices)) return { why: `cannot be looked at (${failureOf(devices)})` };
  if (own === machine || own === inside || own === above) return { why: 'is on a disk that others use too' };
  const space = await asRoot(context, ['stat', '-fc', '%S %b %T', join(root, path)]);
  const [block = '0', blocks = '0', type = ''] = space.stdout.trim().split(' ');
  const bytes = Number(block) * Number(blocks);
  // Zero blocks: a tmpfs without a size takes all the memory that there is.
  return bytes > 0 && bytes <= MOST_BYTES ? { type } : { why: `has no cap under ${String(MOST_BYTES / 1e9)} GB` };
}

async function fill({ container, path, file, share }: Filled, context: FaultContext): Promise<void> {
  const pid = await pidNow(context, container);
  const cap = pid === undefined ? { why: 'is not there any more' } : await capOf({ ...container, pid }, path, context);
  if (pid === undefined || cap.why !== undefined)
    throw new GauntletError(`${path} of ${container.name} ${cap.why ?? ''}`, { kind: 'stack', hint: 'look why it changed' });
  const target = insideOf(pid, path, file);
  if (share !== undefined) {
    const { total, free } = await spaceOf(pid, path, context);
    const more = Math.ceil(total * share - (total - free));
    const result =
      more <= 0
        ? undefined
        : await asRoot(context, [
            'dd',
            'if=/dev/zero',
            `of=${target}`,
            'bs=4096',
            `count=${String(Math.ceil(more / 4_096))}`,
            'oflag=append',
            'conv=notrunc',
          ]);
    if (result !== undefined && !succeeded(result))
      throw new Error(`${path} of ${container.name} could not be filled: ${failureOf(result)}`);
    return;
  }
  // Whole blocks first, then what is left; both end because nothing fits any more.
  for (const block of ['64k', '512']) {
    const count = `count=${String(Math.ceil(MOST_BYTES / 65_536))}`;
    const result = await asRoot(context, ['dd', 'if=/dev/zero', `of=${target}`, `bs=${block}`, 'oflag=append', 'conv=notrunc', count]);
    if (!result.stderr.includes('No space left')) throw new Error(`${path} of ${container.name} could not be filled: ${failureOf(result)}`);
  }
}

/** The kernel's own count, and a control: root itself cannot write another byte. */
async function prove(_: Options, { volumes }: Undo, context: FaultContext): Promise<Proof> {
  const by: string[] = [];
  for (const { container, path, file, share } of volumes) {
    const pid = await pidNow(context, container);
    if (pid === undefined) return { state: 'unproved', why: `container ${container.name} does not run any more` };
    if (share !== undefined) {
      const { total, free } = await spaceOf(pid, path, context);
      const full = total === 0 ? 0 : 1 - free / total;
      const there = succeeded(await asRoot(context, ['stat', insideOf(pid, path, file)]));
      if (full < share || !there)
        return { state: 'unproved', why: `${path} of ${container.name} is ${there ? '' : 'by itself '}${formatRatio(full)} full` };
      by.push(`${path} of ${container.name} is ${formatRatio(full)} full`);
      continue;
    }
    const space = await asRoot(context, ['stat', '-fc', '%a', join(`/proc/${String(pid)}/root`, path)]);
    const free = Number(space.stdout.trim());
    if (!succeeded(space) || free !== 0) return { state: 'unproved', why: `${path} of ${container.name} has ${String(free)} free blocks` };
    const control = await asRoot(context, [
      'dd',
      'if=/dev/zero',
      `of=${insideOf(pid, path, file)}`,
      'bs=4k',
      'count=1',
      'oflag=append',
      'conv=notrunc',
    ]);
    if (succeeded(control)) return { state: 'unproved', why: `a control write to ${path} of ${container.name} still succeeds` };
    by.push(`${path} of ${container.name} has no free block, and a control write ends with: ${lastOf(control.stderr)}`);
  }
  const [first, ...more] = by;
  return first === undefined ? { state: 'unproved', why: 'there is nothing to fill' } : { state: 'proved', by: [first, ...more] };
}

async function heal({ volumes }: Undo, context: HealContext): Promise<void> {
  for (const { container, path, file, type } of volumes) {
    const pid = await pidNow(context, container);
    if (pid !== undefined) {
      const result = await asRoot(context, ['rm', '-f', insideOf(pid, path, file)]);
      if (!succeeded(result)) throw new Error(`${path}/${file} of ${container.name} could not be removed: ${failureOf(result)}`);
    } else if (type !== 'tmpfs' && (await containerNow(context, container.id)) !== undefined)
      // What is in memory ended with it; anything else keeps the file until it can be reached again.
      throw new Error(`${container.name} does not run, and ${path}/${file} may still fill its volume: start it and heal again`);
  }
}

/** Of its file system, bytes. */
async function spaceOf(pid: number, path: string, context: FaultContext): Promise<{ readonly total: number; readonly free: number }> {
  const space = await asRoot(context, ['stat', '-fc', '%S %b %a', join(`/proc/${String(pid)}/root`, path)]);
  const [block = 0, total = 0, free = 0] = space.stdout.trim().split(' ').map(Number);
  return { total: block * total, free: block * free };
}

function insideOf(pid: number, path: string, file: string): string {
  return join(`/proc/${String(pid)}/root`, path, file);
}

function lastOf(stderr: string): string {
  return /No space left on device/.exec(stderr)?.[0] ?? stderr.trim().slice(0, 120);
}
