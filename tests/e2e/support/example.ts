import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { projectAt, type Project } from './project.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

export interface Gate {
  readonly exitCode: number | null;
  readonly report: ReportV1;
}

/** The example system in a folder of its own, whose packages come from this checkout: runs side by side never share reports. */
export interface Example extends AsyncDisposable {
  readonly project: Project;
  readonly gate: (options: {
    stack: 'process' | 'compose';
    stages: string;
    env: Readonly<Record<string, string>>;
    /** Further words of the command line. */
    args?: readonly string[];
  }) => Promise<Gate>;
}

export function chatAgent(): Promise<Example> {
  return exampleOf('chat-agent');
}

export function agentRag(): Promise<Example> {
  return exampleOf('agent-rag');
}

/** Copies the example into a fresh repository. */
async function exampleOf(name: string): Promise<Example> {
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-example-'));
  const path = join(folder, name);
  const kept = (source: string): boolean => !/\/(?:\.gauntlet|reports|node_modules)$/.test(source);
  await cp(join(ROOT, 'examples', name), path, { recursive: true, filter: kept });
  const project = await projectAt(path, { modules: join(ROOT, 'node_modules') });
  return {
    project,
    gate: async ({ stack, stages, env, args = [] }) => {
      const ended = await project.gauntlet(['-q', 'run', '--stack', stack, '--stage', stages, ...args], { env });
      if (ended.exitCode === 70 || ended.exitCode === 3) throw new Error(ended.stderr);
      return { exitCode: ended.exitCode, report: await ended.report() };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Codes of the findings that stand for themselves. */
export function codesOf(report: ReportV1): string[] {
  return [...new Set(ownOf(report).map(({ code }) => code))].sort();
}

/** All findings but the ones that only follow from another: stages that a broken stack kept from running. */
export function ownOf({ findings }: ReportV1): ReportV1['findings'] {
  const causes = new Set(findings.filter(({ result }) => result.verdict === 'confirmed').map(({ group }) => group));
  return findings.filter(({ result, group }) => result.verdict === 'confirmed' || group === undefined || !causes.has(group));
}
