import type { Ports } from '../../ports/index.ts';
import type { Incident, Watch } from '../contract.ts';
import { isSame } from './identity.ts';
import { readState } from './observe.ts';

const LOOK_MS = 250;

/** Collects what the supervisor notes from now on, and notes the supervisor's own death. */
export function watchState(stateFile: string, ports: Ports, signal: AbortSignal): Watch {
  const since = ports.clock.now();
  const stop = new AbortController();
  let seen: readonly Incident[] = [];
  let lost: readonly Incident[] = [];
  const over = follow().catch((error: unknown) => ports.progress.warn(`watching the stack: ${String(error)}`));
  return {
    incidents: () => [...seen, ...lost],
    moves: () => seen.length + lost.length,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await over;
    },
  };

  async function follow(): Promise<void> {
    const end = AbortSignal.any([signal, stop.signal]);
    for (;;) {
      // Also once after the end, so that nothing of the last moment is missed.
      const last = end.aborted;
      await look();
      if (last) return;
      await ports.clock.sleep(LOOK_MS, end).catch(() => undefined);
    }
  }

  async function look(): Promise<void> {
    const state = await readState(stateFile, ports);
    if (state === undefined) return;
    seen = state.incidents.filter(({ at }) => at >= since);
    const ended = state.phase === 'stopped' || state.phase === 'stopping';
    if (lost.length > 0 || (!ended && (await isSame(ports, state.supervisor)))) return;
    const message = ended ? `the supervisor ended: ${state.reason ?? 'nobody knows why'}` : 'the supervisor is gone';
    lost = [{ at: ports.clock.now(), service: '(supervisor)', what: 'died', message }];
  }
}
