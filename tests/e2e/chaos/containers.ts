import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FaultContext } from '../../../src/faults/contract.ts';
import type { StackManifest } from '../../../src/model/manifest.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { compose } from '../../../src/stacks/compose/index.ts';
import type { StackContext } from '../../../src/stacks/contract.ts';
import { ports } from '../compose/harness-ports.ts';
import { PROGRAM } from '../support/program.ts';

/** A stack of services without a shell, on a real engine, for all tests of a file. */
export interface Lab extends AsyncDisposable {
  readonly root: string;
  readonly manifest: StackManifest;
  readonly ports: Ports;
  /** What a fault is given; `more` replaces parts of it. */
  readonly context: (more?: Partial<FaultContext>) => FaultContext;
  /** The name of the first container of a service. */
  readonly container: (service: string) => string;
  /** Brings back what a test removed, and looks at the stack anew. */
  readonly restore: () => Promise<void>;
}

/** Brings the services of a compose text up, in which `LAB` is the image of `lab/main.go`. */
export async function bringUp(yaml: string): Promise<Lab> {
  const root = await mkdtemp(join(tmpdir(), 'chaos-lab-'));
  const image = `gauntlet-chaos-lab:${randomBytes(4).toString('hex')}`;
  await cp(join(import.meta.dirname, 'lab'), join(root, 'lab'), { recursive: true });
  execFileSync('go', ['build', '-o', 'lab', '.'], {
    cwd: join(root, 'lab'),
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' },
  });
  await writeFile(join(root, 'lab/Dockerfile'), 'FROM scratch\nCOPY lab /lab\nENTRYPOINT ["/lab"]\n');
  execFileSync('docker', ['build', '-q', '-t', image, '.'], {
    cwd: join(root, 'lab'),
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
    stdio: 'pipe',
  });
  await writeFile(join(root, 'compose.yaml'), yaml.replaceAll(/\bLAB\b/g, image));
  const outside = { ...ports(), self: [process.execPath, PROGRAM] };
  const handles: StackManifest['handle'][] = [];
  const stack: StackContext = {
    ports: outside,
    root,
    runDir: join(root, 'run'),
    runId: randomBytes(4).toString('hex'),
    instance: 'head',
    readyMs: 60_000,
    targets: [],
    signal: new AbortController().signal,
    redact: (text) => text,
    book: async (handle) => void handles.push(handle),
  };
  const options = compose.options.parse({ files: 'compose.yaml' });
  const { manifest, readiness } = await compose.up(options, stack);
  if (readiness.state !== 'ready') {
    for (const handle of handles.slice(-1)) await compose.down(handle, stack);
    throw new Error(JSON.stringify(readiness.causes));
  }
  const container = (service: string): string => `${manifest.project}-${service}-1`;
  return {
    root,
    manifest,
    ports: outside,
    container,
    context: (more = {}) => ({
      ports: outside,
      manifest,
      signal: new AbortController().signal,
      id: `test-${randomBytes(4).toString('hex')}`,
      folder: join(root, 'faults'),
      seed: 7,
      expiresAtMs: Date.now() + 60_000,
      ...more,
    }),
    restore: async () =>
      void execFileSync('docker', ['compose', '-p', manifest.project, '-f', join(root, 'compose.yaml'), 'up', '-d', '--no-recreate'], {
        cwd: root,
        stdio: 'pipe',
      }),
    [Symbol.asyncDispose]: async () => {
      for (const handle of handles.slice(-1)) await compose.down(handle, stack);
      execFileSync('docker', ['image', 'rm', '-f', image], { stdio: 'pipe' });
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** How one command of a service ended, and the milliseconds that the service took for it. */
export interface Said {
  readonly ms: number;
  readonly text: string;
  readonly ok: boolean;
}

/** Says one line to a service over its address on the network, and returns its answer. */
export async function say(lab: Lab, service: string, line: string, timeoutMs = 8_000): Promise<Said> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
  const [host = ''] = execFileSync('docker', ['inspect', '-f', format, lab.container(service)], { encoding: 'utf8' })
    .trim()
    .split(' ');
  const began = performance.now();
  const { promise, resolve: settle } = Promise.withResolvers<string>();
  const socket: Socket = connect({ host, port: 8080 }, () => socket.write(`${line}\n`));
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
    if (text.endsWith('\n')) settle(text.trim());
  });
  socket.on('error', (error) => settle(`0 err ${error.message}`));
  socket.on('close', () => settle(`0 err closed`));
  const timer = setTimeout(() => settle(`${String(Math.round(performance.now() - began))} err nobody answered`), timeoutMs);
  const answer = await promise;
  clearTimeout(timer);
  socket.destroy();
  const [, ms = '0', outcome = ''] = /^(\d+) (.*)$/s.exec(answer) ?? [];
  return { ms: Number(ms), text: outcome, ok: !outcome.startsWith('err') };
}

/** `docker …`, and what it prints. */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
