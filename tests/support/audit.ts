import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { onTestFinished } from 'vitest';

import type { CheckContext } from '../../src/checks/contract.ts';
import { checks } from '../../src/checks/registry.ts';
import { rowJudges } from '../../src/judge/registry.ts';
import type { StackManifest } from '../../src/model/manifest.ts';
import type { RowResult } from '../../src/model/row-judge.ts';
import type { Json } from '../../src/lib/json.ts';
import { nodePorts } from '../../src/ports/node/index.ts';
import { inlineProject } from '../e2e/support/project.ts';

const run = promisify(execFile);

export interface Audited {
  readonly state: 'collected' | 'not-applicable' | 'gap';
  readonly because?: string;
  /** What is stored as evidence. */
  readonly stored: string;
  /** Confirmed results, as `priority subject`, and all of them. */
  readonly found: readonly string[];
  readonly results: readonly RowResult[];
}

export interface Surroundings {
  /** The time of the run (ISO 8601). */
  readonly now?: string;
  /** Makes what git does not track, in the repository's folder; returns the model when paths in it must be absolute. */
  readonly prepare?: (root: string) => Promise<unknown>;
  /** The row is asked for by its code. */
  readonly named?: boolean;
  /** Further variables of the environment of the gate. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the configuration says under the code of the check in `check_options`. */
  readonly options?: Json;
  /** Compose files that the stack is made of, later ones on top. */
  readonly stackFiles?: readonly string[];
  /** Places that are up, by the names of their targets: `http://127.0.0.1:49153`. Without them no stack is. */
  readonly targets?: Readonly<Record<string, string>>;
}

/** Runs one static check, and its judge, on a real repository of these files; the stack's model is given as Compose resolves it. */
export async function audit(
  code: string,
  files: Readonly<Record<string, string>>,
  model?: unknown,
  { now, prepare, named, env, options, stackFiles, targets }: Surroundings = {},
): Promise<Audited> {
  const project = await inlineProject(files);
  onTestFinished(() => project[Symbol.asyncDispose]());
  const check = checks.find((candidate) => candidate.code === code);
  const judge = rowJudges.find((candidate) => candidate.code === code);
  if (!check || !judge) throw new Error(`no check ${code}`);
  const ports = nodePorts({
    env: { PATH: process.env['PATH'] ?? '', ...env },
    progress: { say: () => {}, update: () => {}, warn: () => {} },
  });
  const prepared = await prepare?.(project.path);
  const context: CheckContext = {
    ports: now === undefined ? ports : { ...ports, clock: { ...ports.clock, now: () => now } },
    root: project.path,
    tracked: async () => (await run('git', ['ls-files', '-z'], { cwd: project.path })).stdout.split('\0').filter((path) => path !== ''),
    model: async () => prepared ?? model,
    named,
    manifest: targets === undefined ? undefined : manifestOf(targets),
    signal: AbortSignal.timeout(20_000),
    stackFiles,
    ...(options === undefined ? {} : { options: { [code]: check.options?.parse(options) as Json } }),
  };
  const collected = await check.collect(context);
  const stored = JSON.stringify(collected);
  if (collected.state !== 'collected') return { state: collected.state, because: collected.because, stored, found: [], results: [] };
  const results = judge.evaluate(judge.facts.parse(JSON.parse(JSON.stringify(check.facts.parse(collected.facts)))));
  const found = results
    .filter(({ result }) => result.verdict === 'confirmed')
    .map(({ subject, priority }) => `${priority?.[0] ?? judge.rule?.priority ?? '?'} ${subject}`);
  return { state: 'collected', stored, found, results };
}

function manifestOf(targets: Readonly<Record<string, string>>): StackManifest {
  const resolved = Object.entries(targets).map(([name, url]) => ({
    name,
    url,
    host: new URL(url).hostname,
    port: Number(new URL(url).port),
  }));
  return { schema: 'gauntlet.stack/1', kind: 'external', instance: 'head', project: 'audit', services: [], targets: resolved, handle: {} };
}
