import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { CheckContext } from '../../../src/checks/contract.ts';
import { checks } from '../../../src/checks/registry.ts';
import type { Json } from '../../../src/lib/json.ts';
import type { StackManifest } from '../../../src/model/manifest.ts';
import { compose } from '../../../src/stacks/compose/index.ts';
import type { StackContext } from '../../../src/stacks/contract.ts';
import { auditLive, type LiveAudit } from '../../support/live.ts';
import { ports } from '../compose/harness-ports.ts';

const run = promisify(execFile);
const LAB = join(import.meta.dirname, 'lab');
const TAGS = ['postgres:15', 'mariadb:10', 'redis:7', 'prometheus:2', 'alertmanager:1', 'api:1'];

/** One image with every server of the lab, from Debian's own packages, under the names by which the stacks call it. */
export async function buildLab(): Promise<void> {
  await run('docker', ['build', '-q', ...TAGS.flatMap((tag) => ['-t', `gauntlet-lab/${tag}`]), LAB], { maxBuffer: 64_000_000 });
}

export interface LiveStack extends AsyncDisposable {
  readonly manifest: StackManifest;
  /** What a check collected and its judge says, as it would be stored. */
  readonly audit: (code: string, options?: Json) => Promise<LiveAudit>;
}

/** Brings a stack of the lab up, for checks to look at. */
export async function liveStack(file: string, tracked: readonly string[]): Promise<LiveStack> {
  const runDir = await mkdtemp(join(tmpdir(), 'gauntlet-live-'));
  const booked: StackManifest['handle'][] = [];
  const signal = new AbortController().signal;
  const context: StackContext = {
    ports: ports({ LAB_TOKEN: 'token-Xw83ndTe20q' }),
    root: LAB,
    runDir,
    runId: `live-${process.pid}-${file.split('.')[0] ?? ''}`,
    instance: 'head',
    readyMs: 120_000,
    targets: [],
    signal,
    redact: (text) => text,
    book: async (handle) => void booked.push(handle),
  };
  const options = compose.options.parse({ files: file });
  const down = async (): Promise<void> => {
    const handle = booked.at(-1);
    if (handle) await compose.down(handle, context);
    await rm(runDir, { recursive: true, force: true });
  };
  const { manifest, readiness } = await compose.up(options, context);
  if (readiness.state !== 'ready') {
    await down();
    throw new Error(`${file} is not ready: ${JSON.stringify(readiness.causes)}`);
  }
  let model: Promise<unknown> | undefined;
  const checkContext: CheckContext = {
    ports: context.ports,
    root: LAB,
    manifest,
    signal,
    tracked: async () => tracked,
    boots: () => compose.boots?.(options, manifest, context) ?? Promise.resolve(undefined),
    model: () => (model ??= compose.model?.(options, context) ?? Promise.resolve(undefined)),
  };
  return {
    manifest,
    audit: (code, options) => auditLive(code, options === undefined ? checkContext : { ...checkContext, options: { [code]: options } }),
    [Symbol.asyncDispose]: down,
  };
}

/** Every row that asks a running stack. */
export const LIVE_CODES: readonly string[] = checks.filter(({ needs }) => needs === 'live').map(({ code }) => code);
