import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { median, time } from './measure.ts';
import { writeLargeReport, writeManyReports } from './results-samples.ts';

const READER = resolve(import.meta.dirname, 'results-read.ts');
const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const ROUNDS = 3;
const READERS = ['decode', 'gauntlet', 'gauntlet-merged', 'xml2js', 'xml-js'] as const;
const SAID: Readonly<Record<(typeof READERS)[number], string>> = {
  decode: 'plain reading and decoding, the ceiling',
  gauntlet: 'gauntlet: hashed, read, counted from its cases, checked against its suites',
  'gauntlet-merged': 'gauntlet: the same, and merged by identity with a line per test',
  xml2js: "dorny/test-reporter's parser: xml2js 0.6.2, cases counted",
  'xml-js': "mikepenz/action-junit-report's parser: xml-js 1.6.11 (compact, by way of JSON), cases counted",
};

interface Read {
  readonly ms: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly peakBytes: number;
}

/** Test results at size: throughput against the peers' parsers in the same run, memory of a gigabyte, thousands of files. */
export async function benchResults(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-bench-results-'));
  try {
    await throughput(folder);
    await gigabyte(folder);
    await manyFiles(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function throughput(folder: string): Promise<void> {
  const file = join(folder, 'report.xml');
  await writeLargeReport(file, 100_000_000);
  const { size } = await stat(file);
  const reads: Record<string, Read[]> = {};
  // A B C …, A B C …: when the machine slows down, it slows down for all.
  for (let round = 0; round < ROUNDS; round += 1) for (const reader of READERS) (reads[reader] ??= []).push(await read(reader, file));
  const ms = (reader: string): number => median((reads[reader] ?? []).map((one) => one.ms));
  const counts = READERS.filter((reader) => reader !== 'decode').map((reader) => JSON.stringify(reads[reader]?.[0]?.counts));
  print(
    `results: one JUnit report of ${(size / 1e6).toFixed(0)} MB, medians of ${ROUNDS} rounds, one process each; all count ${new Set(counts).size === 1 ? 'the same' : 'DIFFERENTLY'}: ${counts[0]}`,
  );
  for (const reader of READERS) {
    const peak = Math.max(...(reads[reader] ?? []).map(({ peakBytes }) => peakBytes));
    const ratios = READERS.filter((other) => other.startsWith('xml') && !reader.startsWith('xml'))
      .map((other) => `${(ms(other) / ms(reader)).toFixed(1)} × ${other}`)
      .join(', ');
    print(
      `  ${ms(reader).toFixed(0).padStart(6)} ms ${(size / 1e3 / ms(reader)).toFixed(0).padStart(5)} MB/s ${megabytes(peak).padStart(8)}  ${SAID[reader]}${ratios === '' ? '' : ` (${ratios})`}`,
    );
  }
}

async function gigabyte(folder: string): Promise<void> {
  const file = join(folder, 'gigabyte.xml');
  const cases = await writeLargeReport(file, 1_000_000_000);
  const { ms, peakBytes, stdout } = await watched([process.execPath, CLI, 'inspect', '--json', file], folder);
  const { tests } = JSON.parse(stdout) as { tests: number };
  print(
    `results: inspect of 1 GB with ${cases} tests (${tests} counted): ${(ms / 1000).toFixed(1)} s, peak memory ${megabytes(peakBytes)} (goal: 256 MB)`,
  );
  await rm(file);
}

async function manyFiles(folder: string): Promise<void> {
  const project = join(folder, 'project');
  await writeManyReports(join(project, 'prepared'), { files: 2_000, cases: 50 });
  await writeFile(
    join(project, 'gauntlet.yml'),
    "version: 1\nstages:\n  - unit: {run: cp -r prepared reports, results: 'reports/*.xml'}\n",
  );
  const runs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await rm(join(project, 'reports'), { recursive: true, force: true });
    runs.push((await time([process.execPath, CLI, '-q', 'run'], { cwd: project })).ms);
  }
  print(
    `results: 100,000 tests in 2,000 files: ${(median(runs) / 1000).toFixed(1)} s for the whole run: copied there, found, read, merged, judged, reported (goal: 5 s)`,
  );
}

async function read(reader: string, file: string): Promise<Read> {
  const { stdout, exitCode } = await time([process.execPath, '--max-old-space-size=4096', READER, reader, file]);
  if (exitCode !== 0) throw new Error(`${reader} could not read ${file}`);
  return JSON.parse(stdout) as Read;
}

/** Runs a program and looks at the most memory that it had (Linux alone tells it from outside). */
async function watched(
  [program = '', ...args]: readonly string[],
  cwd: string,
): Promise<{ ms: number; peakBytes: number; stdout: string }> {
  const from = performance.now();
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let [stdout, peakBytes] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const closed = once(child, 'close');
  const status = `/proc/${child.pid}/status`;
  while (child.exitCode === null) {
    const told = existsSync(status) ? await readFile(status, 'utf8').catch(() => '') : '';
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+)/.exec(told)?.[1] ?? 0) * 1024);
    await wait(20);
  }
  await closed;
  return { ms: performance.now() - from, peakBytes, stdout };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await benchResults();
