import { sentenceList } from '../../lib/text.ts';
import { ANSWERS, type WatchedJourney } from '../../model/experiment.ts';
import { formatLimit, keeps } from '../../model/limit.ts';
import { formatDuration } from '../../model/units.ts';
import type { Drafted } from '../context.ts';
import { draft } from '../draft.ts';
import { alertFindings } from './experiments-alert.ts';
import { asked, FINE, REFUSALS, undecided } from './experiments-asked-words.ts';
import { rotationFindings, shutdownFindings } from './experiments-facts.ts';
import { stateShown } from './experiments-state.ts';
import { answersIn, number, reproOf, share, steadyOf, type Experiment } from './experiments-words.ts';

/** A path that answers well in so much of its walks never turned. */
const GREEN = 0.9;
const LEAST = 3;
/** A journey that is served as ever in so many of its walks goes on with what it should refuse. */
const GOES_ON = 0.5;
const IN_A_ROW = 5;

/** What an experiment shows of rows that want their own look at it. A row that is named and cannot be answered is said, never passed. */
const ROWS: Readonly<Record<string, (experiment: Experiment, code: string) => Drafted[]>> = {
  'CFG-13': healthTurns,
  'DB-25': healthTurns,
  'RES-08': stateShown,
  'DB-14': needsControl,
  'DB-21': retried,
  'DB-22': retried,
  'VEC-09': retried,
  'DB-23': needsTimeout,
  'DB-24': rolledBack,
  'TLS-10': refusesExpired,
  'CHA-07': finished,
  'CHA-10': takesOver,
  'CFG-06': shutdownFindings,
  'CFG-07': shutdownFindings,
  'CFG-08': shutdownFindings,
  'SEC-09': rotationFindings,
  'TLS-08': rotationFindings,
};

export function askedFindings(experiment: Experiment): Drafted[] {
  const { rows } = experiment.observed;
  return [...rows.flatMap((code) => ROWS[code]?.(experiment, code) ?? []), ...alertFindings(experiment), ...onlyHealth(experiment)];
}

/** At least one path that says how the system is must say so while it lasts: who asks several may have some that do not use what is harmed. */
function healthTurns(experiment: Experiment, code: string): Drafted[] {
  const health = experiment.observed.journeys.filter(({ role, direct }) => role === 'health' && !direct);
  const seen = health.filter(({ during }) => during.walks >= LEAST);
  const [first] = seen;
  if (first === undefined)
    return [
      undecided(
        experiment,
        code,
        health.length === 0
          ? 'no target beside what is harmed has a `health` path'
          : 'no health path was asked often enough while it lasted',
      ),
    ];
  if (seen.some(({ during }) => share(during.answers, ['ok', 'slow'], during.walks) < GREEN)) return [];
  return [
    asked(experiment, code, {
      journey: first,
      title: `${sentenceList(seen.map(({ journey }) => journey))} stays green in ${experiment.piece.experiment}`,
      measured: seen.map(({ journey, during }) => `${journey}: ${answersIn(during.answers)}`).join('; '),
      expected: 'a health path that answers 503 while it lasts',
    }),
  ];
}

function needsControl(experiment: Experiment, code: string): Drafted[] {
  if (experiment.observed.journeys.some(({ role }) => role === 'control')) return [];
  return [undecided(experiment, code, 'no journey is named under `control`: one that does not use this database')];
}

/** What broke at the first attempts must not reach anybody. */
function retried(experiment: Experiment, code: string): Drafted[] {
  const journeys = steadyOf(experiment).filter(({ direct }) => !direct);
  if (journeys.length === 0) return [undecided(experiment, code, 'every journey speaks to the harmed service itself')];
  return journeys
    .filter(({ before, during }) => number(before.answers, REFUSALS) === 0 && number(during.answers, REFUSALS) > 0)
    .map((journey) =>
      asked(experiment, code, {
        journey,
        title: `${journey.journey} hands transient failures on in ${experiment.piece.experiment}`,
        measured: `${answersIn(journey.during.answers)} of ${String(journey.during.walks)}`,
        expected: 'good answers, because a broken connection is tried again',
      }),
    );
}

function needsTimeout(experiment: Experiment, code: string): Drafted[] {
  if (experiment.observed.during.latency !== undefined) return [];
  return [undecided(experiment, code, 'nothing says how long an operation may take: write its time-out as `latency` under `during`')];
}

function rolledBack(experiment: Experiment, code: string): Drafted[] {
  const { ledger } = experiment.observed;
  if (ledger?.restarted === undefined)
    return [undecided(experiment, code, 'what is only in memory shows after a restart: write `ledger: {write: …, read: …, restart: …}`')];
  if (ledger.failed + ledger.indeterminate === 0) return [undecided(experiment, code, 'no write failed while it lasted')];
  const phantoms = ledger.phantomCount ?? 0;
  const [journey] = steadyOf(experiment);
  if (phantoms === 0 || journey === undefined) return [];
  return [
    asked(experiment, code, {
      journey,
      title: `${String(phantoms)} writes that failed were there until ${ledger.restarted} was restarted`,
      measured: `${String(phantoms)} of ${String(ledger.failed + ledger.indeterminate)} failed writes were in memory alone`,
      expected: 'what could not be stored is nowhere',
    }),
  ];
}

