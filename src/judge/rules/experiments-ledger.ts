import { counted } from '../../lib/text.ts';
import type { LedgerFacts } from '../../model/experiment.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { Drafted } from '../context.ts';
import { draft, type DraftParts } from '../draft.ts';
import { reproOf, subjectOf, type Experiment } from './experiments-words.ts';

/** What became of writes that were acknowledged through the fault. */
export function ledgerFindings(experiment: Experiment, stage: PlannedStage | undefined): Drafted[] {
  if (experiment.observed.rows.includes('DATA-07') && experiment.observed.ledger === undefined)
    return [undecided(experiment, 'no writes are read back after it: write `ledger`')];
  const { piece, observed } = experiment;
  const asked = stage?.experiments.some(({ name, ledger }) => name === piece.experiment && ledger !== undefined) === true;
  const { ledger } = observed;
  // Its writes went to what the gate itself took away again.
  if (ledger !== undefined && ['lost-volume', 'corrupt-file'].includes(piece.fault))
    return [undecided(experiment, 'what was written meanwhile went into the replacement, which is gone: use `recreate` or `kill`')];
  if (ledger === undefined)
    return asked ? [undecided(experiment, 'nothing says how the writes are read back: name a journey under `read`')] : [];
  return [
    ...lost(experiment, ledger),
    ...corrupt(experiment, ledger),
    ...strange(experiment, ledger),
    ...(ledger.doubt === undefined ? [] : [undecided(experiment, ledger.doubt)]),
  ];
}

function codeOf({ observed }: Experiment): string {
  return observed.rows.includes('DATA-07') ? 'DATA-07' : 'DATA-01';
}

function common(experiment: Experiment, ledger: LedgerFacts): Pick<DraftParts, 'stage' | 'repro' | 'evidence'> {
  const { piece } = experiment;
  return {
    stage: piece.stage,
    repro: reproOf(experiment),
    evidence: [
      { id: piece.id, shows: piece.proof.state === 'proved' ? piece.proof.by.join('; ') : 'no proof' },
      { id: piece.id, shows: talliesOf(ledger) },
      ...ledger.lost.slice(0, 5).map((id) => ({ id: piece.id, shows: `acknowledged, not there: ${id}` })),
      ...ledger.corrupt.slice(0, 5).map((id) => ({ id: piece.id, shows: `there, other than it was written: ${id}` })),
    ],
  };
}

function talliesOf({ attempted, acknowledged, failed, indeterminate, recoveredCount, write, read, restarted }: LedgerFacts): string {
  const after = restarted === undefined ? 'after the heal' : `after the heal and after a restart of ${restarted}`;
  return `${counted(attempted, 'write')} of ${write}: ${acknowledged} acknowledged, ${failed} refused, ${indeterminate} indeterminate (${recoveredCount} of these there after all); read back by ${read} ${after}`;
}

function lost(experiment: Experiment, ledger: LedgerFacts): Drafted[] {
  if (ledger.lostCount === 0) return [];
  const { piece, observed } = experiment;
  return [
    draft(codeOf(experiment), {
      ...common(experiment, ledger),
      subject: `${subjectOf(experiment)}: ledger`,
      title: `${counted(ledger.lostCount, 'acknowledged write')} lost in ${piece.experiment}`,
      summary: `${observed.title}: ${talliesOf(ledger)}.\n\nLost: ${ledger.lost.join(', ')}${ledger.lostCount > ledger.lost.length ? ', …' : ''}`,
      measured: `${ledger.lostCount} of ${ledger.acknowledged} acknowledged writes are not there`,
      expected: 'every acknowledged write is there',
      cause: true,
    }),
  ];
}

function corrupt(experiment: Experiment, ledger: LedgerFacts): Drafted[] {
  if (ledger.corruptCount === 0) return [];
  return [
    draft('DATA-02', {
      ...common(experiment, ledger),
      subject: `${subjectOf(experiment)}: ledger`,
      title: `${counted(ledger.corruptCount, 'write')} come back other than written after ${experiment.piece.experiment}`,
      summary: `${experiment.observed.title}: ${talliesOf(ledger)}.\n\nOther than written: ${ledger.corrupt.join(', ')}`,
      measured: `${ledger.corruptCount} of ${ledger.acknowledged} acknowledged writes`,
      expected: 'what comes back is what was written',
    }),
  ];
}

/** Nothing is missing, and yet not all is as it was said. */
function strange(experiment: Experiment, ledger: LedgerFacts): Drafted[] {
  const kinds: [number, string, string][] = [
    [ledger.duplicateCount, 'write', 'there more than once'],
    [ledger.unexpectedCount, 'refused write', 'there although it was refused'],
    [ledger.staleCount, 'acknowledged write', 'not to be seen until a restart'],
  ];
  const found = kinds.filter(([count]) => count > 0);
  if (found.length === 0) return [];
  const words = found.map(([count, noun, what]) => `${counted(count, noun)} ${what}`).join(', ');
  return [
    draft('DATA-01', {
      ...common(experiment, ledger),
      subject: `${subjectOf(experiment)}: ledger, doubtful`,
      title: `${words} after ${experiment.piece.experiment}`,
      priority: ['P1', 'de-escalate:nothing-lost'],
      summary: `${experiment.observed.title}: ${talliesOf(ledger)}. ${words}.`,
      measured: words,
      expected: 'each acknowledged write once, and no other',
      fix: 'Give each write an idempotency key that the database holds unique, and answer a retry with the first result.',
    }),
  ];
}

function undecided(experiment: Experiment, why: string): Drafted {
  const { piece, observed } = experiment;
  return draft(codeOf(experiment), {
    stage: piece.stage,
    subject: `${subjectOf(experiment)}: ledger`,
    title: `whether ${piece.experiment} loses data could not be said`,
    result: { verdict: 'inconclusive', because: why },
    summary: `${observed.title}: ${why}.`,
    evidence: [{ id: piece.id, shows: why }],
    measured: why,
    expected: 'enough acknowledged writes, all read back',
    fix: 'Hold the fault for longer, name a journey that reads what was written under `ledger.read`, and look whether the writing journey is good while the fault lasts.',
    repro: reproOf(experiment),
    owed: true,
  });
}
