import { expect, test } from 'vitest';

import { ATTEMPT_ENDS, type AttemptEnd, type AttemptFacts } from '../../model/attempt.ts';
import {
  ANSWERS,
  type Answer,
  type DuringLimits,
  type ExperimentFacts,
  type WatchedJourney,
  type WatchedState,
} from '../../model/experiment.ts';
import { askedFindings } from './experiments-asked.ts';
import { attemptFindings } from './experiments-attempts.ts';
import type { Experiment } from './experiments-words.ts';

// Ten walks a second for 3 s, then 8 s of a dependency that fails, then 4 s after it; what is attempted is what a test says of each walk.

const [INJECT, HEAL, END] = [3_000, 11_000, 15_000];
const PACE = Array.from({ length: END / 100 }, (_, index) => index * 100);

interface Made {
  readonly atMs: number;
  readonly end?: AttemptEnd;
  readonly overMs?: number;
  readonly digest?: number;
}
type Caller = (walk: { readonly atMs: number; readonly fails: boolean }) => readonly Made[];

/** Asks once for each walk, whatever comes of it. */
const patient: Caller = ({ atMs, fails }) => [{ atMs, end: fails ? 'failed' : 'answered' }];

/** Opens after five failures, tries every two seconds, and closes with the first success. */
function breaker({ closes = true, times = 1 }: { closes?: boolean; times?: number } = {}): Caller {
  let [failures, triedMs] = [0, 0];
  return ({ atMs, fails }) => {
    if (failures >= 5 && (!closes || atMs - triedMs < 2_000)) return [];
    triedMs = atMs;
    failures = fails ? failures + 1 : 0;
    return Array.from({ length: fails ? times : 1 }, (_, index) => ({ atMs: atMs + index, end: fails ? 'failed' : 'answered' }) as const);
  };
}

test.each([
  ['RES-01', breaker(), []],
  ['RES-01', patient, ['confirmed api goes on asking llm in trial: no breaker opens']],
  ['RES-03', breaker(), []],
  ['RES-03', breaker({ closes: false }), ['confirmed api does not ask llm again after trial: the breaker never closes']],
  ['RES-03', patient, ['inconclusive trial does not answer RES-03']],
  ['RES-14', breaker({ closes: false }), ['confirmed api does not ask llm again after trial: the breaker is stuck']],
  ['RES-14', breaker(), []],
  ['RES-04', breaker(), []],
  ['DB-15', breaker({ times: 3 }), []],
  ['DB-15', breaker({ times: 12 }), [expect.stringMatching(/^confirmed api makes \d+\.\d attempts for one at llm in trial$/)]],
  ['RES-05', breaker(), ['inconclusive trial does not answer RES-05']],
] as const)('%s of %o', (row, caller, expected) => {
  expect(findings(experiment({ rows: [row], caller }))).toEqual(expected);
});

test('while the breaker is open the fallback answers, or nobody does', () => {
  const during = { fallback: { body: 'fallback' } };
  const rows = ['RES-02'];
  expect(findings(experiment({ rows, caller: breaker(), during, answer: 'degraded' }))).toEqual([]);
  expect(findings(experiment({ rows, caller: breaker(), during, answer: 'refused' }))).toEqual([
    'confirmed ask has no fallback while the breaker is open in trial',
  ]);
  expect(findings(experiment({ rows, caller: patient, during, answer: 'degraded' }))).toEqual([
    'inconclusive trial does not answer RES-02',
  ]);
  expect(findings(experiment({ rows, caller: breaker(), answer: 'degraded' }))).toEqual(['inconclusive trial does not answer RES-02']);
});

test('what stays slow after the recovery is not as before, nor is what is hardly asked any more', () => {
  const rows = ['RES-04'];
  expect(findings(experiment({ rows, caller: breaker(), tookAfterMs: 80 }))).toEqual(['confirmed ask stays slow after trial']);
  const shy: Caller = (walk) => (walk.atMs >= HEAL && (walk.atMs / 100) % 4 !== 0 ? [] : patient(walk));
  expect(findings(experiment({ rows, caller: shy }))).toEqual(['confirmed llm is asked less than before trial']);
});

test('a half-hearted breaker, and one that hardly had a failure to count, are no finding', () => {
  const half: Caller = (walk) => (walk.fails && (walk.atMs / 100) % 2 === 0 ? [] : patient(walk));
  expect(findings(experiment({ rows: ['RES-01'], caller: half }))).toEqual(['inconclusive trial does not answer RES-01']);
  const quiet = (walk: Parameters<Caller>[0]): readonly Made[] => (walk.atMs % 500 === 0 ? patient(walk) : []);
  expect(findings(experiment({ rows: ['RES-01'], caller: quiet }))).toEqual(['inconclusive trial does not answer RES-01']);
});

