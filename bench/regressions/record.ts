import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';

import { medianOf } from '../../src/lib/statistics/trend.ts';
import { ComparisonEvidence } from '../../src/model/evidence.ts';
import { inlineProject } from '../../tests/e2e/support/project.ts';

/*
 * Records comparisons of real services, for the tests of the judge: `node bench/regressions/record.ts 100 5 112 5` compares work of
 * 100 % and of 112 % with that of the base, each in five starts, and adds them to the fixture. A start takes about 20 s.
 */

const FIXTURE = resolve(import.meta.dirname, '../../src/judge/regressions/fixtures/recorded.json');
const WORK = 400_000;

/** One start of both sides: `[walks, medians of base's turns, of head's, base CPU, head CPU]` of each pair; times in milliseconds. */
interface Recorded {
  readonly work: number;
  readonly machine: string;
  readonly pairs: readonly (readonly [
    walks: number,
    base: readonly number[],
    head: readonly number[],
    cpu: number | null,
    cpuOfHead: number | null,
  ])[];
}

const asked = process.argv.slice(2).map(Number);
for (let at = 0; at < asked.length; at += 2) {
  const lives = await record(asked[at] ?? 100, asked[at + 1] ?? 2);
  const before = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Recorded[];
  writeFileSync(FIXTURE, `[\n${[...before, ...lives].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
  for (const { work, machine, pairs } of lives)
    process.stdout.write(`${work} % (${machine}): ${pairs.map(([, base, head]) => `${medianOf(base)}/${medianOf(head)}`).join(' ')}\n`);
}

async function record(work: number, restarts: number): Promise<Recorded[]> {
  await using project = await inlineProject(files(100, restarts));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: project.path });
  git('checkout', '-q', '-b', 'change');
  await project.write(files(work, restarts));
  git('commit', '-q', '--allow-empty', '-a', '-m', 'change');
  const { stderr } = await project.gauntlet(['run']);
  const run = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
  const text = await readFile(join(run, 'evidence/performance/comparison-base.json'), 'utf8').catch(() => '');
  if (text === '') throw new Error(stderr);
  const machine = `${availableParallelism()} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, node ${process.version}`;
  const sum = (cpu: Readonly<Record<string, number>> | undefined) => cpu && Object.values(cpu).reduce((all, ms) => all + ms, 0);
  return ComparisonEvidence.parse(JSON.parse(text)).lives.map(({ pairs }) => ({
    work,
    machine,
    pairs: pairs.map(([base, head]) => [base.walks, base.turns, head.turns, sum(base.cpuMs) ?? null, sum(head.cpuMs) ?? null]),
  }));
}

function files(work: number, restarts: number): Record<string, string> {
  return {
    'server.cjs': `const { createServer } = require('node:http');
const spin = (n) => { let x = 0; for (let i = 0; i < n; i += 1) x = (x * 31 + i) % 1000003; return x; };
createServer((request, response) => response.end(String(request.url === '/' ? 1 : spin(${(WORK * work) / 100})))).listen(process.env.PORT, '127.0.0.1');
`,
    'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages: [performance: {compare: {journeys: chat, restarts: ${restarts}}}]
journeys: {chat: {steps: [{get: "{{api}}/chat", expect: {status: 200}}]}}
`,
  };
}
