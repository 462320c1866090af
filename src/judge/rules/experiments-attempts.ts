import { counted } from '../../lib/text.ts';
import { ANSWERS, type Answer, type WatchedJourney } from '../../model/experiment.ts';
import { formatLimit, keeps, type Limit } from '../../model/limit.ts';
import { formatDuration } from '../../model/units.ts';
import { closingOf, countingOf, openingOf, percent } from '../attempts/breaker.ts';
import { attemptsIn, curveOf, ratioIn, span, tailOf, type Curve } from '../attempts/curve.ts';
import { backoffOf, peakOf } from '../attempts/retries.ts';
import type { Drafted } from '../context.ts';
import { asked, FINE, undecided } from './experiments-asked-words.ts';
import { answersIn, number, share, steadyOf, type Experiment } from './experiments-words.ts';

/** A first attempt and three retries are what clients do; more at once is a storm. */
const AMPLIFICATION: Limit = { op: '<=', value: 4, unit: 'count' };
/** Whose user is gone must be gone soon after. Milliseconds. */
const CANCELLED_MS = 2_000;
const LEAST_LEFT = 5;
/** A second that is cut out of a stream holds retries of walks from before it. */
const SURE = 0.8;
/** As it was before: so many times as slow, and so much slower, is not. */
const SLOWER = 3;
const SLOWER_MS = 50;
const LEAST_WALKS = 10;

interface Looked {
  readonly experiment: Experiment;
  readonly curve: Curve;
  readonly code: string;
  readonly to: string;
  readonly from: string;
}

/** Rows about what a service attempts at its dependency, seen from between them. */
const ROWS: Readonly<Record<string, (looked: Looked) => Drafted[]>> = {
  'RES-01': opens,
  'RES-02': fallsBack,
  'RES-03': closes,
  'RES-04': normal,
  'RES-05': counts,
  'RES-10': cancels,
  'RES-11': backsOff,
  'RES-14': closes,
};

/** Rows that an experiment was asked for, and a storm of retries in any of them. */
export function attemptFindings(experiment: Experiment): Drafted[] {
  const { observed } = experiment;
  const codes = observed.rows.filter((row) => row in ROWS || row === 'DB-15');
  const curve = curveOf(observed);
  if ('why' in curve) return codes.map((code) => undecided(experiment, code, curve.why));
  const { from = '', to = '' } = observed.attempts ?? {};
  const looked = { experiment, curve, from, to };
  return [...codes.flatMap((code) => ROWS[code]?.({ ...looked, code }) ?? []), ...storms({ ...looked, code: 'DB-15' })];
}

function opens({ experiment, curve, code, from, to }: Looked): Drafted[] {
  const opening = openingOf(curve);
  switch (opening.state) {
    case 'opened':
      return [];
    case 'unsure':
      return [undecided(experiment, code, opening.why)];
    case 'never':
      return [
        finding(
          { experiment, code },
          {
            title: `${from} goes on asking ${to} in ${experiment.piece.experiment}: no breaker opens`,
            summary: `After ${counted(opening.failures, 'failed attempt')} ${from} still made ${percent(opening.ratio)} of its attempts at ${to} in the second half of the fault.\n\n${curveIn(curve)}`,
            measured: `${percent(opening.ratio)} of the attempts after ${String(opening.failures)} failures`,
            expected: 'attempts fall to a trial now and then',
          },
        ),
      ];
  }
}

function fallsBack({ experiment, curve, code }: Looked): Drafted[] {
  const { during } = experiment.observed;
  if (during.fallback === undefined)
    return [undecided(experiment, code, 'nothing says how an answer from the fallback is known: write `fallback` under `during`')];
  const opening = openingOf(curve);
  if (opening.state !== 'opened')
    return [undecided(experiment, code, 'the breaker did not open, so nothing was answered while it was open')];
  const tail = tailOf(curve.during, 0.5);
  return steadyOf(experiment).flatMap((journey) => {
    const answers = answersOf(journey, tail);
    const fine = share(answers.counts, FINE, answers.walks);
    if (answers.walks < LEAST_WALKS || fine >= 0.9) return [];
    return [
      asked(experiment, code, {
        journey,
        title: `${journey.journey} has no fallback while the breaker is open in ${experiment.piece.experiment}`,
        measured: `${answersIn(answers.counts)} of ${String(answers.walks)} in the second half of the fault`,
        expected: 'answers from the fallback',
      }),
    ];
  });
}