/** Served as ever, by a client that should have refused the connection. */
function refusesExpired(experiment: Experiment, code: string): Drafted[] {
  const { observed } = experiment;
  const plain = steadyOf(experiment).filter(
    ({ direct, during }) => !direct && during.walks > 0 && share(during.answers, ['ok', 'slow'], during.walks) >= GOES_ON,
  );
  const [journey] = plain;
  if (journey === undefined) return [];
  if (observed.during.fallback === undefined)
    return [
      undecided(
        experiment,
        code,
        `nothing tells an answer of ${journey.journey} with this service from one without: say how a fallback is known under \`during\``,
      ),
    ];
  return [
    asked(experiment, code, {
      journey,
      title: `${journey.journey} goes on with a certificate that is not valid in ${experiment.piece.experiment}`,
      measured: answersIn(journey.during.answers),
      expected: 'a connection that is refused, and a fallback or a clean 503',
    }),
  ];
}

/** Of all that were begun from the act on, each must come to its end: well, late, or from a fallback. */
function finished(experiment: Experiment, code: string): Drafted[] {
  return steadyOf(experiment).flatMap((journey) => {
    const begun = journey.during.walks + journey.after.walks;
    if (begun === 0) return [undecided(experiment, code, `${journey.journey} was not begun once while it lasted`)];
    const ended = number(journey.during.answers, FINE) + number(journey.after.answers, FINE);
    if (ended === begun) return [];
    return [
      asked(experiment, code, {
        journey,
        title: `${String(begun - ended)} of ${String(begun)} walks of ${journey.journey} do not finish in ${experiment.piece.experiment}`,
        measured: `${String(ended)} of ${String(begun)} finished`,
        expected: 'all of them',
      }),
    ];
  });
}

/** Users must be served again while the first one is still away. */
function takesOver(experiment: Experiment, code: string): Drafted[] {
  const { observed } = experiment;
  if (observed.lasts === 'moment')
    return [undecided(experiment, code, 'it must last, so that whoever takes over can be seen: use `stop` or `blackhole`')];
  return steadyOf(experiment).flatMap((journey): Drafted[] => {
    const failover = failoverOf(journey, observed);
    if (failover === undefined) return [undecided(experiment, code, `${journey.journey} was walked too seldom while it lasted`)];
    if (failover.state === 'served' && keeps(failover.afterMs, observed.recovery)) return [];
    return [
      asked(experiment, code, {
        journey,
        title:
          failover.state === 'served'
            ? `${journey.journey} is served by another after ${formatDuration(failover.afterMs)}`
            : `nothing takes over from ${sentenceList(observed.services)} for ${journey.journey}`,
        measured:
          failover.state === 'served'
            ? formatDuration(failover.afterMs)
            : `not served for ${formatDuration(observed.healedMs - observed.injectMs)}`,
        expected: `served by another ${formatLimit(observed.recovery)}`,
      }),
    ];
  });
}

/** From the act to the end of the last walk that was not served, if the last ones before the heal are. */
function failoverOf(
  { points }: WatchedJourney,
  { injectMs, healedMs }: Experiment['observed'],
): { readonly state: 'served'; readonly afterMs: number } | { readonly state: 'never' } | undefined {
  const held = points.filter(([dueMs, tookMs]) => dueMs >= injectMs && dueMs + tookMs < healedMs);
  if (held.length < IN_A_ROW) return undefined;
  const isFine = (answer: number): boolean => FINE.some((kind) => ANSWERS.indexOf(kind) === answer);
  if (!held.slice(-IN_A_ROW).every(([, , answer]) => isFine(answer))) return { state: 'never' };
  const last = held.findLast(([, , answer]) => !isFine(answer));
  return { state: 'served', afterMs: last === undefined ? 0 : last[0] + last[1] - injectMs };
}

/** A path that a program made green shows that a program is up. Said once, for all experiments of the stage. */
function onlyHealth(experiment: Experiment): Drafted[] {
  const steady = steadyOf(experiment);
  if (steady.length === 0 || !steady.every(({ journey }) => journey.startsWith('health of '))) return [];
  const because = 'no journey of users was watched, so that recovery means health paths alone';
  return [
    draft('CHA-13', {
      stage: experiment.piece.stage,
      subject: 'recovery',
      result: { verdict: 'inconclusive', because },
      summary: `${because}.`,
      evidence: [{ id: experiment.piece.id, shows: `watched: ${steady.map(({ journey }) => journey).join(', ')}` }],
      measured: 'health paths alone',
      expected: 'a journey of users',
      repro: reproOf(experiment),
    }),
  ];
}
