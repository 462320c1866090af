import { spawn } from 'node:child_process';

export interface Timing {
  readonly ms: number;
  readonly exitCode: number | null;
  readonly stdout: string;
}

export interface Comparison {
  readonly name: string;
  /** Medians in milliseconds. */
  readonly ours: number;
  readonly peer: number;
  /** Median of the ratios pair by pair: holds when the machine's speed drifts. */
  readonly ratio: number;
  readonly difference: number;
  readonly pairs: number;
}

/** Wall-clock time of a whole process. */
export function time(argv: readonly string[], { cwd, env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Timing> {
  const [program = '', ...args] = argv;
  return new Promise((done, refuse) => {
    const from = performance.now();
    let stdout = '';
    const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.on('error', refuse);
    child.on('close', (exitCode) => done({ ms: performance.now() - from, exitCode, stdout }));
  });
}

/** Runs both sides in turn, A B A B …, after one warm-up of each. */
export async function compare(
  name: string,
  sides: { ours: () => Promise<number>; peer: () => Promise<number> },
  pairs: number,
): Promise<Comparison> {
  await sides.ours();
  await sides.peer();
  const rows: { ours: number; peer: number }[] = [];
  for (let index = 0; index < pairs; index += 1) rows.push({ ours: await sides.ours(), peer: await sides.peer() });
  return {
    name,
    ours: median(rows.map(({ ours }) => ours)),
    peer: median(rows.map(({ peer }) => peer)),
    ratio: median(rows.map(({ ours, peer }) => ours / peer)),
    difference: median(rows.map(({ ours, peer }) => ours - peer)),
    pairs,
  };
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
