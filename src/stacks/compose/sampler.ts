import { errorMessage } from '../../model/errors.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { ReplicaUsage, Sampler, StackContext } from '../contract.ts';
import { placesIn, readCgroup, type CgroupPlaces } from './cgroup.ts';
import { inspect, listIds } from './engine.ts';
import { findEngine, readStats, type EnginePlace } from './engine-api.ts';
import { dockerHostOf, readContainers, type Container } from './inspect.ts';
import { networkBytesIn, socketsIn } from './network.ts';
import { projectFromHandle } from './options.ts';

/** Containers may come without another one going: somebody scales a service. */
const RELIST_MS = 30_000;
/** After a look that failed the container may be another one by now; listing starts a program, so not every time. */
const DOUBT_MS = 5_000;
/** Processes of one container whose descriptors are counted; beyond, looking would cost more than it tells. */
const MOST_PROCESSES = 64;

interface Subject {
  readonly container: Container;
  readonly life: string;
  readonly pid: number;
  /** Where it can be looked at without the engine. */
  readonly places: CgroupPlaces | undefined;
  /** Whether other things than this container speak over the network that it sees. */
  readonly ownNetwork: boolean;
}

/**
 * Reads the kernel's own accounts of each container where it runs on this machine and they can be read, and otherwise asks the engine
 * over its API. No program is started, except to list the containers anew when one of them has gone.
 */
export function sampler(manifest: StackManifest, { ports, signal }: StackContext): Sampler {
  const project = projectFromHandle(manifest.handle, ports);
  let subjects: readonly Subject[] = [];
  let listedMs = Number.NEGATIVE_INFINITY;
  let patienceMs = RELIST_MS;
  let engine: Promise<EnginePlace> | undefined;

  const list = async (): Promise<void> => {
    listedMs = ports.clock.monotonicMs();
    patienceMs = RELIST_MS;
    const ids = await listIds(ports, 'container', project);
    const containers = readContainers(await inspect(ports, ids, project.env), dockerHostOf(project.env));
    subjects = containers.filter(({ replica }) => replica.state === 'running').map((one) => subjectOf(one, ports.files));
  };
  const ask = async ({ container, life }: Subject): Promise<ReplicaUsage> => {
    const place = await (engine ??= findEngine(ports, project.env));
    if (place.url === undefined) throw new Error(place.why);
    const stats = await readStats(ports, { place, id: container.replica.id, signal });
    return { ...frame(container, life), atMs: ports.clock.monotonicMs(), ...stats };
  };
  return {
    take: async () => {
      const unseen = new Map<string, string>();
      const failed =
        ({ container }: Subject) =>
        (error: unknown): undefined => {
          unseen.set(container.service, errorMessage(error));
          patienceMs = DOUBT_MS;
        };
      try {
        const gone = subjects.some((subject) => !livesOn(subject, ports.files));
        if (gone || ports.clock.monotonicMs() - listedMs >= patienceMs) await list();
      } catch (error) {
        for (const { name } of manifest.services) unseen.set(name, errorMessage(error));
      }
      const asked = subjects.filter(({ places }) => places === undefined).map((subject) => ask(subject).catch(failed(subject)));
      const taken: (ReplicaUsage | undefined)[] = [];
      for (const subject of subjects) {
        if (subject.places === undefined) continue;
        try {
          taken.push(readHere(subject, subject.places, ports));
        } catch (error) {
          failed(subject)(error);
        }
        // Requests of a load that are due now go first.
        await ports.clock.sleep(0);
      }
      return { usages: [...taken, ...(await Promise.all(asked))].filter((usage) => usage !== undefined), unseen };
    },
  };
}

function subjectOf(container: Container, files: Ports['files']): Subject {
  const { id, pid = 0, startedAt = '' } = container.replica;
  const places = placesOf(id, pid, files);
  return {
    container,
    life: `${id}@${startedAt}`,
    pid,
    places: places !== undefined && isReadable(places, files) ? places : undefined,
    // The machine's own network has no address of the container's.
    ownNetwork: container.addresses.length > 0,
  };
}

function placesOf(id: string, pid: number, files: Ports['files']): CgroupPlaces | undefined {
  try {
    return placesIn(files.readNow(`/proc/${String(pid)}/cgroup`), id);
  } catch {
    return undefined;
  }
}

function isReadable(places: CgroupPlaces, files: Ports['files']): boolean {
  try {
    readCgroup(places, (path) => files.readNow(path));
    return true;
  } catch {
    return false;
  }
}

/** Elsewhere a container that ended is noticed by the engine's answer, and by the next listing. */
function livesOn({ places, pid, container }: Subject, files: Ports['files']): boolean {
  return places === undefined || placesOf(container.replica.id, pid, files) !== undefined;
}

function readHere(subject: Subject, places: CgroupPlaces, { files, clock }: Pick<Ports, 'files' | 'clock'>): ReplicaUsage {
  const usage = readCgroup(places, (path) => files.readNow(path));
  return {
    ...frame(subject.container, subject.life),
    ...usage,
    atMs: clock.monotonicMs(),
    fds: descriptorsOf(places, files),
    ...(subject.ownNetwork ? networkOf(subject, files) : {}),
  };
}

function networkOf({ pid }: Subject, files: Ports['files']): Pick<ReplicaUsage, 'networkBytes' | 'sockets'> {
  const read = (name: string): string => {
    try {
      return files.readNow(`/proc/${String(pid)}/net/${name}`);
    } catch {
      return '';
    }
  };
  const dev = read('dev');
  return { networkBytes: dev === '' ? undefined : networkBytesIn(dev), sockets: socketsIn(read('sockstat'), read('sockstat6')) };
}

/** Open files of every process; `undefined` where this user may not look: half a sum would be a lie. */
function descriptorsOf(places: CgroupPlaces, files: Ports['files']): number | undefined {
  try {
    const pids = files
      .readNow(`${places.version === 1 ? places.memory : places.folder}/cgroup.procs`)
      .split('\n')
      .filter((pid) => /^[1-9]\d*$/.test(pid));
    if (pids.length === 0 || pids.length > MOST_PROCESSES) return undefined;
    return pids.reduce((sum, pid) => sum + files.listNow(`/proc/${pid}/fd`).length, 0);
  } catch {
    return undefined;
  }
}

function frame(
  { service, cores, memoryLimitBytes }: Container,
  life: string,
): Pick<ReplicaUsage, 'service' | 'life' | 'cores' | 'memoryLimitBytes'> {
  return { service, life, cores, memoryLimitBytes };
}
