import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

import { compose } from '../../../src/stacks/compose/index.ts';
import { ComposeHandle } from '../../../src/stacks/compose/options.ts';
import { BASE_IMAGE, describeWithDocker } from '../support/docker.ts';
import { causes, lab, remains, SLEEP } from './harness.ts';

const healthy = 'healthcheck: {test: ["CMD", "true"], interval: 500ms}';
const service = (name: string, command: string, more = ''): string =>
  `  ${name}:\n    image: ${BASE_IMAGE}\n    command: ${command}\n${more
    .split('\n')
    .filter(Boolean)
    .map((line) => `    ${line}\n`)
    .join('')}`;
const file = (...services: string[]): string => `services:\n${services.join('')}`;

// Each test is a case that `docker compose up --wait` gets wrong or leaves half-done, on a real engine.
describeWithDocker('compose: what --wait gets wrong', () => {
  it('an orphan one-shot that exits with 0 passes', async () => {
    const { up } = await lab(file(service('app', SLEEP, healthy), service('seed', 'sh -c "exit 0"')));
    const { readiness, manifest } = await up();
    expect(readiness.state).toBe('ready');
    expect(manifest.services.map(({ name, kind }) => [name, kind])).toEqual([
      ['app', 'long-running'],
      ['seed', 'one-shot'],
    ]);
  });

  it('an orphan one-shot that runs a while and then exits with 3 is the root cause', async () => {
    const { up } = await lab(file(service('app', SLEEP, healthy), service('seed', 'sh -c "echo no table users; sleep 0.8; exit 3"')));
    const [cause, ...more] = causes((await up()).readiness);
    expect(cause).toMatchObject({ service: 'seed', reason: 'one-shot-failed', exitCode: 3, logTail: ['no table users'] });
    expect(more).toEqual([]);
  });

  it('a one-shot with a dependent runs to its end before the stack is ready', async () => {
    const { up } = await lab(
      file(
        service('migrate', 'sh -c "sleep 0.5; exit 0"'),
        service('app', SLEEP, `${healthy}\ndepends_on: {migrate: {condition: service_completed_successfully}}`),
      ),
    );
    const { readiness, manifest } = await up();
    expect(readiness.state).toBe('ready');
    expect(manifest.services.find(({ name }) => name === 'migrate')).toMatchObject({
      kind: 'one-shot',
      replicas: [{ state: 'exited', exitCode: 0 }],
    });
  });

  it('a failed one-shot is the cause, and who waits for it is blocked', async () => {
    const { up } = await lab(
      file(
        service('migrate', 'sh -c "echo column exists >&2; exit 4"'),
        service('app', SLEEP, `${healthy}\ndepends_on: {migrate: {condition: service_completed_successfully}}`),
        service('proxy', SLEEP, 'depends_on: {app: {condition: service_healthy}}'),
      ),
    );
    const found = causes((await up()).readiness);
    expect(found).toMatchObject([
      { service: 'migrate', reason: 'one-shot-failed', exitCode: 4, blocked: ['app', 'proxy'], logTail: ['column exists'] },
    ]);
  });

  it('a crash after 3 s without a health check is caught by the watch', async () => {
    const { up, context } = await lab(file(service('worker', 'sh -c "sleep 4; exit 7"')));
    const { readiness, manifest } = await up();
    expect(readiness.state).toBe('ready');
    await using watch = compose.watch(manifest, context);
    await expect
      .poll(() => watch.incidents(), { timeout: 8_000 })
      .toMatchObject([{ service: 'worker', what: 'died', message: expect.stringContaining('code 7') }]);
    const after = await compose.look(manifest, context);
    expect(causes(after.readiness)).toMatchObject([{ service: 'worker', reason: 'exited', exitCode: 7 }]);
  });

  it('a restart loop without a health check is told long before the deadline', async () => {
    const yaml = file(service('worker', 'sh -c "echo boom; exit 1"', 'restart: always'), service('app', SLEEP, healthy));
    const { up } = await lab(yaml, { readyMs: 120_000 });
    const { readiness, manifest } = await up();
    expect(causes(readiness)).toMatchObject([{ service: 'worker', reason: 'restart-loop', logTail: expect.arrayContaining(['boom']) }]);
    expect(manifest.services.find(({ name }) => name === 'worker')?.replicas[0]?.restarts).toBeGreaterThan(2);
    expect(readiness.afterMs).toBeLessThan(80_000);
  });

  it('the second of two replicas that exits is seen', async () => {
    // The first to take the lock stays, the other one dies.
    const command = `sh -c "mkdir /lock/taken || exit 9; sleep 600"`;
    const { up } = await lab(
      `${file(service('worker', command, 'init: true\ndeploy: {replicas: 2}\nvolumes: ["lock:/lock"]'))}volumes: {lock: {}}\n`,
    );
    expect(causes((await up()).readiness)).toMatchObject([{ service: 'worker', reason: 'exited', exitCode: 9 }]);
  });

  it('unhealthy is the cause, with the last output of the check', async () => {
    const check = 'healthcheck: {test: ["CMD-SHELL", "echo no route to db; exit 1"], interval: 300ms, retries: 2}';
    const { up } = await lab(file(service('db', SLEEP, check), service('app', SLEEP, 'depends_on: {db: {condition: service_healthy}}')));
    const found = causes((await up()).readiness);
    expect(found).toMatchObject([{ service: 'db', reason: 'unhealthy', healthOutput: 'no route to db', blocked: ['app'] }]);
  });

  it('unhealthy for a while and then healthy is ready: the deadline is ours', async () => {
    const check = 'healthcheck: {test: ["CMD-SHELL", "test -e /tmp/ok"], interval: 300ms, retries: 1}';
    const { up } = await lab(file(service('app', 'sh -c "sleep 3; touch /tmp/ok; sleep 600"', `init: true\n${check}`)));
    expect((await up()).readiness.state).toBe('ready');
  });

  it('the deadline holds through a slow depends_on', async () => {
    const check = 'healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 100}';
    const { up } = await lab(file(service('db', SLEEP, check), service('app', SLEEP, 'depends_on: {db: {condition: service_healthy}}')), {
      readyMs: 4_000,
    });
    const began = performance.now();
    const { readiness } = await up();
    expect(causes(readiness)).toMatchObject([{ service: 'db', reason: 'never-healthy', blocked: ['app'] }]);
    // The check alone would go on for 100 s.
    expect(performance.now() - began).toBeLessThan(40_000);
  });

  it('crashed once and then healthy is ready', async () => {
    const command = `sh -c "test -e /state/again && exec sleep 600; touch /state/again; exit 1"`;
    const { up } = await lab(
      `${file(service('app', command, `init: true\nrestart: always\n${healthy}\nvolumes: ["state:/state"]`))}volumes: {state: {}}\n`,
    );
    const { readiness, manifest } = await up();
    expect(readiness.state).toBe('ready');
    expect(manifest.services[0]?.replicas[0]).toMatchObject({ restarts: 1, health: 'healthy' });
  });

  it('service_healthy on a service without a health check is told before anything starts', async () => {
    const { context, options } = await lab(
      file(service('db', SLEEP), service('app', SLEEP, `${healthy}\ndepends_on: {db: {condition: service_healthy}}`)),
    );
    const found = await compose.preflight(options, context);
    expect(found).toMatchObject([{ level: 'error', what: 'healthy-without-healthcheck', service: 'db' }]);
  });

  it('a port conflict is the cause, and down removes what was left running', async () => {
    const holder = await lab(file(service('holder', SLEEP, `ports: ["80"]\n${healthy}`)));
    const { manifest: held } = await holder.up();
    const port = held.services[0]?.ports[0]?.port ?? 0;
    const second = await lab(
      file(
        service('db', SLEEP, healthy),
        service('web', SLEEP, `${healthy}\nports: ["${port}:80"]\ndepends_on: {db: {condition: service_started}}`),
      ),
    );
    const warned = await compose.preflight(second.options, second.context);
    expect(warned).toMatchObject([
      { level: 'error', what: 'port-busy', service: 'web', message: expect.stringContaining(held.services[0]?.replicas[0]?.name ?? '?') },
    ]);
    const { readiness, manifest } = await second.up();
    expect(causes(readiness)).toMatchObject([
      { service: 'web', reason: 'up-failed', message: expect.stringMatching(/port is already allocated/) },
    ]);
    expect(remains(manifest.project).length).toBeGreaterThan(0);
    expect(await second.down()).toEqual([]);
    expect(remains(manifest.project)).toEqual([]);
  });

  it('an interrupted start leaves nothing after down, within the 7.5 s of a cancelled job', async () => {
    const interrupt = new AbortController();
    const check = 'healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 100}';
    const stubborn = `sh -c "trap '' TERM INT; while true; do sleep 1; done"`;
    const yaml = `${file(service('db', stubborn, `${check}\nvolumes: ["data:/data"]`), service('app', SLEEP, 'depends_on: {db: {condition: service_healthy}}'))}volumes: {data: {}}\n`;
    const { up, booked, context } = await lab(yaml, { signal: interrupt.signal });
    const began = performance.now();
    execFileSync('docker', ['run', '--rm', BASE_IMAGE, 'true']);
    const oneMs = performance.now() - began;
    const ended = up().then(() => 'ready', String);
    await expect
      .poll(() => booked.map((handle) => remains(ComposeHandle.parse(handle).project)).flat(), { timeout: 30_000 })
      .not.toEqual([]);
    const aborted = performance.now();
    interrupt.abort(new Error('cancelled'));
    expect(await ended).toContain('cancelled');
    const project = ComposeHandle.parse(booked[0]).project;
    expect(remains(project).length).toBeGreaterThan(0);
    expect(await compose.down(booked[0] ?? {}, { ...context, signal: interrupt.signal })).toEqual([]);
    // A machine on which one container takes a second has no 7.5 s for all of this.
    expect(performance.now() - aborted).toBeLessThan(Math.max(7_500, oneMs * 8));
    expect(remains(project)).toEqual([]);
  });

  it('output of a start hook is kept where Compose keeps it: nowhere; the stack still waits for the hook', async () => {
    // Hooks need Compose 2.30; older ones ignore the key or refuse the file, and then there is nothing to wait for.
    const { context, options } = await lab(file(service('app', SLEEP, `${healthy}\npost_start: [{command: sleep 1}]`)));
    const found = await compose.preflight(options, context);
    expect(found.filter(({ what }) => what !== 'compose-invalid')).toEqual([]);
  });
});
