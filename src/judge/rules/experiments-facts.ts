import { sentenceList } from '../../lib/text.ts';
import { ANSWERS } from '../../model/experiment.ts';
import { RotationFacts, ShutdownFacts } from '../../model/fault-facts.ts';
import { formatDuration } from '../../model/units.ts';
import type { Drafted } from '../context.ts';
import { asked, REFUSALS, undecided } from './experiments-asked-words.ts';
import { answersIn, number, steadyOf, type Experiment } from './experiments-words.ts';

/** Ended by itself after SIGTERM: with 0, or by the signal's own default. */
const CLEAN = [0, 143];
/** A walk that was due so long before the signal was surely being answered when it came. Milliseconds. */
const SURELY_MS = 100;

/** How a service ends when it is asked to, what its deadline is worth, and what became of requests that were under way. */
export function shutdownFindings(experiment: Experiment, code: string): Drafted[] {
  const parsed = ShutdownFacts.safeParse(experiment.piece.facts);
  if (!parsed.success) return [undecided(experiment, code, 'only the fault `shutdown` shows it')];
  switch (code) {
    case 'CFG-06':
      // What is dropped is said also where nobody asked; that nothing was under way is said only where somebody did.
      return [...ended(experiment, parsed.data), ...(experiment.observed.rows.includes('CFG-08') ? [] : dropped(experiment))];
    case 'CFG-07':
      return inTime(experiment, parsed.data);
    default:
      return drained(experiment);
  }
}

function ended(experiment: Experiment, { service, connections, exits }: ShutdownFacts): Drafted[] {
  // With connections open, not to end in time is a matter of the deadline (CFG-07).
  const bad = exits.filter(({ code, killed }) => (killed ? connections === 0 : code !== undefined && !CLEAN.includes(code)));
  if (bad.length === 0)
    return exits.every(({ code, killed }) => code !== undefined || killed)
      ? []
      : [undecided(experiment, 'CFG-06', `nobody can tell how ${service} ended`)];
  return [
    asked(experiment, 'CFG-06', {
      about: service,
      title: `${service} ${bad.some(({ killed }) => killed) ? 'does not end on SIGTERM' : 'ends with an error on SIGTERM'}`,
      measured: sentenceList(bad.map(wordsOf)),
      expected: 'ends by itself in time, with 0 or 143',
    }),
  ];
}

function inTime(experiment: Experiment, { service, connections, graceMs, exits }: ShutdownFacts): Drafted[] {
  if (connections === 0) return [undecided(experiment, 'CFG-07', 'no connection was open: say how many under `connections`')];
  const killed = exits.filter((one) => one.killed);
  if (killed.length === 0) return [];
  const { lost } = droppedIn(experiment);
  return [
    asked(experiment, 'CFG-07', {
      about: service,
      title: `${service} does not end within ${formatDuration(graceMs)} while ${String(connections)} connections are open`,
      measured: sentenceList(killed.map(wordsOf)),
      expected: `ends within ${formatDuration(graceMs)}`,
      ...(lost > 0 ? { priority: ['P1', 'escalate:work-lost'] as const } : {}),
    }),
  ];
}

function drained(experiment: Experiment): Drafted[] {
  const { underWay } = droppedIn(experiment);
  if (underWay === 0)
    return [
      undecided(
        experiment,
        'CFG-08',
        'no request was under way when the signal came: name a journey that takes half a second or more under `steady`',
      ),
    ];
  return dropped(experiment);
}

function dropped(experiment: Experiment): Drafted[] {
  const { underWay, lost, journey } = droppedIn(experiment);
  if (lost === 0 || journey === undefined) return [];
  return [
    asked(experiment, 'CFG-08', {
      journey,
      title: `${String(lost)} of ${String(underWay)} requests under way are dropped in ${experiment.piece.experiment}`,
      measured: `${String(lost)} of ${String(underWay)} requests that were being answered got no good answer`,
      expected: 'all of them are answered',
    }),
  ];
}

