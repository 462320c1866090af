import type { StackManifest } from '../../model/manifest.ts';
import type { Incident, StackContext, Watch } from '../contract.ts';
import { followEvents, type EngineEvent } from './events.ts';
import { ComposeHandle, projectFromHandle } from './options.ts';

/** Incidents kept; a restart loop over hours must not fill the memory. */
const MAX_INCIDENTS = 1_000;
/** A death this long after a kill that somebody asked the engine for is its doing. Stop waits 10 s for a container by default. */
const ASKED_MS = 15_000;
const HANDOVER_MS = 10_000;

/** Follows the project's events and keeps what the services did by themselves. Ends within moments of its disposal. */
export function watch(manifest: StackManifest, { ports, signal }: StackContext): Watch {
  const project = projectFromHandle(manifest.handle, ports);
  const stop = new AbortController();
  const incidents = new Incidents(manifest);
  const over = followEvents(ports, project, {
    since: beginning(project.seenAt, ports.clock.now()),
    signal: AbortSignal.any([signal, stop.signal]),
    onEvent: (event) => incidents.take(event),
    onBreak: () => incidents.lose(),
  });
  return {
    incidents: () => incidents.list,
    moves: () => incidents.moves,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await over;
    },
  };
}

/** Where readiness left off when that was just now; the engine forgets events after a minute or so, and later watches start anew. */
function beginning(seenAt: string | undefined, now: string): string {
  return seenAt !== undefined && Date.parse(now) - Date.parse(seenAt) < HANDOVER_MS ? seenAt : now;
}

/**
 * Turns engine events into incidents. What somebody asked the engine for (`down`, a fault, `docker kill`) is announced by a `kill`
 * event of the same container before it dies; a crash, an OOM kill and an exit are not. So no register of our own deeds is needed,
 * and another process's deeds are told apart as well.
 */
export class Incidents {
  readonly list: Incident[] = [];
  /** Everything that changed a container, asked for or not. */
  moves = 0;
  readonly #mayEnd: ReadonlySet<string>;
  readonly #asked = new Map<string, number>();
  /** Containers that died by themselves and have not come back. */
  readonly #dead = new Set<string>();

  constructor({ services, handle }: Pick<StackManifest, 'services' | 'handle'>) {
    const undeclared = ComposeHandle.shape.undeclared.catch([]).parse(handle['undeclared']);
    const ends = services.filter(({ name, kind, hasHealthcheck }) => kind === 'one-shot' || (undeclared.includes(name) && !hasHealthcheck));
    this.#mayEnd = new Set(ends.map(({ name }) => name));
  }

  /** The engine went away for a moment, and nobody knows what happened then. */
  lose(): void {
    this.moves += 1;
  }

  take(event: EngineEvent): void {
    const { action, id, service, container, at, exitCode } = event;
    if (action !== 'create' && action !== 'healthy') this.moves += 1;
    switch (action) {
      case 'kill':
      case 'destroy':
        this.#asked.set(id, Date.parse(at));
        return;
      case 'oom':
        this.#add({ at, service, what: 'oom-killed', message: `${container}: a process was killed for want of memory` });
        return;
      case 'die':
        if (this.#wasAsked(id, at) || (exitCode === 0 && this.#mayEnd.has(service))) return;
        this.#dead.add(id);
        this.#add({ at, service, what: 'died', message: `${container} exited with code ${exitCode ?? 'unknown'}` });
        return;
      case 'start':
        this.#asked.delete(id);
        if (!this.#dead.delete(id)) return;
        this.#add({ at, service, what: 'restarted', message: `${container} was started again` });
        return;
      case 'unhealthy':
        if (!this.#wasAsked(id, at)) this.#add({ at, service, what: 'unhealthy', message: `${container} turned unhealthy` });
        return;
      case 'create':
      case 'pause':
      case 'unpause':
      case 'healthy':
        return;
    }
  }

  #wasAsked(id: string, at: string): boolean {
    const asked = this.#asked.get(id);
    return asked !== undefined && Date.parse(at) - asked <= ASKED_MS;
  }

  #add(incident: Incident): void {
    if (this.list.length < MAX_INCIDENTS) this.list.push(incident);
  }
}