test('without anything between the two, or when it is hardly used, a row is not answered; nobody asked, nothing is said', () => {
  const blind = experiment({ rows: ['RES-01', 'DB-15'], caller: patient });
  const { attempts, ...rest } = blind.observed;
  expect(attempts?.points.length).toBeGreaterThan(100);
  expect(findings({ ...blind, observed: rest })).toEqual([
    'inconclusive trial does not answer RES-01',
    'inconclusive trial does not answer DB-15',
  ]);
  expect(findings({ ...blind, observed: { ...rest, rows: [] } })).toEqual([]);
  expect(findings(experiment({ rows: ['RES-01'], caller: () => [] }))).toEqual(['inconclusive trial does not answer RES-01']);
});

test('calls that fail all at once are counted, or they are not', () => {
  const bursts = [3_500, 5_000, 6_500, 8_000, 9_500].flatMap((atMs) => Array.from({ length: 100 }, () => atMs));
  const walks = [...PACE.filter((atMs) => atMs < INJECT), ...bursts, ...PACE.filter((atMs) => atMs >= HEAL)];
  const during = { parallel: 100 };
  let seen = 0;
  const counts: Caller = (walk) => (walk.fails && (seen += 1) > 100 && seen % 100 !== 1 ? [] : patient(walk));
  expect(findings(experiment({ rows: ['RES-05'], caller: counts, walks, during }))).toEqual([]);
  expect(findings(experiment({ rows: ['RES-05'], caller: patient, walks, during }))).toEqual([
    'confirmed calls that fail at once do not open the breaker of api in trial',
  ]);
});

const shown = (points: WatchedState['points'], more: Partial<WatchedState> = {}): WatchedState => ({
  what: 'breaker_state{name="llm"}',
  at: 'api/metrics',
  looks: 60,
  absent: 0,
  points,
  ...more,
});
const seen = (caller: Caller, state?: WatchedState): string[] =>
  askedFindings(experiment({ rows: ['RES-08'], caller, ...(state ? { state } : {}) })).map(
    ({ finding: { result, title } }) => `${result.verdict} ${title}`,
  );

test('RES-08: a breaker that opens and shows nothing of it is found, where its metric stays or is not there', () => {
  const found = ['confirmed nothing shows that the breaker is open in trial'];
  expect(seen(breaker(), shown([[10, '0']]))).toEqual(found);
  expect(seen(breaker(), shown([], { absent: 60 }))).toEqual(found);
});

test('RES-08: a state that changes is silent, wherever it was seen first', () => {
  expect(
    seen(
      breaker(),
      shown([
        [10, '0'],
        [3_600, '2'],
        [11_400, '0'],
      ]),
    ),
  ).toEqual([]);
  expect(seen(breaker(), shown([[3_600, '2']]))).toEqual([]);
});

test('RES-08: where no breaker opened, nobody answered, nothing is named or a counter is read, nothing is shown', () => {
  const open = ['inconclusive trial does not answer RES-08'];
  expect(seen(patient, shown([[10, '0']]))).toEqual(open);
  expect(seen(breaker(), shown([], { looks: 0, failure: 'connection refused' }))).toEqual(open);
  expect(seen(breaker())).toEqual(open);
  expect(
    seen(
      breaker(),
      shown([
        [10, '1'],
        [500, '2'],
        [3_600, '3'],
      ]),
    ),
  ).toEqual(open);
});

test('whose user is gone is cancelled, or goes on', () => {
  const during = { leaveAfterMs: 500 };
  const left: Caller = ({ atMs, fails }) => [{ atMs, ...(fails ? { end: 'left', overMs: 520 } : { end: 'answered', overMs: 5 }) }];
  const goesOn: Caller = ({ atMs, fails }) => [{ atMs, ...(fails ? { end: 'left', overMs: 5_000 } : { end: 'answered', overMs: 5 }) }];
  expect(findings(experiment({ rows: ['RES-10'], caller: left, during }))).toEqual([]);
  expect(findings(experiment({ rows: ['RES-10'], caller: goesOn, during }))).toEqual([
    'confirmed api goes on asking llm for users who are gone',
  ]);
  expect(findings(experiment({ rows: ['RES-10'], caller: left }))).toEqual(['inconclusive trial does not answer RES-10']);
});