/** Walks that the system had begun to answer when the signal came. */
function droppedIn(experiment: Experiment): {
  underWay: number;
  lost: number;
  journey: ReturnType<typeof steadyOf>[number] | undefined;
} {
  const told = ShutdownFacts.safeParse(experiment.piece.facts).data?.at;
  const { observed, piece } = experiment;
  const injectMs = told === undefined ? observed.injectMs : Date.parse(told) - Date.parse(observed.beganAt ?? piece.window.from);
  const seen = steadyOf(experiment).map((journey) => {
    const under = journey.points.filter(([dueMs, tookMs]) => dueMs <= injectMs - SURELY_MS && dueMs + tookMs >= injectMs);
    return {
      journey,
      under: under.length,
      bad: under.filter(([, , answer]) => REFUSALS.some((kind) => ANSWERS.indexOf(kind) === answer)).length,
    };
  });
  return {
    underWay: seen.reduce((sum, { under }) => sum + under, 0),
    lost: seen.reduce((sum, { bad }) => sum + bad, 0),
    journey: seen.find(({ bad }) => bad > 0)?.journey,
  };
}

function wordsOf({ name, code, tookMs, killed }: ShutdownFacts['exits'][number]): string {
  return killed
    ? `${name} was killed after ${formatDuration(tookMs)}`
    : `${name} ended with ${String(code)} after ${formatDuration(tookMs)}`;
}

/** A key or a certificate was replaced while users were served. */
export function rotationFindings(experiment: Experiment, code: string): Drafted[] {
  const parsed = RotationFacts.safeParse(experiment.piece.facts);
  if (!parsed.success) return [undecided(experiment, code, 'only the fault `rotate` shows it')];
  const facts = parsed.data;
  const missing = code === 'SEC-09' ? facts.old === undefined || facts.new === undefined : facts.serial === undefined;
  if (missing)
    return [
      undecided(
        experiment,
        code,
        code === 'SEC-09'
          ? 'nothing says how the old and the new key are tried: write `old` and `new`'
          : 'nothing says where the certificate is served: write `served_at`',
      ),
    ];
  return [...wrongs(facts).map((wrong) => asked(experiment, code, { ...wrong, about: wrong.title })), ...drops(experiment, code)];
}

function wrongs({ exitCode, tookMs, old, new: fresh, serial }: RotationFacts): { title: string; measured: string; expected: string }[] {
  const found: { title: string; measured: string; expected: string }[] = [];
  if (exitCode !== 0)
    found.push({
      title: 'the command of the rotation fails',
      measured: exitCode === undefined ? `not over after ${formatDuration(tookMs)}` : `exit code ${String(exitCode)}`,
      expected: 'exit code 0',
    });
  if (old?.after === true)
    found.push({ title: 'the old key is still accepted after the rotation', measured: 'accepted', expected: 'refused' });
  if (fresh?.after === false)
    found.push({ title: 'the new key is not accepted after the rotation', measured: 'refused', expected: 'accepted' });
  if (serial !== undefined && serial.before === serial.after)
    found.push({
      title: 'the old certificate is still served after the renewal',
      measured: `serial number ${serial.after}`,
      expected: 'another serial number',
    });
  return found;
}

/** Nothing drops: a rotation is no fault that anybody should notice. */
function drops(experiment: Experiment, code: string): Drafted[] {
  return steadyOf(experiment)
    .filter(
      (journey) =>
        number(journey.before.answers, REFUSALS) === 0 &&
        number(journey.during.answers, REFUSALS) + number(journey.after.answers, REFUSALS) > 0,
    )
    .map((journey) =>
      asked(experiment, code, {
        journey,
        title: `${journey.journey} drops requests in ${experiment.piece.experiment}`,
        measured: `${answersIn(journey.during.answers)}; after it ${answersIn(journey.after.answers)}`,
        expected: 'nobody notices',
      }),
    );
}
