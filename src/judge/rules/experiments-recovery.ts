import { sentenceList } from '../../lib/text.ts';
import type { WatchedJourney } from '../../model/experiment.ts';
import { formatLimit, keeps } from '../../model/limit.ts';
import { formatDuration } from '../../model/units.ts';
import type { Drafted } from '../context.ts';
import { draft } from '../draft.ts';
import { staysOpen } from './experiments-attempts.ts';
import { evidenceFor, reproOf, steadyOf, storyOf, subjectOf, type Experiment } from './experiments-words.ts';

/** Users were served again, and in time. One finding for all journeys: what they wait for is one cause. */
export function recoveryFindings(experiment: Experiment): Drafted[] {
  const { observed } = experiment;
  const journeys = steadyOf(experiment);
  const never = journeys.filter(({ recovery }) => recovery.state === 'not-recovered');
  const [first] = never;
  if (first !== undefined) return [notRecovered(experiment, first, never)];
  const late = journeys.filter(({ recovery }) => recovery.state === 'recovered' && !keeps(recovery.afterMs, observed.recovery));
  return late.slice(0, 1).map((journey) => tooLate(experiment, journey, late));
}

function notRecovered(experiment: Experiment, first: WatchedJourney, all: readonly WatchedJourney[]): Drafted {
  const { piece, observed } = experiment;
  const { recovery } = first;
  const cause = causeOf(experiment);
  return draft(codeOf(experiment), {
    stage: piece.stage,
    subject: subjectOf(experiment),
    title: `no recovery from ${piece.experiment}: ${cause.short}`,
    priority: ['P0', 'escalate:no-recovery'],
    summary: `${cause.long}\n\n${storyOf(experiment, first)}`,
    evidence: evidenceFor(experiment, first),
    measured: `${namesOf(all)} not well after ${formatDuration('afterMs' in recovery ? recovery.afterMs : 0)}`,
    expected: `well again ${formatLimit(observed.recovery)}`,
    fix: cause.fix,
    repro: reproOf(experiment),
    cause: true,
  });
}

/** Who must act: nobody starts the service again, or everybody runs and the system does not use it. */
function causeOf(experiment: Experiment): { short: string; long: string; fix: string } {
  const { observed } = experiment;
  const ended = observed.watched.filter(({ target, state }) => target && ['exited', 'dead', 'missing'].includes(state));
  const [dead] = ended;
  if (dead !== undefined && (dead.restartPolicy === undefined || dead.restartPolicy === 'no')) {
    return {
      short: `${dead.service} has no restart policy`,
      long: `Nobody started ${dead.service} again: it has no restart policy (${dead.restartPolicy ?? 'none'}).`,
      fix: `Give ${dead.service} a restart policy: \`restart: unless-stopped\` in Compose, \`restart: on-failure\` for a process.`,
    };
  }
  if (dead !== undefined) {
    return {
      short: `${dead.service} does not come back`,
      long: `${dead.service} is ${dead.state}, although its restart policy is ${dead.restartPolicy ?? 'unknown'}.`,
      fix: `Read the last lines of the log of ${dead.service}: it does not survive its own restart.`,
    };
  }
  const others = observed.watched.filter(({ target, state }) => !target && ['exited', 'dead', 'missing', 'restarting'].includes(state));
  if (others.length > 0) {
    const names = sentenceList(others.map(({ service }) => service));
    return {
      short: `${names} did not survive it`,
      long: `The fault is over, but ${names} died of it.`,
      fix: `Let ${names} live without its dependency: catch the failure where the call is made, and give it a restart policy.`,
    };
  }
  const targets = sentenceList(observed.services) || 'the service';
  if (staysOpen(experiment)) {
    return {
      short: `the breaker before ${targets} never closes`,
      long: `${targets} works again, and nobody asks it any more: the breaker that opened does not let a trial through.`,
      fix: `Let the breaker before ${targets} make a trial after its reset time, and close when it succeeds.`,
    };
  }
  return {
    short: 'the system does not connect again',
    long: `${targets} runs again, and the system does not use it: whoever speaks to it did not connect again.`,
    fix: `Let the client of ${targets} throw a broken connection away and connect again with a back-off (pool validation, retry of the connect, a breaker that tries again).`,
  };
}

function tooLate(experiment: Experiment, first: WatchedJourney, all: readonly WatchedJourney[]): Drafted {
  const { piece, observed } = experiment;
  const afterMs = Math.max(...all.map(({ recovery }) => ('afterMs' in recovery ? recovery.afterMs : 0)));
  const blurMs = Math.max(...all.map(({ recovery }) => ('blurMs' in recovery ? (recovery.blurMs ?? 0) : 0)));
  return draft(codeOf(experiment), {
    stage: piece.stage,
    subject: subjectOf(experiment),
    title: `recovery from ${piece.experiment} takes ${formatDuration(afterMs)}`,
    ...(codeOf(experiment) === 'DB-12' ? {} : { priority: ['P1', 'de-escalate:recovered-late'] as const }),
    summary: storyOf(experiment, first),
    evidence: evidenceFor(experiment, first),
    measured: `${namesOf(all)} well again after ${formatDuration(afterMs)} (± ${formatDuration(first.intervalMs + blurMs)})`,
    expected: `well again ${formatLimit(observed.recovery)}`,
    repro: reproOf(experiment),
  });
}

function codeOf({ observed }: Experiment): string {
  if (observed.rows.includes('DB-12')) return 'DB-12';
  return observed.lasts === 'moment' && observed.rows.includes('CHA-01') ? 'CHA-01' : 'CHA-02';
}

function namesOf(journeys: readonly WatchedJourney[]): string {
  return sentenceList(journeys.map(({ journey }) => journey));
}
