import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'vitest';

import type { Finding } from '../../../src/model/finding.ts';
import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { comment } from '../../../src/sinks/comment/index.ts';
import { projectAt } from '../support/project.ts';
import { fixedNames, withoutNumbers, type Varying } from './volatile.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const REPORTS = join(ROOT, 'examples/seeds');

export interface Run {
  /** Folder below `examples` that becomes a repository of its own; what lies beside a deeper one comes along. */
  readonly system: string;
  /** The seed's configuration, in that folder. */
  readonly config: string;
  /** A program that makes what no repository should hold, run in the copy before git sees it. */
  readonly prepare?: string;
  /** Words of the command line after `run`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Switches that put known defects into the system: part of the command that the report shows. */
  readonly switches?: Readonly<Record<string, string>>;
}

/** Runs a seed's configuration on a copy of its system. */
export async function gate({ system, config, prepare, args = [], env = {}, switches = {} }: Run): Promise<ReportV1> {
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-golden-'));
  try {
    const path = join(folder, system);
    const [example = system] = system.split('/');
    const kept = (source: string): boolean => !/\/(?:\.gauntlet|reports|node_modules)$/.test(source);
    await cp(join(ROOT, 'examples', example), join(folder, example), { recursive: true, filter: kept });
    await appendFile(join(path, '.gitignore'), '.gauntlet/\nnode_modules\nreports/\n');
    if (prepare !== undefined) await promisify(execFile)('sh', [prepare], { cwd: path });
    const project = await projectAt(path, { modules: join(ROOT, 'node_modules') });
    const words = Object.entries(switches).map(([name, value]) => `${name}=${value}`);
    const ended = await project.gauntlet(['-q', 'run', '--config', config, ...args], {
      env: { ...env, ...switches, GAUNTLET_COMMAND: [...words, 'bin/gauntlet'].join(' ') },
    });
    if (ended.exitCode === 70 || ended.exitCode === 3) throw new Error(ended.stderr);
    return await ended.report();
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Holds a report to the one that is kept in `examples/seeds` under this name: the comment, and what matters of the JSON. Numbers that
 * differ from run to run (times, sizes, counts of tries) are compared as such, and what is kept stays a report as it really was.
 * `npm run golden` writes the kept ones anew where more than such numbers has changed.
 */
export async function expectGolden(name: string, report: ReportV1, varying: Varying = 'measured'): Promise<void> {
  const fixed = fixedNames(report);
  await hold(`${name}.md`, `${fixed(comment.render(report)).trimEnd()}\n`, varying);
  await hold(`${name}.json`, `${fixed(JSON.stringify(essential(report), undefined, 2))}\n`, varying);
}

/** What a test that fails says about a verdict. */
export function told({ equation, findings }: ReportV1): string {
  return [equation, ...findings.map(({ code, title, measured }) => `${code} ${title}: ${measured}`)].join('\n');
}

async function hold(file: string, now: string, varying: Varying): Promise<void> {
  const path = join(REPORTS, file);
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (process.env['GAUNTLET_GOLDEN'] === 'write') {
    await mkdir(join(path, '..'), { recursive: true });
    if (withoutNumbers(kept, varying) !== withoutNumbers(now, varying)) await writeFile(path, now);
    return;
  }
  expect(withoutNumbers(now, varying), `${file}: read what the gate says now, and keep it with \`npm run golden\``).toBe(
    withoutNumbers(kept, varying),
  );
}

/** What a reviewer must see change: verdict, stages and every finding with its proof. */
function essential({ verdict, equation, stages, findings, notLooked, claims }: ReportV1): unknown {
  return {
    verdict,
    equation,
    stages: stages.map(({ name, outcome, headline, blockedBy }) => ({ name, outcome, headline, blockedBy })),
    findings: findings.map(findingOf),
    notLooked: notLooked.filter(({ blocks }) => blocks),
    ...(claims === undefined ? {} : { claims: claims.claims.map(({ id, title, verdict: found }) => ({ id, title, verdict: found })) }),
  };
}

function findingOf({
  code,
  priority,
  disposition,
  result,
  stage,
  subject,
  title,
  measured,
  expected,
  evidence,
  fix,
  repro,
}: Finding): unknown {
  const proof = evidence.map(({ id, shows }) => `${id}: ${shows}`);
  return {
    code,
    priority,
    disposition,
    verdict: result.verdict,
    stage,
    subject,
    title,
    measured,
    allowed: expected,
    proof,
    fix,
    again: repro.join(' '),
  };
}
