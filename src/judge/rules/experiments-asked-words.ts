import type { Answer, WatchedJourney } from '../../model/experiment.ts';
import type { Drafted } from '../context.ts';
import { draft, type DraftParts } from '../draft.ts';
import { evidenceFor, reproOf, storyOf, subjectOf, type Experiment } from './experiments-words.ts';

export const FINE: readonly Answer[] = ['ok', 'slow', 'degraded'];
export const REFUSALS: readonly Answer[] = ['refused', 'wrong', 'unreachable', 'hang'];

export interface AskedFor extends Pick<DraftParts, 'title' | 'measured' | 'expected' | 'priority'> {
  readonly journey?: WatchedJourney;
  /** What tells this finding from others of the same row and experiment. */
  readonly about?: string;
  /** Said before the story of the journey. */
  readonly summary?: string;
}

/** A finding of a row that somebody asked the experiment for. */
export function asked(experiment: Experiment, code: string, { journey, about, summary, ...parts }: AskedFor): Drafted {
  const { piece } = experiment;
  const proof = piece.proof.state === 'proved' ? piece.proof.by.join('; ') : 'no proof';
  const told = journey === undefined ? `${experiment.observed.title}. Proof: ${proof}.` : storyOf(experiment, journey);
  return draft(code, {
    ...parts,
    stage: piece.stage,
    repro: reproOf(experiment),
    subject: `${subjectOf(experiment)}: ${about ?? journey?.journey ?? code}`,
    summary: summary === undefined ? told : `${summary}\n\n${told}`,
    evidence:
      journey === undefined
        ? [
            { id: piece.id, shows: proof },
            { id: piece.id, shows: parts.measured },
          ]
        : evidenceFor(experiment, journey),
  });
}

/** The row was named, and this experiment cannot answer it. */
export function undecided(experiment: Experiment, code: string, why: string): Drafted {
  const { piece, observed } = experiment;
  return draft(code, {
    stage: piece.stage,
    repro: reproOf(experiment),
    subject: `${subjectOf(experiment)}: ${code}`,
    title: `${piece.experiment} does not answer ${code}`,
    result: { verdict: 'inconclusive', because: why },
    summary: `${observed.title}: ${why}.`,
    evidence: [{ id: piece.id, shows: why }],
    measured: why,
    expected: 'an experiment that shows it',
    owed: true,
  });
}