function closes({ experiment, curve, code, from, to }: Looked): Drafted[] {
  const flaps = code === 'RES-14';
  const opening = openingOf(curve);
  if (!flaps && opening.state !== 'opened')
    return experiment.observed.rows.includes('RES-01') ? [] : [undecided(experiment, code, 'it never opened, so it had nothing to close')];
  if (flaps && attemptsIn(curve, curve.during).length === 0) return [undecided(experiment, code, 'nothing was attempted while it flapped')];
  const closing = closingOf(curve, isRecovered(experiment));
  if (closing.state === 'closed') return [];
  if (closing.state === 'unsure') return [undecided(experiment, code, closing.why)];
  return [
    finding(
      { experiment, code },
      {
        title: `${from} does not ask ${to} again after ${experiment.piece.experiment}: the breaker ${flaps ? 'is stuck' : 'never closes'}`,
        summary: `${to} works again, and ${from} made ${counted(closing.attempts, 'attempt')} at it in ${counted(closing.walks, 'walk')} since.\n\n${curveIn(curve)}`,
        measured: `${counted(closing.attempts, 'attempt')} in ${counted(closing.walks, 'walk')} after the heal`,
        expected: 'a trial that succeeds, and everything as before',
      },
    ),
  ];
}

/** After the recovery: as quick as before, and from the same source. */
function normal({ experiment, curve, code, to }: Looked): Drafted[] {
  const journeys = steadyOf(experiment);
  if (!isRecovered(experiment)) return [undecided(experiment, code, 'users were not served as before again')];
  const last = tailOf(span(curve.after.fromMs, curve.after.toMs), 0.5);
  const ratio = ratioIn(curve, last);
  if (ratio === undefined) return [undecided(experiment, code, 'too few walks were made after the recovery')];
  const slow = journeys.flatMap((journey) => {
    const [was, is] = [medianOf(journey, curve.before), medianOf(journey, last)];
    return was === undefined || is === undefined || is <= Math.max(was * SLOWER, was + SLOWER_MS) ? [] : [{ journey, was, is }];
  });
  const [first] = slow;
  if (first !== undefined)
    return [
      asked(experiment, code, {
        journey: first.journey,
        title: `${first.journey.journey} stays slow after ${experiment.piece.experiment}`,
        measured: `median ${formatDuration(first.is)}, before ${formatDuration(first.was)}`,
        expected: 'as quick as before the fault',
      }),
    ];
  if (ratio >= 0.5 && ratio <= 2) return [];
  return [
    finding(
      { experiment, code },
      {
        title: `${to} is asked ${ratio < 1 ? 'less' : 'more'} than before ${experiment.piece.experiment}`,
        summary: curveIn(curve),
        measured: `${percent(ratio)} of the attempts of before`,
        expected: 'as many attempts as before',
      },
    ),
  ];
}

function counts({ experiment, curve, code, from, to }: Looked): Drafted[] {
  const counting = countingOf(curve, experiment.observed.during.parallel);
  if (counting.state === 'counts') return [];
  if (counting.state === 'unsure') return [undecided(experiment, code, counting.why)];
  return [
    finding(
      { experiment, code },
      {
        title: `calls that fail at once do not open the breaker of ${from} in ${experiment.piece.experiment}`,
        summary: `Walks came ${String(experiment.observed.during.parallel)} at once. After a whole round of them had failed, ${from} let ${String(counting.through)} attempts at ${to} through in the ${counted(counting.bursts, 'round')} after it, for ${String(counting.walks)} walks: the failures of calls that run at once are not all counted.\n\n${curveIn(curve)}`,
        measured: `${String(counting.through)} attempts let through for ${String(counting.walks)} walks`,
        expected: 'a trial in each round at most',
      },
    ),
  ];
}

function cancels({ experiment, curve, code, from, to }: Looked): Drafted[] {
  const { leaveAfterMs } = experiment.observed.during;
  if (leaveAfterMs === undefined) return [undecided(experiment, code, 'nobody went away: write `leave_after: 500ms` under `during`')];
  const limitMs = leaveAfterMs + CANCELLED_MS;
  // What began shortly before the end had no time to go on.
  const made = attemptsIn(curve, span(curve.during.fromMs, curve.during.toMs - limitMs - 500));
  if (made.length < LEAST_LEFT)
    return [undecided(experiment, code, `only ${counted(made.length, 'attempt')} could be watched: hold the fault for longer`)];
  const gone = made.filter(({ end, overMs }) => end === 'left' && overMs !== undefined && overMs <= limitMs);
  const ratio = gone.length / made.length;
  if (ratio >= 0.8) return [];
  if (ratio > 0.3) return [undecided(experiment, code, `${String(gone.length)} of ${String(made.length)} attempts were cancelled in time`)];
  const lives = made.map(({ overMs }) => overMs ?? curve.during.toMs - curve.during.fromMs).sort((one, other) => one - other);
  return [
    finding(
      { experiment, code },
      {
        title: `${from} goes on asking ${to} for users who are gone`,
        summary: `Users went away after ${formatDuration(leaveAfterMs)}. ${String(made.length - gone.length)} of ${counted(made.length, 'attempt')} at ${to} were not cancelled within ${formatDuration(CANCELLED_MS)}; half of them went on for ${formatDuration(lives[Math.floor(lives.length / 2)] ?? 0)} or more.`,
        measured: `${String(gone.length)} of ${String(made.length)} cancelled in time`,
        expected: `cancelled within ${formatDuration(CANCELLED_MS)}`,
      },
    ),
  ];
}

