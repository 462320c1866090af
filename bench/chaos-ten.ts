import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { Evidence, ofKind, type FaultEvidence } from '../src/model/evidence.ts';
import { chatAgent } from '../tests/e2e/support/example.ts';

// Ten experiments on the example with the budget of a pull request: how long the stage takes, and what of it is neither steady window,
// fault nor recovery.

const STEADY_MS = 3_000;
const held = (type: string, service: string) => ({ fault: { [type]: { service }, for: '4s' }, steady: 'ask', during: { deadline: '4s' } });
const TEN = {
  'redis-down': held('stop', 'redis'),
  'llm-hangs': held('pause', 'llm'),
  'postgres-hangs': held('pause', 'postgres'),
  'api-dies': { fault: { kill: { service: 'api' } }, steady: 'ask', ledger: { write: 'ask', read: 'find' } },
  'redis-hangs': held('pause', 'redis'),
  'llm-down': held('stop', 'llm'),
  'worker-hangs': held('pause', 'worker'),
  'api-hangs': held('pause', 'api'),
  'worker-down': held('stop', 'worker'),
  'postgres-down': held('stop', 'postgres'),
};

/** @throws Error when not all of them were carried out. */
export async function benchTenExperiments(stack: 'process' | 'compose'): Promise<void> {
  await using example = await chatAgent();
  const { project } = example;
  const config = parse(await project.read('chaos.yml')) as { stages: unknown; experiments: unknown };
  await project.write({
    'ten.yml': JSON.stringify({
      ...config,
      experiments: TEN,
      stages: [{ chaos: { experiments: Object.keys(TEN), recovery_time: '< 30s' } }],
    }),
  });
  const from = performance.now();
  const ended = await project.gauntlet(['run', '--stack', stack, '--config', 'ten.yml', '--budget', 'pr']);
  const wholeMs = performance.now() - from;
  const run = join(project.path, '.gauntlet/runs', readFileSync(join(project.path, '.gauntlet/latest'), 'utf8').trim());
  const pieces = evidenceIn(join(run, 'evidence/chaos'));
  const stageMs = /chaos │ \w+ after ([\d.]+) s/.exec(ended.stderr)?.[1];
  const proved = pieces.filter(({ proof }) => proof.state === 'proved');
  const overheads = pieces.map((piece) => piece.experiment.padEnd(16) + partsOf(piece));
  const spentMs = pieces.reduce(
    (sum, { observed }) => sum + (observed === undefined ? 0 : STEADY_MS + faultMs(observed) + recoveryMs(observed)),
    0,
  );
  process.stdout.write(
    `chaos, ${pieces.length} experiments on the example (${stack}), ${proved.length} proved: stage ${stageMs} s (to be under 180), whole run ${(wholeMs / 1_000).toFixed(1)} s; overhead ${((Number(stageMs) * 1_000 - spentMs) / pieces.length / 1_000).toFixed(2)} s each (to be under 3; mean, everything between them included)\n${overheads.join('\n')}\n`,
  );
  if (pieces.length < Object.keys(TEN).length) throw new Error(ended.stderr);
}

type Observed = NonNullable<FaultEvidence['observed']>;

function faultMs({ lasts, injectMs, healedMs }: Observed): number {
  return lasts === 'held' ? healedMs - injectMs : 0;
}

function recoveryMs({ journeys }: Observed): number {
  return Math.max(0, ...journeys.map(({ role, recovery }) => (role === 'steady' && 'afterMs' in recovery ? recovery.afterMs : 0)));
}

function partsOf({ observed, window }: FaultEvidence): string {
  if (observed === undefined) return 'nothing observed';
  const wholeMs = Date.parse(window.to) - Date.parse(window.from);
  const parts = { until: observed.injectMs, fault: faultMs(observed), recovery: recoveryMs(observed), whole: wholeMs };
  return `${Object.entries(parts)
    .map(([name, ms]) => `${name} ${(ms / 1_000).toFixed(2)}`)
    .join(', ')} s`;
}

function evidenceIn(folder: string): FaultEvidence[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('fault-'));
  return ofKind(
    files.map((file) => Evidence.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))),
    'fault',
  );
}
