import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { UpResult } from '../../../src/stacks/contract.ts';
import { bench, ENTRY, js, plugin, ports, target } from './support/stack.ts';

const pidsOf = ({ manifest }: UpResult): number[] =>
  manifest.services.flatMap(({ replicas }) => replicas.flatMap(({ pid }) => (pid === undefined ? [] : [pid])));
const cause = ({ readiness }: UpResult) => (readiness.state === 'not-ready' ? readiness.causes[0] : undefined);

describe('up', () => {
  test('a healthy stack in the order of its dependencies, then nothing of it', async () => {
    await using stack = bench({
      targets: [target('web', 'web', { health: '/healthz', path: '/app' }), target('admin', 'web', { port: 1 })],
    });
    const up = await stack.up({
      env: { SHARED: '{{run.dir}}' },
      services: {
        web: {
          run: js(
            `console.log('started ' + Date.now()); fetch(env.DB_URL).then(async (r) => { console.log(await r.text()); serve((q, s) => { s.statusCode = q.url === '/healthz' ? 200 : 404; s.end(env.SHARED); }); })`,
          ),
          health: '/healthz',
          env: { DB_URL: 'http://{{db.host}}:{{db.port}}' },
          depends_on: { db: { condition: 'service_healthy' }, migrate: { condition: 'service_completed_successfully' } },
        },
        migrate: { run: js(`console.log('migrated'); setTimeout(() => {}, 300)`), depends_on: { db: { condition: 'service_healthy' } } },
        db: { run: js(`setTimeout(() => serve((q, s) => s.end('I am db')), 300)`), health: 'tcp', ports: { admin: 'auto' } },
      },
    });
    expect(up.readiness).toMatchObject({ state: 'ready' });
    const [web, migrate, db] = up.manifest.services;
    expect(web).toMatchObject({
      kind: 'long-running',
      hasHealthcheck: true,
      dependsOn: ['db', 'migrate'],
      replicas: [{ state: 'running', health: 'healthy', restarts: 0 }],
    });
    expect(migrate).toMatchObject({ kind: 'one-shot', replicas: [{ state: 'exited', exitCode: 0 }] });
    expect(Date.parse(web?.replicas[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(migrate?.replicas[0]?.finishedAt ?? ''));
    expect(db?.ports).toHaveLength(2);
    expect(up.manifest.targets[0]).toMatchObject({ name: 'web', url: `http://127.0.0.1:${String(web?.ports[0]?.port)}/app` });
    expect(await (await fetch(up.manifest.targets[0]?.url ?? '')).text()).toBe(stack.context.runDir);
    expect((await plugin.look(up.manifest, stack.context)).readiness.state).toBe('ready');

    const logs = await plugin.logs(up.manifest, stack.context);
    expect(logs.map(({ file }) => file)).toEqual(['logs/head/web.log', 'logs/head/migrate.log', 'logs/head/db.log']);
    expect(readFileSync(join(stack.context.runDir, 'logs/head/web.log'), 'utf8')).toContain('I am db');

    expect(await stack.down()).toEqual([]);
    for (const pid of pidsOf(up)) expect(ports.exec.isAlive(pid)).toBe(false);
    expect(await stack.down()).toEqual([]);
  });

  test('a one-shot that fails is the root cause, with its last lines; who waits for it is blocked', async () => {
    await using stack = bench();
    const up = await stack.up({
      services: {
        migrate: { run: js(`console.error('relation "users" does not exist'); process.exit(3)`), one_shot: true },
        api: { run: js('serve()'), health: '/', depends_on: { migrate: { condition: 'service_completed_successfully' } } },
        web: { run: js('serve()'), health: '/', depends_on: ['api'] },
      },
    });
    expect(cause(up)).toMatchObject({
      service: 'migrate',
      reason: 'one-shot-failed',
      exitCode: 3,
      blocked: ['api', 'web'],
      logTail: ['relation "users" does not exist'],
    });
    expect(up.readiness.afterMs).toBeLessThan(5_000);
  });

  test('a service that dies again and again is a restart loop', async () => {
    await using stack = bench({ readyMs: 20_000 });
    const up = await stack.up({
      services: { api: { run: js(`console.log('cannot reach db'); setTimeout(() => process.exit(1), 50)`), restart: 'always' } },
    });
    expect(cause(up)).toMatchObject({ service: 'api', reason: 'restart-loop', logTail: ['cannot reach db'] });
    const state = JSON.parse(readFileSync(join(stack.context.runDir, 'stack/head/state.json'), 'utf8'));
    expect(state.services[0].logs.length).toBeLessThanOrEqual(4);
    expect(state.services[0].restarts).toBeGreaterThanOrEqual(3);
  });

  test('a service that is never healthy: one cause, its log, its dependents', async () => {
    await using stack = bench({ readyMs: 2_500 });
    const up = await stack.up({
      services: {
        db: {
          run: js(`console.log('waiting for a license'); serve((q, s) => { s.statusCode = 503; s.end('no license'); })`),
          health: '/ready',
        },
        api: { run: js('serve()'), depends_on: { db: { condition: 'service_healthy' } } },
      },
    });
    expect(up.readiness.state === 'not-ready' && up.readiness.causes).toHaveLength(1);
    expect(cause(up)).toMatchObject({
      service: 'db',
      reason: 'never-healthy',
      blocked: ['api'],
      healthOutput: expect.stringContaining('answered 503: no license'),
      logTail: ['waiting for a license', 'listening'],
    });
  });

  test('a service that dies while starting, and a program that is not there', async () => {
    await using stack = bench();
    expect(cause(await stack.up({ services: { api: { run: js(`console.log('boom'); process.exit(9)`), health: 'tcp' } } }))).toMatchObject({
      service: 'api',
      reason: 'exited',
      exitCode: 9,
    });
    await stack.down();
    await using other = bench();
    expect(cause(await other.up({ services: { api: { run: ['gauntlet-no-such-program'] } } }))).toMatchObject({
      service: 'api',
      reason: 'up-failed',
      message: expect.stringContaining('program not found'),
    });
  });
});

test('a stranger on the port does not answer for a service that never came up', async () => {
  await using stack = bench();
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const up = await stack.up({ services: { api: { run: js('serve()'), port, health: 'tcp' } } });
  server.close();
  expect(cause(up)).toMatchObject({
    service: 'api',
    reason: 'up-failed',
    message: expect.stringContaining(`port ${String(port)} is in use`),
  });
});

describe('preflight', () => {
  test('a port in use, with its owner; unknown names; circles; missing programs', async () => {
    await using stack = bench({ targets: [target('t', 'nowhere')] });
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const found = await plugin.preflight(
      {
        services: {
          api: { run: 'gauntlet-no-such-program --serve', port, depends_on: ['nobody'], env: { X: '{{nobody.port}}' } },
          a: { run: ['true'], depends_on: ['b'] },
          b: { run: 'exec true', cwd: 'missing', depends_on: { a: { condition: 'service_healthy' } } },
          ok: { run: js('serve()') },
        },
      },
      stack.context,
    );
    server.close();
    expect(Object.fromEntries(found.map(({ what, message }) => [what, message]))).toEqual({
      'unknown-dependency': 'api depends on nobody, which is no service',
      'no-health': expect.stringContaining('b waits until a is healthy'),
      'dependency-circle': 'services wait for each other in a circle: a → b → a',
      'unknown-placeholder': expect.stringContaining('api.env.X: {{nobody.port}} stands for nothing'),
      'unknown-target': 'target t is at nowhere, which is no service',
      'missing-program': 'api runs gauntlet-no-such-program, which is not there',
      'missing-folder': expect.stringContaining('missing'),
      'port-in-use': expect.stringMatching(new RegExp(`port ${String(port)} of api is in use by .+ \\(pid ${String(process.pid)}\\)`)),
    });
  });
});

describe('watch', () => {
  test('what dies, restarts and turns unhealthy while a stage runs', async () => {
    await using stack = bench();
    const up = await stack.up({
      services: {
        api: { run: js('serve()'), health: '/', restart: 'on-failure' },
        db: {
          run: js(`let sick = false; serve((q, s) => { if (q.url === '/sick') sick = true; s.statusCode = sick ? 500 : 200; s.end(); })`),
          health: '/',
          interval: '100ms',
        },
        calm: { run: js('serve()'), health: '/' },
      },
    });
    expect(up.readiness.state).toBe('ready');
    const watch = plugin.watch(up.manifest, stack.context);
    process.kill(up.manifest.services[0]?.replicas[0]?.pid ?? 0, 'SIGKILL');
    await fetch(`http://127.0.0.1:${String(up.manifest.services[1]?.ports[0]?.port)}/sick`);
    await expect
      .poll(
        () =>
          watch
            .incidents()
            .map(({ service, what }) => `${service} ${what}`)
            .toSorted(),
        { timeout: 5_000 },
      )
      .toEqual(['api died', 'api restarted', 'db unhealthy']);
    await expect
      .poll(async () => (await plugin.look(up.manifest, stack.context)).manifest.services[0]?.replicas[0], { timeout: 5_000 })
      .toMatchObject({ state: 'running', restarts: 1, health: 'healthy' });
    await watch[Symbol.asyncDispose]();
    expect(watch.incidents().find(({ what }) => what === 'died')?.message).toBe('exited with code 137');
  });

  test('a supervisor that was killed is told, and its children end with it', async () => {
    await using stack = bench();
    const up = await stack.up({ services: { api: { run: js('serve()'), health: '/' } } });
    await using watch = plugin.watch(up.manifest, stack.context);
    process.kill((up.manifest.handle['supervisor'] as { pid: number }).pid, 'SIGKILL');
    await expect.poll(() => watch.incidents()[0]?.message, { timeout: 5_000 }).toBe('the supervisor is gone');
    expect((await plugin.look(up.manifest, stack.context)).readiness.state).toBe('not-ready');
    await expect.poll(() => pidsOf(up).map((pid) => ports.exec.isAlive(pid)), { timeout: 5_000 }).toEqual([false]);
    expect(await stack.down()).toEqual([]);
  });
});

describe('down', () => {
  test('dependents first, and who ignores TERM is killed', async () => {
    await using stack = bench();
    const order = join(stack.context.runDir, 'order.txt');
    const note = (name: string, then: string): string[] =>
      js(`serve(); process.on('SIGTERM', () => { require('node:fs').appendFileSync('${order}', '${name} '); ${then} })`);
    const up = await stack.up({
      grace: '500ms',
      services: {
        db: { run: note('db', 'process.exit(0)'), health: 'tcp' },
        api: { run: note('api', 'setTimeout(() => process.exit(0), 200)'), health: 'tcp', depends_on: ['db'] },
        web: { run: note('web', '/* no */'), health: 'tcp', depends_on: ['api'] },
      },
    });
    expect(up.readiness.state).toBe('ready');
    const started = performance.now();
    expect(await stack.down()).toEqual([]);
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(readFileSync(order, 'utf8')).toBe('web api db ');
    expect(pidsOf(up).filter((pid) => ports.exec.isAlive(pid))).toEqual([]);
  });

  test('a secret in a command line is not on disk and reaches the command', async () => {
    await using stack = bench();
    const secret = 'q7Gx0vTz81LmPp3s';
    const context = { ...stack.context, ports: { ...ports, env: { ...ports.env, MY_API_TOKEN: secret } } };
    const options = { services: { api: { run: js(`if ('${secret}'.length === 16) serve()`), health: 'tcp' } } };
    const up = await plugin.up(plugin.options.parse(options), context);
    expect(up.readiness.state).toBe('ready');
    const specFile = up.manifest.handle['specFile'] as string;
    expect(readFileSync(specFile, 'utf8')).not.toContain(secret);
    expect(await plugin.down(up.manifest.handle, context)).toEqual([]);
  });

  test('in a hurry nobody is waited for', async () => {
    await using stack = bench();
    const deaf = js(`process.on('SIGTERM', () => {}); serve()`);
    const up = await stack.up({
      services: { db: { run: deaf }, api: { run: deaf, depends_on: ['db'] }, web: { run: deaf, depends_on: ['api'] } },
    });
    expect(up.readiness.state).toBe('ready');
    const started = performance.now();
    expect(await plugin.down(up.manifest.handle, { ...stack.context, signal: AbortSignal.abort() })).toEqual([]);
    expect(performance.now() - started).toBeLessThan(4_500);
    expect(pidsOf(up).filter((pid) => ports.exec.isAlive(pid))).toEqual([]);
  });

  test('a stack whose gate is gone ends its runaways too', async () => {
    await using stack = bench();
    const script = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); serve()`;
    const up = await stack.up({ lifetime: '2s', services: { api: { run: js(script), health: 'tcp' } } });
    const { mark } = z.object({ mark: z.string() }).parse(up.manifest.handle);
    const marked = () =>
      execFileSync('sh', ['-c', `grep -slz 'GAUNTLET_STACK_MARK=${mark}' /proc/[0-9]*/environ || true`], { encoding: 'utf8' });
    expect(marked().trim().split('\n').length).toBeGreaterThanOrEqual(3);
    await expect.poll(marked, { timeout: 6_000 }).toBe('');
  });

  test('a grandchild that went to a session of its own is found', async () => {
    await using stack = bench();
    const up = await stack.up({
      services: {
        api: {
          run: js(
            `serve(); const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); console.log('escaped ' + c.pid)`,
          ),
          health: 'tcp',
        },
      },
    });
    await plugin.logs(up.manifest, stack.context);
    const escaped = Number(/escaped (\d+)/.exec(readFileSync(join(stack.context.runDir, 'logs/head/api.log'), 'utf8'))?.[1]);
    expect(ports.exec.isAlive(escaped)).toBe(true);
    expect(await stack.down()).toEqual([]);
    expect(ports.exec.isAlive(escaped)).toBe(false);
  });

  test('a stack that nobody owns ends with its lifetime', async () => {
    await using stack = bench();
    const up = await stack.up({ lifetime: '1s', services: { api: { run: js('serve()'), health: '/' } } });
    expect(up.readiness.state).toBe('ready');
    await expect.poll(() => pidsOf(up).filter((pid) => ports.exec.isAlive(pid)), { timeout: 8_000 }).toEqual([]);
    expect((await plugin.look(up.manifest, stack.context)).readiness).toMatchObject({
      state: 'not-ready',
      causes: [{ message: expect.stringContaining('its lifetime is over') }],
    });
  });

  test('a later process with the number of an old one is left alone', async () => {
    await using stack = bench();
    await stack.up({ services: { api: { run: js('serve()'), health: '/' } } });
    await stack.down();
    const stranger = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' });
    const file = join(stack.context.runDir, 'stack/head/state.json');
    const state = JSON.parse(readFileSync(file, 'utf8'));
    const reused = { pid: stranger.pid, startedAt: state.services[0].process.startedAt };
    writeFileSync(file, JSON.stringify({ ...state, supervisor: reused, services: [{ ...state.services[0], process: reused }] }));
    expect(await stack.down()).toEqual([]);
    expect(ports.exec.isAlive(stranger.pid ?? 0)).toBe(true);
    stranger.kill('SIGKILL');
  });

  test('a stack that is still starting when the gate is interrupted', async () => {
    const controller = new AbortController();
    await using stack = bench();
    const starting = plugin.up(
      { services: { slow: { run: js('setInterval(() => {}, 1000)'), health: 'tcp' } } },
      { ...stack.context, signal: controller.signal },
    );
    const reason = new Error('interrupted');
    setTimeout(() => controller.abort(reason), 700);
    await expect(starting).rejects.toBe(reason);
    expect(await stack.down()).toEqual([]);
  });

  test('kill -9 of the gate leaves nothing', async () => {
    await using stack = bench();
    const { runDir } = stack.context;
    const options = {
      services: {
        api: { run: js('serve()'), health: '/' },
        web: { run: `${process.execPath} -e "setInterval(() => {}, 1000)" & wait`, depends_on: ['api'] },
      },
    };
    const file = join(runDir, 'gate.json');
    writeFileSync(file, JSON.stringify({ options, root: runDir, runDir, runId: 'run-2', instance: 'head', readyMs: 15_000, targets: [] }));
    const gate = spawn(process.execPath, [ENTRY, 'gate', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    const line = await new Promise<string>((resolve) => gate.stdout.once('data', (data: Buffer) => resolve(data.toString())));
    const up: UpResult = JSON.parse(line);
    expect(up.readiness.state).toBe('ready');
    const all = [...pidsOf(up), (up.manifest.handle['supervisor'] as { pid: number }).pid];
    expect(all.every((pid) => ports.exec.isAlive(pid))).toBe(true);
    gate.kill('SIGKILL');
    await expect.poll(() => all.filter((pid) => ports.exec.isAlive(pid)), { timeout: 4_000 }).toEqual([]);
    expect(JSON.parse(readFileSync(join(runDir, 'stack/head/state.json'), 'utf8'))).toMatchObject({
      phase: 'stopped',
      reason: expect.stringContaining('is gone'),
    });
    expect(await plugin.down(up.manifest.handle, stack.context)).toEqual([]);
  });
});

describe('logs', () => {
  test('200 MB are bounded, both ends stay, secrets do not', async () => {
    await using stack = bench({ readyMs: 30_000 });
    const flood = `console.log('FIRST s3cr3t-value'); const chunk = ('x'.repeat(99) + '\\n').repeat(1000); let n = 0; (function go() { while (n++ < 2000) if (!process.stdout.write(chunk)) return process.stdout.once('drain', go); console.log('LAST'); serve(); })()`;
    const up = await stack.up({
      services: { noisy: { run: js(flood), health: 'tcp', env: { API_TOKEN: 'token-1234567890', SHOWN: 'x' } } },
    });
    expect(up.readiness.state).toBe('ready');
    expect(readFileSync(join(stack.context.runDir, 'stack/head/spec.json'), 'utf8')).not.toContain('token-1234567890');
    // `listening` follows LAST; while the process runs, its newest lines are on disk already.
    await plugin.logs(up.manifest, stack.context);
    const log = join(stack.context.runDir, 'logs/head/noisy.log');
    expect(statSync(log).size).toBeLessThanOrEqual(20_000_000);
    const text = readFileSync(log, 'utf8');
    expect(text.startsWith('FIRST [redacted]\n')).toBe(true);
    expect(text).toMatch(/\[gauntlet: \d+ bytes dropped here\]/);
    expect(text.trimEnd().split('\n').slice(-2)).toEqual(['LAST', 'listening']);
    expect(await stack.down()).toEqual([]);
  });
});
