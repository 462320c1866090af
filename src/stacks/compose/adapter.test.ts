import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { nodePorts } from '../../ports/node/index.ts';
import { packageDown, packageFailure, packageLogs, packageUp } from './adapter.ts';
import type { Project } from './options.ts';

// The real npm package, and a `docker` of our own that does what is asked of it.
const folder = mkdtempSync(join(tmpdir(), 'adapter-'));
const ports = nodePorts({ env: {}, progress: { say: () => undefined, update: () => undefined, warn: () => undefined } });
afterAll(() => rmSync(folder, { recursive: true }));

function project(script: string): Project {
  const bin = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(bin, 'docker'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'docker'), 0o755);
  const none: string[] = [];
  return {
    project: 'shop',
    files: ['/repo/a.yaml', '/repo/b.yaml'],
    projectDirectory: folder,
    profiles: ['x'],
    envFile: ['/repo/.e'],
    services: none,
    envKeys: none,
    undeclared: none,
    env: { PATH: `${bin}:/usr/bin:/bin`, ONLY: 'this' },
  };
}

describe('docker-compose package, tamed', () => {
  it('passes arguments as they are and the environment whole', async () => {
    const lines: string[] = [];
    const run = await packageLogs(ports, project('echo "$@"; env | grep -v "^_=" | cut -d= -f1 | sort | tr "\\n" " "'), {
      service: 'api',
      timeoutMs: 5_000,
      onStdout: (line) => lines.push(line),
    });
    expect(run.ended).toEqual({ how: 'exit', code: 0 });
    expect(lines[0]).toBe(
      `compose --ansi never -p shop --project-directory ${folder} --profile x --env-file /repo/.e -f /repo/a.yaml -f /repo/b.yaml logs --no-color --timestamps api`,
    );
    expect(lines[1]?.trim()).toBe('ONLY PATH PWD');
  });

  it('ends when the child ends, not 500 ms later', async () => {
    // The best of five: a busy machine is late as well, but not each time.
    const later = [];
    for (let round = 0; round < 5; round++) {
      const endedAt = join(folder, `ended-${round}`);
      await packageUp(ports, project(`date +%s%3N > ${endedAt}`), { timeoutMs: 5_000 });
      later.push(Date.now() - Number(await readFile(endedAt, 'utf8')));
    }
    expect(Math.min(...later)).toBeLessThan(400);
  });

  it('a failure is a result with the telling line', async () => {
    const run = await packageUp(
      ports,
      project('echo " Container a  Starting" >&2; echo "Error response from daemon: port is already allocated" >&2; exit 17'),
      { timeoutMs: 5_000 },
    );
    expect(run.ended).toEqual({ how: 'exit', code: 17 });
    expect(packageFailure(run)).toBe('Error response from daemon: port is already allocated');
  });

  it('a program that is missing is a failure as well', async () => {
    const run = await packageUp(ports, { ...project(''), env: { PATH: '/nowhere' } }, { timeoutMs: 5_000 });
    expect(run.ended.how).toBe('not-started');
  });

  it.each([':', "trap '' TERM INT"])('an abort ends the child and its children: %s', async (script) => {
    const pids: string[] = [];
    const abort = new AbortController();
    const onStdout = (line: string): void => {
      pids.push(line);
      abort.abort();
    };
    const began = performance.now();
    const run = await packageLogs(ports, project(`${script}\necho $$\nsleep 31; sleep 32`), {
      service: 'x',
      timeoutMs: 20_000,
      signal: abort.signal,
      onStdout,
    });
    expect(run.ended).toEqual({ how: 'aborted' });
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(Number(pids[0])).toBeGreaterThan(1);
    expect(ports.exec.isAlive(Number(pids[0]))).toBe(false);
  });

  it('an abort before the start ends it as well', async () => {
    const run = await packageUp(ports, project('sleep 30'), { timeoutMs: 20_000, signal: AbortSignal.abort() });
    expect(run.ended).toEqual({ how: 'aborted' });
  });

  it('a deadline', async () => {
    const run = await packageDown(ports, project('exec sleep 30'), { timeoutMs: 300, graceSeconds: 1 });
    expect(packageFailure(run)).toBe('docker compose did not end within 300 ms');
  });

  it('characters that are cut by a chunk arrive whole, and so does a last line without its end', async () => {
    const lines: string[] = [];
    await packageLogs(ports, project('printf "caf\\303"; sleep 0.2; printf "\\251\\nlast"'), {
      service: 'x',
      timeoutMs: 5_000,
      onStdout: (line) => lines.push(line),
    });
    expect(lines).toEqual(['café', 'last']);
  });

  it('stderr is bounded', async () => {
    const run = await packageUp(ports, project('i=0; while [ $i -lt 3000 ]; do echo "line $i" >&2; i=$((i+1)); done; exit 1'), {
      timeoutMs: 10_000,
    });
    expect(run.stderr.length).toBeLessThanOrEqual(200);
    expect(run.stderr.at(-1)).toBe('line 2999');
  });
});
