import { basename } from 'node:path';

import { z } from 'zod';

import type { Allocation } from '../../model/leaks.ts';
import type { Inside, InsideProcess } from '../../stacks/contract.ts';
import type { Collected, Collector, CollectorScene, HeapProfile } from './collector.ts';
import { NODE_PROBE } from './node-probe.ts';

/** Beyond so many processes of one service, looking would take longer than a round. */
const MOST_PROCESSES = 16;
const PATIENCE_MS = 60_000;
/** Of it, how long one inspector is waited for. */
const OPENING_MS = 40_000;
const MOST_OUTPUT = 64_000_000;
const TOP = 10;

interface ProfileNode {
  callFrame: { functionName: string; url: string; lineNumber: number };
  selfSize: number;
  children: ProfileNode[];
}

const ProfileNode: z.ZodType<ProfileNode> = z.looseObject({
  callFrame: z.looseObject({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
  selfSize: z.number(),
  get children() {
    return z.array(ProfileNode);
  },
});

/** What the probe prints of each process (node-probe.ts). */
const NodeProbed = z.array(
  z.object({
    pid: z.number(),
    heapBytes: z.number().optional(),
    profile: z.looseObject({ head: ProfileNode }).optional(),
    error: z.string().optional(),
  }),
);
type NodeProbed = z.output<typeof NodeProbed>;

/** Node, through its inspector; `undefined` where none runs. */
export function nodeCollector({ insides, signal }: CollectorScene): Collector | undefined {
  const places = insides.flatMap((inside) => {
    const found = inside.processes.filter(isNode).slice(0, MOST_PROCESSES);
    return found.length === 0 ? [] : [{ inside, processes: found }];
  });
  if (places.length === 0) return undefined;
  const probe = async (profileMs: number): Promise<NodeProbed> =>
    (await Promise.all(places.map(({ inside, processes }) => probeIn(inside, { processes, profileMs, signal })))).flat();
  return {
    how: { state: 'forced', runtime: 'node', by: 'its inspector, opened by SIGUSR1 and closed again' },
    collect: async (): Promise<Collected> => ({ heapBytes: sum((await probe(0)).map(({ heapBytes = 0 }) => heapBytes)) }),
    profile: async (durationMs): Promise<HeapProfile> => {
      const [largest, ...others] = (await probe(durationMs)).flatMap(({ profile }) => (profile === undefined ? [] : [profile]));
      if (largest === undefined) throw new Error('no process gave a profile');
      const top = allocationsOf([largest, ...others].map(({ head }) => head));
      return { data: JSON.stringify(largest), ending: 'heapprofile', top };
    },
  };
}

function isNode({ program }: InsideProcess): boolean {
  return /^(?:node|nodejs)(?:-?\d[\d.]*)?$/.test(basename(program));
}

interface Probing {
  readonly processes: readonly InsideProcess[];
  readonly profileMs: number;
  readonly signal: AbortSignal;
}

async function probeIn(inside: Inside, { processes, profileMs, signal }: Probing): Promise<NodeProbed> {
  const program = processes[0]?.program ?? 'node';
  const ask = JSON.stringify({ pids: processes.map(({ pid }) => pid), profileMs, patienceMs: OPENING_MS });
  const limits = { timeoutMs: PATIENCE_MS + profileMs * processes.length, captureBytes: MOST_OUTPUT, signal };
  const { stdout, stderr } = await oneAtATime(() => inside.run([program, '-e', NODE_PROBE, ask], { env: { NODE_OPTIONS: '' }, limits }));
  const parsed = NodeProbed.safeParse(fromJson(stdout));
  if (!parsed.success) throw new Error(`its inspector could not be asked: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  const broken = parsed.data.find(({ error }) => error !== undefined);
  if (broken) throw new Error(`its inspector could not be asked: ${broken.error ?? ''}`);
  return parsed.data;
}

let before: Promise<unknown> = Promise.resolve();

/** Every Node opens its inspector at the same port: services that share a machine would be taken for each other, or find it in use. */
function oneAtATime<Value>(work: () => Promise<Value>): Promise<Value> {
  const done = before.then(work);
  before = done.catch(() => undefined);
  return done;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What each function of the service holds, with what it lets the runtime and packages take for it. */
function allocationsOf(heads: readonly ProfileNode[]): Allocation[] {
  const all = new Map<string, Allocation>();
  const rest = heads.map((node): [ProfileNode, Allocation | undefined] => [node, undefined]);
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [node, caller] = next;
    const place = placeOf(node);
    const owner = isOwn(place) || caller === undefined ? place : caller;
    for (const child of node.children) rest.push([child, isOwn(owner) ? owner : undefined]);
    const key = `${owner.name}\0${owner.file ?? ''}\0${String(owner.line)}`;
    all.set(key, { ...owner, bytes: (all.get(key)?.bytes ?? 0) + node.selfSize });
  }
  return [...all.values()]
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, TOP);
}

function placeOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): Allocation {
  const place = lineNumber >= 0 && url !== '' ? { file: url.replace(/^file:\/\//, ''), line: lineNumber + 1 } : {};
  return { name: functionName === '' ? '(anonymous)' : functionName, ...place, bytes: 0 };
}

function isOwn({ file }: Allocation): boolean {
  return file !== undefined && !/^[a-z]+:|\/node_modules\//.test(file);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
