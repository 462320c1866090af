import { counted, sentenceList } from '../../lib/text.ts';
import type { EvidenceOf } from '../../model/evidence.ts';
import type { Answer, AnswerCounts, ExperimentFacts, WatchedJourney } from '../../model/experiment.ts';
import type { EvidenceRef } from '../../model/finding.ts';
import { formatDuration } from '../../model/units.ts';

export interface Experiment {
  readonly piece: EvidenceOf<'fault'>;
  readonly observed: ExperimentFacts;
}

export function subjectOf({ piece }: Experiment): string {
  return `experiment ${piece.experiment}`;
}

/** One line that does the same again. */
export function reproOf({ piece, observed }: Experiment): string[] {
  return ['run', '--stage', piece.stage, '--only', observed.family ?? piece.experiment, '--seed', String(observed.seed)];
}

const SAID: Record<Answer, string> = {
  ok: 'good',
  slow: 'late',
  degraded: 'from a fallback',
  refused: 'refused cleanly (429 or 503)',
  wrong: 'wrong',
  unreachable: 'without a connection',
  hang: 'without any answer in time',
  exhausted: 'lost by this machine',
};

/** `31 good, 12 wrong`. */
export function answersIn(counts: AnswerCounts): string {
  const parts = Object.entries(counts).flatMap(([answer, count]) => (count > 0 ? [`${count} ${SAID[answer as Answer]}`] : []));
  return parts.length === 0 ? 'none' : sentenceList(parts);
}

/** What a journey experienced, in lines: the timeline of the experiment. */
export function storyOf({ piece, observed }: Experiment, watched: WatchedJourney): string {
  const proof = piece.proof.state === 'proved' ? piece.proof.by.join('; ') : '';
  const { before, during, after, detectMs, recovery, firstFailure, intervalMs } = watched;
  return [
    `${observed.title}${observed.substitute === undefined ? '' : ` (by ${observed.substitute})`}. Proof: ${proof}.`,
    `- before: ${counted(before.walks, 'walk')} of ${watched.journey}, ${answersIn(before.answers)}`,
    `- ${observed.lasts === 'held' ? `while it lasted (${formatDuration(observed.healedMs - observed.injectMs)})` : 'until users were served again'}: ${counted(during.walks, 'walk')}, ${answersIn(during.answers)}`,
    `- after: ${counted(after.walks, 'walk')}, ${answersIn(after.answers)}`,
    ...(detectMs === undefined ? [] : [`- first noticed after ${formatDuration(detectMs)}`]),
    `- ${recoveredIn(recovery, intervalMs)}`,
    ...(firstFailure === undefined
      ? []
      : [
          `The first without its usual answer, ${formatDuration(Math.max(0, firstFailure.atMs - observed.injectMs))} after the fault: ${firstFailure.step}: ${firstFailure.measured}, ${firstFailure.expected} asked.${firstFailure.curl === undefined ? '' : `\n\n${firstFailure.curl}`}`,
        ]),
  ].join('\n');
}

export function recoveredIn(recovery: WatchedJourney['recovery'], intervalMs: number): string {
  switch (recovery.state) {
    case 'unharmed':
      return 'well from the heal on';
    case 'recovered':
      return `well again after ${formatDuration(recovery.afterMs)} (± ${formatDuration(intervalMs + (recovery.blurMs ?? 0))})`;
    case 'not-recovered':
      return `not well again after ${formatDuration(recovery.afterMs)}`;
  }
}

export function evidenceFor({ piece, observed }: Experiment, watched: WatchedJourney): EvidenceRef[] {
  return [
    { id: piece.id, shows: piece.proof.state === 'proved' ? piece.proof.by.join('; ') : 'no proof' },
    { id: piece.id, shows: `${watched.journey} while it lasted: ${answersIn(watched.during.answers)}` },
    { id: piece.id, shows: `${watched.journey}: ${recoveredIn(watched.recovery, watched.intervalMs)}` },
    ...observed.watched
      .filter(({ target, restarts }) => target || restarts > 0)
      .slice(0, 5)
      .map(({ service, state, restarts, restartPolicy }) => ({
        id: piece.id,
        shows: `${service}: ${state} at the end, ${counted(restarts, 'restart')}, restart policy ${restartPolicy ?? 'unknown'}`,
      })),
  ];
}

export function steadyOf({ observed }: Experiment): readonly WatchedJourney[] {
  return observed.journeys.filter(({ role }) => role === 'steady');
}

export function share(counts: AnswerCounts, of: readonly Answer[], walks: number): number {
  return walks === 0 ? 0 : number(counts, of) / walks;
}

export function number(counts: AnswerCounts, of: readonly Answer[]): number {
  return of.reduce((sum, answer) => sum + (counts[answer] ?? 0), 0);
}