test('who connects again waits longer each time, or hammers', () => {
  const again = (gapOf: (index: number) => number): Caller => {
    const made: Made[] = [];
    for (let [atMs, index] = [INJECT, 0]; atMs < HEAL; atMs += gapOf(index), index += 1) made.push({ atMs, end: 'broken', digest: 0 });
    return ({ atMs, fails }) => (fails ? (atMs === INJECT ? made : []) : [{ atMs }]);
  };
  expect(findings(experiment({ rows: ['RES-11'], caller: again((index) => Math.min(50 * 2 ** index, 1_000)) }))).toEqual([]);
  expect(findings(experiment({ rows: ['RES-11'], caller: again(() => 20) }))).toEqual([
    'confirmed api tries llm again and again without waiting longer',
    expect.stringContaining('attempts for one at llm'),
  ]);
  // A machine that gets busier holds some attempts up, and no client waits for that.
  expect(findings(experiment({ rows: ['RES-11'], caller: again((index) => (index > 60 && index % 3 === 2 ? 90 : 20)) }))).toEqual(
    expect.arrayContaining(['confirmed api tries llm again and again without waiting longer']),
  );
  expect(findings(experiment({ rows: ['RES-11'], caller: again((index) => 12 + index / 60) }))).toEqual(
    expect.arrayContaining(['confirmed api tries llm again and again without waiting longer']),
  );
  expect(findings(experiment({ rows: ['RES-11'], caller: patient }))).toEqual(['inconclusive trial does not answer RES-11']);
});

test('retries of requests that can be told apart show their own gaps', () => {
  const retries = (gaps: readonly number[]): Caller => {
    let digest = 0;
    return ({ atMs, fails }) => {
      digest += 1;
      const times = fails ? [0, ...gaps] : [0];
      return times.map((laterMs) => ({ atMs: atMs + laterMs, end: fails ? 'failed' : 'answered', digest }) as const);
    };
  };
  expect(findings(experiment({ rows: ['RES-11'], caller: retries([50, 150, 350]) }))).toEqual([]);
  expect(findings(experiment({ rows: ['RES-11'], caller: retries([30, 60, 90]) }))).toEqual([
    'confirmed api tries llm again and again without waiting longer',
  ]);
});

interface Told {
  readonly rows: readonly string[];
  readonly caller: Caller;
  readonly walks?: readonly number[];
  readonly during?: DuringLimits;
  /** Of walks while it lasts. */
  readonly answer?: Answer;
  readonly tookAfterMs?: number;
  /** What a metric said. */
  readonly state?: WatchedState;
}

function experiment({ rows, caller, walks = PACE, during = {}, answer = 'ok', tookAfterMs = 5, state }: Told): Experiment {
  const made = walks.flatMap((atMs) => caller({ atMs, fails: atMs >= INJECT && atMs < HEAL })).toSorted((a, b) => a.atMs - b.atMs);
  const points = made.map(({ atMs, end = 'answered', overMs = 5, digest = 0 }): AttemptFacts['points'][number] => [
    atMs,
    end === 'answered' ? 2 : -1,
    overMs,
    ATTEMPT_ENDS.indexOf(end),
    1,
    digest,
  ]);
  const isAsked = made.some(({ atMs }) => atMs >= HEAL + 2_000);
  const phase = { walks: 30, answers: { ok: 30 } };
  const journey: WatchedJourney = {
    journey: 'ask',
    role: 'steady',
    direct: false,
    intervalMs: 100,
    before: phase,
    during: phase,
    after: phase,
    recovery: isAsked ? { state: 'unharmed' } : { state: 'not-recovered', afterMs: 4_000 },
    points: walks.map((atMs) => [atMs, atMs < HEAL ? 5 : tookAfterMs, ANSWERS.indexOf(atMs >= INJECT && atMs < HEAL ? answer : 'ok')]),
  };
  const observed: ExperimentFacts = {
    title: 'answer with 503 (api → llm)',
    rows: [...rows],
    seed: 1,
    lasts: 'held',
    services: ['llm'],
    steady: { state: 'good' },
    injectMs: INJECT,
    healedMs: HEAL,
    endMs: END,
    during,
    recovery: { op: '<', value: 10_000, unit: 'milliseconds' },
    journeys: [journey],
    watched: [],
    attempts: { from: 'api', to: 'llm', points, requests: 1, paths: [], dropped: 0 },
    ...(state ? { state } : {}),
  };
  return {
    observed,
    piece: {
      id: 'chaos/fault-trial',
      kind: 'fault',
      stage: 'chaos',
      window: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:15.000Z' },
      experiment: 'trial',
      fault: 'dependency',
      options: {},
      proof: { state: 'proved', by: ['80 of them were harmed'] },
      healed: true,
      facts: null,
      observed,
    },
  };
}

function findings(told: Experiment): string[] {
  return attemptFindings(told).map(({ finding: { result, title } }) => `${result.verdict} ${title}`);
}
