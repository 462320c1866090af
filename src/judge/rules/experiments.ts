import { ofKind } from '../../model/evidence.ts';
import { byKey, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { askedFindings } from './experiments-asked.ts';
import { attemptFindings } from './experiments-attempts.ts';
import { duringFindings } from './experiments-during.ts';
import { ledgerFindings } from './experiments-ledger.ts';
import { recoveryFindings } from './experiments-recovery.ts';
import { toolkitFindings } from './experiments-toolkit.ts';
import { reproOf, steadyOf, subjectOf, type Experiment } from './experiments-words.ts';
import { ANSWERS } from '../../model/experiment.ts';
import { formatRatio } from '../../model/units.ts';

/** What a fault did to users, services and data: whether it can be said at all, what held while it lasted, recovery, and the ledger. */
export const experiments: JudgeRule = {
  name: 'experiments',
  judge: ({ plan, evidence }) => {
    const watched = ofKind(evidence, 'fault').flatMap((piece) =>
      piece.observed === undefined ? [] : [{ piece, observed: piece.observed }],
    );
    const last = byKey(watched, ({ piece }) => `${piece.stage}\0${piece.experiment}\0${piece.leg ?? ''}`).flatMap((all) => all.slice(-1));
    return {
      drafts: last.flatMap((experiment) => [
        ...unsayable(experiment),
        ...(sayable(experiment)
          ? [
              ...lostWalks(experiment),
              ...recoveryFindings(experiment),
              ...duringFindings(experiment),
              ...askedFindings(experiment),
              ...attemptFindings(experiment),
              ...toolkitFindings(experiment),
              ...ledgerFindings(
                experiment,
                plan.stages.find(({ name }) => name === experiment.piece.stage),
              ),
            ]
          : []),
      ]),
    };
  },
};

function sayable({ piece, observed }: Experiment): boolean {
  return piece.proof.state === 'proved' && observed.steady.state === 'good';
}

/** So many walks may get lost in the machine of the gate, which is busy too, and this share of them. */
const LOST = 2;
const LOST_SHARE = 0.1;

/** Whoever could not read answers in time has not looked: what else is found stays found. */
function lostWalks(experiment: Experiment): Drafted[] {
  const { piece, observed } = experiment;
  const since = steadyOf(experiment).flatMap(({ points }) => points.filter(([dueMs]) => dueMs >= observed.injectMs));
  const lost = since.filter(([, , answer]) => ANSWERS[answer] === 'exhausted').length;
  if (lost <= LOST || lost <= since.length * LOST_SHARE) return [];
  const measured = `${formatRatio(lost / since.length)} of ${String(since.length)} walks from the fault on`;
  return [
    draft('GAT-01', {
      stage: piece.stage,
      subject: `${subjectOf(experiment)}: lost walks`,
      title: `the machine of the gate was too busy to see what ${piece.experiment} does`,
      result: { verdict: 'inconclusive', because: `the gate itself was held up in ${measured}` },
      summary: `${observed.title}: the gate itself was held up in ${measured}, or had no connection left. Nobody can say what they would have been answered.`,
      evidence: [{ id: piece.id, shows: measured }],
      measured,
      expected: 'a gate that is there when answers come',
      fix: 'Give the machine fewer other things to do meanwhile, or a core more.',
      repro: reproOf(experiment),
      owed: true,
    }),
  ];
}

/** Why an experiment shows nothing, and what it left behind. */
function unsayable(experiment: Experiment): Drafted[] {
  const { piece, observed } = experiment;
  const common = { stage: piece.stage, repro: reproOf(experiment), owed: true };
  const drafts: Drafted[] = [];
  if (observed.steady.state === 'bad') {
    const { why } = observed.steady;
    drafts.push(
      draft('CHA-12', {
        ...common,
        subject: subjectOf(experiment),
        title: `all was not well before ${piece.experiment}, so it was not done`,
        result: { verdict: 'inconclusive', because: why },
        summary: `${observed.title} was not done: ${why}.`,
        evidence: [{ id: piece.id, shows: why }],
        measured: why,
        expected: 'every journey is good before the fault',
      }),
    );
  } else if (piece.proof.state === 'unproved') drafts.push(unproved(experiment, piece.proof.why));
  if (piece.residue !== undefined || !piece.healed) {
    const residue = piece.residue ?? 'it was not healed';
    drafts.push(
      draft('GAT-09', {
        ...common,
        subject: `${subjectOf(experiment)}: residue`,
        title: `${piece.experiment} left something behind; experiments after it were not started`,
        result: notTested(`the fault was not undone: ${residue}`),
        summary: `${observed.title}: ${residue}.`,
        evidence: [{ id: piece.id, shows: residue }],
        measured: residue,
        expected: 'everything is as it was before the fault',
        fix: 'Run `gauntlet heal`, then look at what is named here; a service that was started anew meanwhile may have taken part of the fault with it.',
      }),
    );
  }
  return drafts;
}

function unproved(experiment: Experiment, why: string): Drafted {
  const { piece, observed } = experiment;
  return draft('GAT-01', {
    stage: piece.stage,
    subject: subjectOf(experiment),
    title: `${piece.experiment} was never proved to have an effect`,
    result: { verdict: 'inconclusive', because: `the fault had no proved effect: ${why}` },
    summary: `${observed.title}: ${why}. A fault without a proved effect shows nothing, however green the system was.`,
    evidence: [{ id: piece.id, shows: why }],
    measured: why,
    expected: 'a proof that the fault has its effect',
    fix: 'Look whether the service that is named really carries the traffic, and whether this machine lets the gate do the fault (`doctor`).',
    repro: reproOf(experiment),
    owed: true,
  });
}
