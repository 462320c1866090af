import { errorMessage } from '../../model/errors.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { ReplicaUsage, Sampler, StackContext } from '../contract.ts';
import { readState } from './observe.ts';
import { familyOf, readStat, readStatus, TICKS_PER_SECOND, type ProcStat } from './proc.ts';
import { ProcessHandle, type Identity } from './spec.ts';

/** All processes of the machine are gone through for new children so often; in between, those that are known are read. */
const CENSUS_MS = 5_000;

/**
 * Reads `/proc` of each service's process group and of all that descends from it. The memory of processes that share pages (workers
 * forked from one parent) counts once for each of them, as the kernel counts what is resident.
 */
export function sampler(manifest: StackManifest, { ports }: StackContext): Sampler {
  const { stateFile } = ProcessHandle.parse(manifest.handle);
  let families = new Map<string, readonly number[]>();
  let countedMs = Number.NEGATIVE_INFINITY;

  const census = (leaders: readonly Identity[]): void => {
    countedMs = ports.clock.monotonicMs();
    const stats = allProcesses(ports.files);
    families = new Map(leaders.map((leader) => [lifeOf(leader), familyOf(leader.pid, stats)]));
  };
  return {
    take: async () => {
      const unseen = new Map<string, string>();
      const usages: ReplicaUsage[] = [];
      try {
        const running = ((await readState(stateFile, ports))?.services ?? []).flatMap(({ name, state, process }) =>
          state === 'running' && process !== undefined ? [{ name, leader: process }] : [],
        );
        const leaders = running.map(({ leader }) => leader);
        const unknown = leaders.some((leader) => !families.has(lifeOf(leader)));
        if (unknown || ports.clock.monotonicMs() - countedMs >= CENSUS_MS) census(leaders);
        for (const { name, leader } of running) {
          const usage = usageOf(families.get(lifeOf(leader)) ?? [], ports.files);
          if (usage !== undefined) usages.push({ service: name, life: lifeOf(leader), atMs: ports.clock.monotonicMs(), ...usage });
        }
      } catch (error) {
        for (const { name } of manifest.services) unseen.set(name, errorMessage(error));
      }
      return { usages, unseen };
    },
  };
}

function usageOf(family: readonly number[], files: Ports['files']): Omit<ReplicaUsage, 'service' | 'life' | 'atMs'> | undefined {
  const members: Member[] = [];
  const known = new Set(family);
  // A set that grows is walked to its end.
  for (const pid of known) {
    const member = memberOf(pid, files);
    if (member === undefined) continue;
    members.push(member);
    for (const child of member.children) known.add(child);
  }
  if (members.length === 0) return undefined;
  const sum = (value: (member: Member) => number): number => members.reduce((total, member) => total + value(member), 0);
  const hidden = members.some(({ fds }) => fds === undefined);
  return {
    cpuMs: (sum(({ ticks }) => ticks) * 1_000) / TICKS_PER_SECOND,
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    anonBytes: sum(({ anonBytes }) => anonBytes),
    pids: sum(({ threads }) => threads),
    fds: hidden ? undefined : sum(({ fds }) => fds ?? 0),
  };
}

interface Member extends Pick<ProcStat, 'ticks'>, ReturnType<typeof readStatus> {
  readonly fds: number | undefined;
  /** Those that its first thread started, so that most newcomers are seen at once. */
  readonly children: readonly number[];
}

/** `undefined` for a process that has ended. */
function memberOf(pid: number, files: Ports['files']): Member | undefined {
  const folder = `/proc/${String(pid)}`;
  const stat = readStat(read(files, `${folder}/stat`) ?? '');
  const status = stat && read(files, `${folder}/status`);
  // One that ends in this very moment has no memory any more.
  if (status === undefined || !status.includes('\nVmRSS:')) return undefined;
  // Not every kernel is built with it; the census does without.
  const children = (read(files, `${folder}/task/${String(pid)}/children`) ?? '').split(' ');
  return {
    ticks: stat?.ticks ?? 0,
    ...readStatus(status),
    fds: descriptorsOf(folder, files),
    children: children.map(Number).filter((child) => child > 0),
  };
}

function descriptorsOf(folder: string, files: Ports['files']): number | undefined {
  try {
    return files.listNow(`${folder}/fd`).length;
  } catch {
    return undefined;
  }
}

function read(files: Ports['files'], path: string): string | undefined {
  try {
    return files.readNow(path);
  } catch {
    return undefined;
  }
}

/** The processes of the group that each of the leaders leads, with all that descends from it. */
export function familiesOf(leaders: readonly number[], files: Ports['files']): ReadonlyMap<number, readonly number[]> {
  const stats = allProcesses(files);
  return new Map(leaders.map((leader) => [leader, familyOf(leader, stats)]));
}

function allProcesses(files: Ports['files']): Map<number, ProcStat> {
  const stats = files.listNow('/proc').flatMap((name) => {
    const stat = /^[1-9]\d*$/.test(name) ? readStat(read(files, `/proc/${name}/stat`) ?? '') : undefined;
    return stat === undefined ? [] : [[Number(name), stat] as const];
  });
  return new Map(stats);
}

function lifeOf({ pid, startedAt }: Identity): string {
  return `${String(pid)}@${startedAt}`;
}
