import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import type { PlannedTarget } from '../../../src/model/plan.ts';
import type { Readiness, RootCause, StackManifest } from '../../../src/model/manifest.ts';
import { compose } from '../../../src/stacks/compose/index.ts';
import type { StackContext, UpResult } from '../../../src/stacks/contract.ts';
import { ports } from './harness-ports.ts';

export const SLEEP = 'sh -c "trap exit TERM; sleep 600 & wait"';

export interface Lab {
  readonly root: string;
  readonly context: StackContext;
  readonly options: unknown;
  readonly booked: StackManifest['handle'][];
  readonly up: () => Promise<UpResult>;
  readonly down: () => Promise<readonly string[]>;
}

export interface LabOptions {
  readonly readyMs?: number;
  readonly signal?: AbortSignal;
  readonly targets?: readonly PlannedTarget[];
  readonly instance?: 'head' | 'base';
  readonly options?: Record<string, unknown>;
  readonly redact?: (text: string) => string;
  readonly env?: Record<string, string>;
  readonly files?: Readonly<Record<string, string>>;
}

let runs = 0;

/** A tiny project with a compose file, and a stack on it that is taken down when the test ends, whatever happened. */
export async function lab(yaml: string, settings: LabOptions = {}): Promise<Lab> {
  const root = await mkdtemp(join(tmpdir(), 'shop-'));
  await writeFile(join(root, 'compose.yaml'), yaml);
  for (const [name, text] of Object.entries(settings.files ?? {})) await writeFile(join(root, name), text);
  runs += 1;
  const booked: StackManifest['handle'][] = [];
  const context: StackContext = {
    ports: ports(settings.env),
    root,
    runDir: join(root, '.gauntlet', 'runs', '1'),
    runId: `t${process.pid}-${runs}`,
    instance: settings.instance ?? 'head',
    readyMs: settings.readyMs ?? 30_000,
    targets: settings.targets ?? [],
    signal: settings.signal ?? new AbortController().signal,
    redact: settings.redact ?? ((text) => text),
    book: async (handle) => void booked.push(handle),
  };
  const options = compose.options.parse({ files: 'compose.yaml', ...settings.options });
  const down = async (): Promise<readonly string[]> => {
    const handle = booked.at(-1);
    return handle
      ? compose.down(JSON.parse(JSON.stringify(handle)) as StackManifest['handle'], { ...context, signal: new AbortController().signal })
      : [];
  };
  onTestFinished(async () => {
    await down();
    await rm(root, { recursive: true, force: true });
  });
  return { root, context, options, booked, up: () => compose.up(options, context), down };
}

/** The causes of a stack that is not ready; fails the test with what is there when it is ready. */
export function causes(readiness: Readiness): readonly RootCause[] {
  if (readiness.state === 'ready') throw new Error(`ready after ${readiness.afterMs} ms, expected a cause`);
  return readiness.causes;
}

/** Everything on the engine that carries the project's label. */
export function remains(project: string): string[] {
  const list = (...args: string[]): string[] =>
    execFileSync('docker', [...args, '-q', '--filter', `label=com.docker.compose.project=${project}`], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
  return [...list('ps', '-a'), ...list('network', 'ls'), ...list('volume', 'ls')];
}

export function target(name: string, service: string, more: Partial<PlannedTarget> = {}): PlannedTarget {
  return { name, environment: 'default', service, scheme: 'http', path: '', ...more };
}
