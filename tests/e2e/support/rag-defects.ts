import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DEFECTS } from '../../../examples/agent-rag/src/defects.js';
import { agentRag, codesOf, type Example } from './example.ts';

/** Defects of `examples/agent-rag` that do not touch each other, so that one run with all of them shows each by its own row. */
export interface Together {
  readonly defects: readonly string[];
  readonly stages: string;
  /** What comes with them. */
  readonly beside?: readonly string[];
  readonly args?: readonly string[];
  /** What of the configuration is changed: a defect that lives there, checks that have nothing to do with it. */
  readonly edit?: readonly [string | RegExp, string];
}

export const ANSWERS: Together = {
  defects: [
    'chatty-health',
    'chatty-discovery',
    'chatty-quickstart',
    'chatty-skills',
    'whole-manual',
    'dead-link',
    'raw-embeddings',
    'second-page',
    'all-local',
    'counts-characters',
    'no-cost-metric',
    'no-solution',
    'novelty-inverted',
    'stored-twice',
    'deaf-ranking',
    'hollow-skill',
    'eager-writer',
    'lost-context',
    'cuts-answers',
    'undelivered',
    'silent-analyst',
  ],
  stages: 'audit,e2e',
  edit: ['checks: all', 'checks: [AGT-13]'],
};

/** Those that only a load shows, and what cannot be together with the others. */
export const UNDER_LOAD: Together = {
  defects: ['no-quickstart', 'delivered-twice', 'narrow-lane', 'slow-answers', 'few-sessions', 'small-table', 'undeclared-model'],
  stages: 'e2e,performance',
  // Where the time went, when a limit on it is broken.
  beside: ['LOAD-15'],
  edit: [/^model: .*\n/m, ''],
};

export const UNDER_FAULT: Together = {
  defects: ['no-breaker'],
  stages: 'chaos',
  args: ['--only', 'RES-01'],
  // What is answered while it is open cannot be seen of one that never opens.
  beside: ['RES-02'],
};

/** What a run with these defects finds, and what it must find. */
export async function findings({ defects, stages, beside = [], args = [], edit }: Together): Promise<{ found: string[]; asked: string[] }> {
  await using example = await agentRag();
  if (edit) await change(example, edit);
  const { report } = await example.gate({ stack: 'process', stages, args, env: { DEFECTS: defects.join(',') } });
  const rows = defects.map((name) => DEFECTS[name]?.row ?? `no defect ${name}`);
  return { found: codesOf(report), asked: [...rows, ...beside].sort() };
}

async function change({ project }: Example, [from, to]: readonly [string | RegExp, string]): Promise<void> {
  const text = await readFile(join(project.path, 'gauntlet.yml'), 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`gauntlet.yml has no ${String(from)}`);
  await project.write({ 'gauntlet.yml': changed });
}
