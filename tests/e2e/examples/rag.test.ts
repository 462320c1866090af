import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { DEFECTS } from '../../../examples/agent-rag/src/defects.js';
import { agentRag, codesOf, type Example } from '../support/example.ts';

/** Defects that do not touch each other, so that one run with all of them shows each by its own row and nothing else. */
interface Together {
  readonly defects: readonly string[];
  readonly stages: string;
  /** What comes with them. */
  readonly beside?: readonly string[];
  readonly args?: readonly string[];
  /** What of the configuration is changed: a defect that lives there, checks that have nothing to do with it. */
  readonly edit?: readonly [string | RegExp, string];
  /** Takes half a minute that other tests have shown already: where somebody sets GAUNTLET_LONG_TESTS. */
  readonly long?: true;
}

const TOGETHER: Readonly<Record<string, Together>> = {
  'disclosure, retrieval, routing, agents, learning and delivery': {
    defects: [
      ...['chatty-health', 'chatty-discovery', 'chatty-quickstart', 'chatty-skills', 'whole-manual', 'dead-link', 'raw-embeddings'],
      ...['second-page', 'all-local', 'counts-characters', 'no-cost-metric', 'no-solution', 'novelty-inverted', 'stored-twice'],
      ...['deaf-ranking', 'hollow-skill', 'eager-writer', 'lost-context', 'cuts-answers', 'undelivered', 'silent-analyst'],
    ],
    stages: 'audit,e2e',
    edit: ['checks: all', 'checks: [AGT-13]'],
  },
  'under load, and a model that nobody declares': {
    defects: ['no-quickstart', 'delivered-twice', 'narrow-lane', 'slow-answers', 'few-sessions', 'small-table', 'undeclared-model'],
    stages: 'e2e,performance',
    // Where the time went, when a limit on it is broken.
    beside: ['LOAD-15'],
    edit: [/^model: .*\n/m, ''],
  },
  'when the analytics store fails': {
    defects: ['no-breaker'],
    stages: 'chaos',
    args: ['--only', 'RES-01'],
    // What is answered while it is open cannot be seen of one that never opens.
    beside: ['RES-02'],
    long: true,
  },
};

let example: Example | undefined;

afterEach(() => example?.[Symbol.asyncDispose]());

it.each(Object.entries(TOGETHER).filter(([, { long }]) => !long || process.env['GAUNTLET_LONG_TESTS'] !== undefined))(
  'each defect is found by its own row: %s',
  async (_, { defects, stages, beside = [], args = [], edit }) => {
    example = await agentRag();
    if (edit) await change(example, edit);
    const found = await example.gate({ stack: 'process', stages, args, env: { DEFECTS: defects.join(',') } });
    const rows = defects.map((name) => DEFECTS[name]?.row ?? `no defect ${name}`);
    expect({ codes: codesOf(found.report), exitCode: found.exitCode }).toEqual({ codes: [...rows, ...beside].sort(), exitCode: 1 });
  },
);

it('nothing is found on the hardened system, phase by phase', async () => {
  example = await agentRag();
  const { report, exitCode } = await example.gate({ stack: 'process', stages: 'audit,e2e,performance,smoke', env: {} });
  expect({ findings: report.findings.map(({ code, summary }) => `${code}: ${summary}`), exitCode }).toEqual({ findings: [], exitCode: 0 });
  // What a stub answers clears no row about answers.
  expect([...new Set(report.notLooked.flatMap(({ code, because }) => (because.includes('stub') ? [code] : [])))]).toEqual([
    'AGT-09',
    'AGT-21',
  ]);
});

it('every defect has its place in one run, and every row of agents a defect', () => {
  const tried = Object.values(TOGETHER).flatMap(({ defects }) => defects);
  expect(tried.toSorted()).toEqual(Object.keys(DEFECTS).sort());
  const agents = Array.from({ length: 26 }, (_, index) => `AGT-${String(index + 1).padStart(2, '0')}`);
  expect(Object.values(DEFECTS).map(({ row }) => row)).toEqual(expect.arrayContaining(agents));
});

async function change({ project }: Example, [from, to]: readonly [string | RegExp, string]): Promise<void> {
  const text = await readFile(join(project.path, 'gauntlet.yml'), 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`gauntlet.yml has no ${String(from)}`);
  await project.write({ 'gauntlet.yml': changed });
}
