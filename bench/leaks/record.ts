import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';

import { LeaksEvidence } from '../../src/model/evidence.ts';
import { inlineProject } from '../../tests/e2e/support/project.ts';

/*
 * Records what searches for leaks see of real services, for the tests of the judge:
 * `node bench/leaks/record.ts 4 plain plain leak-buffer` makes these searches, four at a time, and adds them to the fixture.
 */

const FIXTURE = resolve(import.meta.dirname, '../../src/judge/leaks/fixtures/recorded.json');
const SERVER = readFileSync(join(import.meta.dirname, 'server.cjs'), 'utf8');
const FIRST_PORT = 9_330;

interface Recorded {
  readonly kind: string;
  readonly machine: string;
  /** `[walks, heap bytes, memory bytes, descriptors, threads]` at each look. */
  readonly looks: readonly (readonly (number | null)[])[];
}

const [lanes = '2', ...kinds] = process.argv.slice(2);
const queue = kinds.map((kind, index) => ({ kind, port: FIRST_PORT + index }));
await Promise.all(Array.from({ length: Number(lanes) }, work));

async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) add(await record(next));
}

function add(recorded: Recorded): void {
  const before = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Recorded[];
  writeFileSync(FIXTURE, `[\n${[...before, recorded].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
  process.stdout.write(`${recorded.kind}: ${JSON.stringify(recorded.looks.map(([, heap]) => heap))}\n`);
}

async function record({ kind, port }: { kind: string; port: number }): Promise<Recorded> {
  await using project = await inlineProject({
    'server.cjs': SERVER,
    'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /, env: {KIND: ${kind}, NODE_OPTIONS: --inspect-port=${port}}}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages: [performance: {leaks: chat}]
journeys: {chat: {steps: [{get: "{{api}}/chat", expect: {status: 200}}]}}
`,
  });
  const { stderr } = await project.gauntlet(['run']);
  const run = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
  const text = await readFile(join(run, 'evidence/performance/leaks-chat.json'), 'utf8').catch(() => '');
  if (text === '') throw new Error(`${kind}: ${stderr}`);
  const { services } = LeaksEvidence.parse(JSON.parse(text));
  const looks = (services[0]?.looks ?? []).map(({ walks, heapBytes, memoryBytes, fds, pids }) =>
    [walks, heapBytes, memoryBytes, fds, pids].map((value) => value ?? null),
  );
  const machine = `${availableParallelism()} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, node ${process.version}`;
  return { kind, machine, looks };
}