function backsOff({ experiment, curve, code, from, to }: Looked): Drafted[] {
  const backoff = backoffOf(curve);
  if (backoff.state === 'grows') return [];
  if (backoff.state === 'unsure') return [undecided(experiment, code, backoff.why)];
  const gaps = backoff.gaps.slice(0, 6).map((ms) => formatDuration(Math.round(ms)));
  return [
    finding(
      { experiment, code },
      {
        title: `${from} tries ${to} again and again without waiting longer`,
        summary: `Gaps between ${backoff.of}: ${gaps.join(', ')}${backoff.gaps.length > gaps.length ? ', …' : ''}.\n\n${curveIn(curve)}`,
        measured: `gaps of ${gaps.join(', ')}`,
        expected: 'gaps that grow, up to a limit',
      },
    ),
  ];
}

/** Looked at in every experiment that counts attempts: a dependency that comes back must not be met by a storm. */
function storms({ experiment, curve, code, from, to }: Looked): Drafted[] {
  const limit = experiment.observed.during.attempts ?? AMPLIFICATION;
  const { ratio, perSecond } = peakOf(curve);
  if (keeps(ratio * SURE, limit)) return [];
  return [
    finding(
      { experiment, code },
      {
        title: `${from} makes ${ratio.toFixed(1)} attempts for one at ${to} in ${experiment.piece.experiment}`,
        summary: `In the worst second ${from} made ${String(Math.round(perSecond))} attempts at ${to}: ${ratio.toFixed(1)} for each that the same walks make when all is well.\n\n${curveIn(curve)}`,
        measured: `${ratio.toFixed(1)} attempts for one, ${String(Math.round(perSecond))} a second`,
        expected: formatLimit(limit),
      },
    ),
  ];
}

interface Found {
  readonly title: string;
  readonly summary: string;
  readonly measured: string;
  readonly expected: string;
}

function finding({ experiment, code }: { readonly experiment: Experiment; readonly code: string }, parts: Found): Drafted {
  const { from = '', to = '' } = experiment.observed.attempts ?? {};
  return asked(experiment, code, { ...parts, about: `attempts of ${from} at ${to}` });
}

/** Attempts and walks of each part, in lines. */
function curveIn(curve: Curve): string {
  const line = (name: string, part: Curve['before']): string => {
    const made = attemptsIn(curve, part);
    const walks = curve.walks.filter((atMs) => atMs >= part.fromMs && atMs < part.toMs).length;
    const failed = made.filter(({ end }) => end !== 'answered').length;
    return `- ${name}: ${counted(made.length, 'attempt')} in ${counted(walks, 'walk')}, ${String(failed)} without a good answer (${((made.length * 1_000) / Math.max(1, part.toMs - part.fromMs)).toFixed(1)} a second)`;
  };
  const { fromMs, toMs } = curve.during;
  const middle = (fromMs + toMs) / 2;
  return [
    line('before', curve.before),
    line('first half of the fault', span(fromMs, middle)),
    line('second half', span(middle, toMs)),
    line('after', curve.after),
  ].join('\n');
}

function isRecovered(experiment: Experiment): boolean {
  return steadyOf(experiment).every(({ recovery }) => recovery.state !== 'not-recovered');
}

/** Whether the attempts show that it is the breaker which keeps the system from recovering. */
export function staysOpen({ observed }: Experiment): boolean {
  const curve = curveOf(observed);
  return !('why' in curve) && openingOf(curve).state === 'opened' && closingOf(curve, false).state === 'never';
}

function answersOf({ points }: WatchedJourney, { fromMs, toMs }: Curve['before']) {
  const counts: Partial<Record<Answer, number>> = {};
  const within = points.filter(([atMs]) => atMs >= fromMs && atMs < toMs);
  for (const [, , index] of within) {
    const answer = ANSWERS[index];
    if (answer !== undefined) counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return { counts, walks: within.length - number(counts, ['exhausted']) };
}

function medianOf({ points }: WatchedJourney, { fromMs, toMs }: Curve['before']): number | undefined {
  const times = points
    .filter(([atMs]) => atMs >= fromMs && atMs < toMs)
    .map(([, ms]) => ms)
    .sort((one, other) => one - other);
  return times.length < LEAST_WALKS ? undefined : times[Math.floor(times.length / 2)];
}
