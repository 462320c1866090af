import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { makeRedactor } from '../../lib/redact.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Command } from '../../model/plan.ts';
import { nodeExec } from './exec.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-exec-'));
const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shell = (line: string) => ({ type: 'shell', line }) as const;
const node = (script: string): Command => ({ type: 'argv', argv: [process.execPath, '-e', script] });

describe('how a command ends', () => {
  test('an exit code', async () => {
    const result = await nodeExec.run(shell('echo out; echo err >&2; exit 3'), { env });
    expect(result).toMatchObject({
      outcome: { ended: 'exit', code: 3 },
      stdout: 'out\n',
      stderr: 'err\n',
      outputBytes: 8,
      droppedBytes: 0,
    });
    expect(result.tail.toSorted()).toEqual(['err', 'out']);
  });

  test('a signal', async () => {
    const result = await nodeExec.run(shell('kill -SEGV $$'), { env });
    expect(result.outcome).toEqual({ ended: 'signal', signal: 'SIGSEGV' });
  });

  test('a missing program; in a shell line it is 127', async () => {
    const missing = await nodeExec.run({ type: 'argv', argv: ['gauntlet-no-such-program'] }, { env, logFile: join(folder, 'missing.log') });
    expect(missing.outcome).toEqual({ ended: 'not-found', program: 'gauntlet-no-such-program' });
    expect(readFileSync(join(folder, 'missing.log'), 'utf8')).toContain('program not found');
    expect((await nodeExec.run(shell('gauntlet-no-such-program'), { env })).outcome).toEqual({ ended: 'exit', code: 127 });
  });

  test('a file that cannot be executed is 126, a missing folder is an error of the config', async () => {
    writeFileSync(join(folder, 'plain.txt'), 'text');
    expect((await nodeExec.run({ type: 'argv', argv: [join(folder, 'plain.txt')] }, { env })).outcome).toEqual({
      ended: 'exit',
      code: 126,
    });
    await expect(nodeExec.run(shell('true'), { env, cwd: join(folder, 'nowhere') })).rejects.toThrow(GauntletError);
  });

  test('a time-out ends the whole group, also who ignores TERM', async () => {
    const script = `
      process.on('SIGTERM', () => console.log('no'));
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')"], { stdio: ['ignore', 'inherit', 'inherit'] });
      console.log('grandchild ' + child.pid);
      setInterval(() => {}, 1000);`;
    const result = await nodeExec.run(node(script), { env, timeoutMs: 2_500, graceMs: 300 });
    expect(result.outcome).toEqual({ ended: 'timeout', afterMs: 2_500 });
    expect(result.durationMs).toBeLessThan(15_000);
    expect(result.stdout).toContain('ready');
    const grandchild = Number(/grandchild (\d+)/.exec(result.stdout)?.[1]);
    expect(nodeExec.isAlive(grandchild)).toBe(false);
  });

  test('an abort, before and during', async () => {
    expect((await nodeExec.run(shell('echo ran'), { env, signal: AbortSignal.abort() })).stdout).toBe('');
    const controller = new AbortController();
    const running = nodeExec.run(shell('echo started; sleep 30'), { env, signal: controller.signal, onLine: () => controller.abort() });
    expect(await running).toMatchObject({ outcome: { ended: 'interrupted' }, stdout: 'started\n' });
  });

  test('a grandchild that keeps the pipe open does not hold us, and ends with its parent', async () => {
    const result = await nodeExec.run(shell('sleep 20 & echo $!; exit 0'), { env });
    expect(result.outcome).toEqual({ ended: 'exit', code: 0 });
    expect(result.durationMs).toBeLessThan(10_000);
    expect(result.tail).toEqual([expect.stringMatching(/^\d+$/), expect.stringContaining('still running in the background')]);
    expect(nodeExec.isAlive(Number(result.stdout))).toBe(false);
  });

  test('a grandchild that does not heed TERM is killed', async () => {
    const line = `sh -c 'trap "" TERM; echo $$; while :; do sleep 0.1; done' > pid & while [ ! -s pid ]; do sleep 0.02; done`;
    const result = await nodeExec.run(shell(line), { cwd: folder, env, graceMs: 300 });
    expect(result.outcome).toEqual({ ended: 'exit', code: 0 });
    expect(nodeExec.isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false);
  });

  test('kill -9 of the gate: its commands end too, whether they heed TERM or not', async () => {
    const gate = `import { nodeExec } from ${JSON.stringify(new URL('exec.ts', import.meta.url).href)};
      const env = ${JSON.stringify(env)};
      const onStart = (pid) => console.log(pid);
      void nodeExec.run({ type: 'argv', argv: ['sleep', '600'] }, { env, onStart });
      await nodeExec.run({ type: 'shell', line: 'trap "" TERM; while :; do sleep 0.2; done' }, { env, onStart });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', gate], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await expect.poll(() => said.trim().split('\n').length).toBe(2);
    child.kill('SIGKILL');
    const pids = said.trim().split('\n').map(Number);
    await expect.poll(() => pids.map((pid) => nodeExec.isAlive(pid)), { timeout: 8_000 }).toEqual([false, false]);
  });

  test('a process that does not read its input', async () => {
    const result = await nodeExec.run(shell('exec 0<&-; sleep 0.1; exit 0'), { env, stdin: 'x'.repeat(1_000_000) });
    expect(result.outcome).toEqual({ ended: 'exit', code: 0 });
    expect((await nodeExec.run(shell('cat'), { env, stdin: 'héllo' })).stdout).toBe('héllo');
  });
});

describe('output', () => {
  test('the environment is the given one alone', async () => {
    const result = await nodeExec.run(shell('env | sort'), { env: { ...env, ONLY: 'this' } });
    expect(result.stdout).toContain('ONLY=this');
    expect(result.stdout).not.toContain('HOME=');
  });

  test('characters survive any chunk', async () => {
    const result = await nodeExec.run(
      node(
        `const b = Buffer.from('ä€😀\\n'); (async () => { for (const x of b) { process.stdout.write(Buffer.from([x])); await new Promise(r => setTimeout(r, 3)); } })()`,
      ),
      { env },
    );
    expect(result.stdout).toBe('ä€😀\n');
  });

  test('lines come as they arrive, the tail keeps forty', async () => {
    const lines: string[] = [];
    const result = await nodeExec.run(shell('for i in $(seq 1 100); do echo line $i; done; printf unfinished'), {
      env,
      onLine: (line, stream) => lines.push(`${stream}:${line}`),
    });
    expect(lines.at(0)).toBe('stdout:line 1');
    expect(lines.at(-1)).toBe('stdout:unfinished');
    expect(lines).toHaveLength(101);
    expect(result.tail).toHaveLength(40);
    expect(result.tail[0]).toBe('line 62');
  });

  test('a flood fills neither memory nor disk, and both ends stay', async () => {
    const logFile = join(folder, 'flood.log');
    const result = await nodeExec.run(
      node(
        `const line = 'x'.repeat(99) + '\\n'; const chunk = line.repeat(1000); console.log('FIRST'); let n = 0; (function go() { while (n++ < 600) if (!process.stdout.write(chunk)) return process.stdout.once('drain', go); process.stdout.write('LAST\\n'); })()`,
      ),
      {
        env,
        logFile,
        maxLogBytes: 1_000_000,
      },
    );
    const log = readFileSync(logFile, 'utf8');
    expect(result.outputBytes).toBeGreaterThan(60_000_000);
    expect(statSync(logFile).size).toBeLessThanOrEqual(1_000_000);
    expect(statSync(logFile).size).toBeGreaterThan(700_000);
    expect(log.startsWith('FIRST\n')).toBe(true);
    expect(log.endsWith('LAST\n')).toBe(true);
    expect(log).toContain(`[gauntlet: ${String(result.droppedBytes)} bytes dropped here]`);
    const marker = `[gauntlet: ${String(result.droppedBytes)} bytes dropped here]\n`;
    expect(statSync(logFile).size - marker.length + result.droppedBytes).toBe(result.outputBytes);
    expect(result.stdout.length).toBeLessThan(1_100_000);
    expect(log.split('\n').every((line) => [0, 5, 4, 99].includes(line.length) || line.startsWith('[gauntlet:'))).toBe(true);
  });

  test('secrets never reach the log, whatever the chunk', async () => {
    const redact = makeRedactor({ secrets: ['hunter2-hunter2'], salt: 'run' });
    const logFile = join(folder, 'secret.log');
    const script = `(async () => { for (const part of ['a hunter2-', 'hunter2 b\\n', '-----BEGIN RSA PRIVATE KEY-----\\n', 'MIIabc\\n', '-----END RSA PRIVATE KEY-----\\nend\\n']) { process.stdout.write(part); await new Promise(r => setTimeout(r, 20)); } })()`;
    const result = await nodeExec.run(node(script), { env, logFile, redact });
    expect(readFileSync(logFile, 'utf8')).toMatch(
      /^a \[secret value 15 hmac:[0-9a-f]{6}\] b\n\[secret private-key 68 hmac:[0-9a-f]{6}\]\nend\n$/,
    );
    expect(result.tail.join('\n')).not.toContain('hunter2');
    expect(result.stdout).toContain('hunter2-hunter2');
  });
});

describe('detached', () => {
  test('lives in its own group until it is killed', async () => {
    const { pid } = await nodeExec.detach(shell('echo up; sleep 60 & wait'), { env, logFile: join(folder, 'detached.log') });
    expect(nodeExec.isAlive(pid)).toBe(true);
    await expect.poll(() => readFileSync(join(folder, 'detached.log'), 'utf8')).toBe('up\n');
    expect(nodeExec.kill(pid, 'SIGKILL')).toBe(true);
    await expect.poll(() => nodeExec.isAlive(pid)).toBe(false);
    await expect.poll(() => nodeExec.kill(pid, 'SIGTERM')).toBe(false);
  });

  test('a missing program is an error with a hint; -1 is never signalled', async () => {
    await expect(
      nodeExec.detach({ type: 'argv', argv: ['gauntlet-no-such-program'] }, { env, logFile: join(folder, 'none.log') }),
    ).rejects.toThrow('program not found');
    expect(() => nodeExec.kill(-1, 'SIGKILL')).toThrow(RangeError);
    expect(() => nodeExec.kill(1, 'SIGKILL')).toThrow(RangeError);
  });
});
