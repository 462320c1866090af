import { describe, expect, it } from 'vitest';

import type { LoadContext, LoadOutput, Walked } from '../../src/loads/contract.ts';
import { DistributionCounts } from '../../src/lib/histogram.ts';
import { loads } from '../../src/loads/registry.ts';
import { SeriesEvidence } from '../../src/model/evidence.ts';
import { GapReason } from '../../src/model/gap.ts';
import { contextOf } from '../support/load.ts';
import { brokenPorts, itIsNamedAfterItsFolder, itTakesOptions, samplesOf } from './support.ts';

// Every load must keep these promises where nothing answers and no program is installed.

/** A second, and as much again for a busy machine. Who is not stopped takes longer. */
const STOP_MS = 2_000;

itIsNamedAfterItsFolder(
  'loads',
  loads.map(({ type }) => type),
);

describe.each(loads.map((plugin) => ({ plugin, type: plugin.type })))('$type', ({ plugin, type }) => {
  const samples = samplesOf('loads', type).map((written) => plugin.options.parse(written));

  itTakesOptions('loads', { name: type, ...plugin });

  it('its title is one line', () => {
    for (const options of samples) expect(plugin.title(options)).toMatch(/^[^\n]{3,120}$/);
  });

  let runs: Promise<readonly (readonly LoadOutput[])[]> | undefined;
  /** What each sample says from its beginning to its end, run once for all tests, side by side. */
  const ended = (): Promise<readonly (readonly LoadOutput[])[]> =>
    (runs ??= Promise.all(samples.map((options) => Array.fromAsync(plugin.run(options, nowhere(new AbortController().signal))))));

  it('a target that is not there ends in a gap or in samples, never in nothing', async () => {
    for (const said of await ended()) {
      const told = said.filter((piece) => (piece.kind === 'gap' ? GapReason.safeParse(piece.reason).success : piece.samples > 0));
      expect(told).not.toEqual([]);
    }
  });

  it('what it measured is owned by one series, which says what was asked, delivered and proved', async () => {
    for (const said of await ended()) {
      const series = said.filter((piece) => piece.kind === 'series');
      const own = series.filter(({ metric }) => metric === 'peak');
      expect(own).toHaveLength(series.length === 0 ? 0 : 1);
      for (const { delivery } of own) expect(delivery?.achieved.arrivals).toBe(delivery?.asked.arrivals);
      for (const piece of series) expect(SeriesEvidence.parse({ ...piece, id: 'performance/x', stage: 'performance' })).toBeTruthy();
    }
  });

  it('stops within a second, whenever it is stopped, and says that nothing is proved', async () => {
    const cases = samples.flatMap((options) => [0, 700, 2_300].map((afterMs) => ({ options, afterMs })));
    const stopped = await Promise.all(
      cases.map(async ({ options, afterMs }) => {
        const stop = new AbortController();
        let stoppedMs = performance.now();
        setTimeout(() => {
          stoppedMs = performance.now();
          stop.abort(new Error('cancelled'));
        }, afterMs);
        const said = await Array.fromAsync(plugin.run(options, nowhere(stop.signal)));
        return { said, tookMs: performance.now() - stoppedMs, aborted: stop.signal.aborted };
      }),
    );
    for (const { said, tookMs } of stopped.filter(({ aborted }) => aborted)) {
      expect(tookMs).toBeLessThan(STOP_MS);
      expect(said.map(({ kind }) => kind)).toContain('gap');
    }
  });
});

function nowhere(signal: AbortSignal): LoadContext {
  return {
    name: 'peak',
    ports: brokenPorts(),
    seed: 1,
    tell: (line) => expect(line).not.toContain('\n'),
    stepsPerWalk: 1,
    threads: contextOf([{ get: 'http://127.0.0.1:1/' }]).threads,
    populate: refused,
    rehearse: (_, walks) => refused(walks),
    signal,
  };
}

function refused(walks: AbortSignal): ReturnType<LoadContext['populate']> {
  return {
    journeys: [{ name: 'hello', longestMs: 200, walk: async () => (walks.aborted ? { ...REFUSED, end: 'cut', steps: [] } : REFUSED) }],
    open: () => ({ held: 0, lost: 0 }),
    facts: () => ({}),
    messageLatency: new DistributionCounts(),
    takeStrays: () => [],
    seen: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const miss = { what: 'connection', measured: 'refused after 0 ms', expected: 'an HTTP answer' } as const;
const REFUSED: Walked = { startedMs: 0, end: 'missed', steps: [{ place: 1, title: 'GET /', durationMs: 0, miss }] };
