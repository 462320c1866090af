import { z } from 'zod';

import type { Drafted } from '../context.ts';
import { draft } from '../draft.ts';
import { reproOf, subjectOf, type Experiment } from './experiments-words.ts';

/** What an experiment of the Chaos Toolkit says of its own hypothesis after its method. */
const Facts = z.object({ deviated: z.boolean(), probes: z.number(), why: z.string().optional() });

/** Its steady state was there before, and is not while what it did lasts. */
export function toolkitFindings(experiment: Experiment): Drafted[] {
  const { piece, observed } = experiment;
  const facts = piece.fault === 'chaostoolkit' ? Facts.safeParse(piece.facts).data : undefined;
  if (facts?.deviated !== true) return [];
  const why = facts.why ?? 'a probe is not within its tolerance';
  return [
    draft(observed.rows[0] ?? 'RES-13', {
      stage: piece.stage,
      repro: reproOf(experiment),
      subject: `${subjectOf(experiment)}: hypothesis`,
      title: `the steady state of ${piece.experiment} deviates after its method`,
      summary: `${observed.title}: its hypothesis held before its method and does not after: ${why}.`,
      evidence: [{ id: piece.id, shows: why }],
      measured: why,
      expected: `all ${String(facts.probes)} probes within their tolerance`,
    }),
  ];
}
