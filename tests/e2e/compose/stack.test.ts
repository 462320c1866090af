import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { compose } from '../../../src/stacks/compose/index.ts';
import { ComposeHandle } from '../../../src/stacks/compose/options.ts';
import { BASE_IMAGE, describeWithDocker } from '../support/docker.ts';
import { causes, lab, remains, SLEEP, target } from './harness.ts';
import { ports } from './harness-ports.ts';

const IMAGE = `image: ${BASE_IMAGE}\n    stop_signal: KILL`;
const HEALTHY = 'healthcheck: {test: ["CMD", "true"], interval: 500ms}';
/** Answers 503 for its first requests, then 200. */
const SERVER = `perl -MIO::Socket::INET -e '$$s=IO::Socket::INET->new(LocalPort=>80,Listen=>9,ReuseAddr=>1);for($$n=0;;$$n++){$$c=$$s->accept;<$$c>;print $$c $$n<2?"HTTP/1.1 503 no\\r\\ncontent-length: 0\\r\\n\\r\\n":"HTTP/1.1 200 ok\\r\\ncontent-length: 2\\r\\n\\r\\nok";close $$c}'`;
const server = (more = ''): string => `services:
  api:
    ${IMAGE}
    command:
      - sh
      - -c
      - |
        ${SERVER}
    ${more}
`;

describeWithDocker('compose: a stack from start to end', () => {
  it('a target is found at its published port and asked until it answers', async () => {
    const { up } = await lab(server('ports: ["80"]'), {
      targets: [target('api', 'api', { port: 80, health: '/health' }), target('ws', 'api', { scheme: 'ws', path: '/ws', port: 80 })],
    });
    const { readiness, manifest } = await up();
    expect(readiness).toMatchObject({ state: 'ready' });
    const port = manifest.services[0]?.ports[0]?.port;
    expect(manifest.targets).toEqual([
      { name: 'api', service: 'api', url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port, health: '/health' },
      { name: 'ws', service: 'api', url: `ws://127.0.0.1:${port}/ws`, host: '127.0.0.1', port },
    ]);
    expect(await (await fetch(`${manifest.targets[0]?.url}/`)).text()).toBe('ok');
    // It answered, so nobody waited out the stability window.
    expect(readiness.afterMs).toBeLessThan(3_000);
  });

  it('a port that is not published is reached at the container where the network allows it', async () => {
    const { up } = await lab(server(), { targets: [target('api', 'api', { port: 80, health: '/' })] });
    const { readiness, manifest } = await up();
    expect(readiness).toMatchObject({ state: 'ready' });
    expect(manifest.targets[0]?.url).toMatch(/^http:\/\/172\.|^http:\/\/192\.168\.|^http:\/\/10\./);
  });

  it('a target that never answers makes its service unreachable, with the repair', async () => {
    const yaml = `services:\n  api:\n    ${IMAGE}\n    command: ${SLEEP}\n    ${HEALTHY}\n`;
    const { up } = await lab(yaml, { readyMs: 4_000, targets: [target('api', 'api', { port: 8080, health: '/' })] });
    expect(causes((await up()).readiness)).toMatchObject([
      { service: 'api', reason: 'unreachable', message: expect.stringContaining('ports: ["8080"]') },
    ]);
  });

  it('head and base stand side by side, and each goes down alone', async () => {
    const yaml = `services:\n  app:\n    ${IMAGE}\n    command: ${SLEEP}\n    ports: ["80"]\n    ${HEALTHY}\n    volumes: ["data:/data"]\nvolumes: {data: {}}\n`;
    const [head, base] = [await lab(yaml), await lab(yaml, { instance: 'base' })];
    const [first, second] = await Promise.all([head.up(), base.up()]);
    expect([first.readiness.state, second.readiness.state]).toEqual(['ready', 'ready']);
    expect(await head.down()).toEqual([]);
    expect(remains(first.manifest.project)).toEqual([]);
    expect((await compose.look(second.manifest, base.context)).readiness.state).toBe('ready');
  });

  it('logs are redacted and bounded by service, of the dead as well, and come without the compose file', async () => {
    const yaml = `services:\n  app:\n    ${IMAGE}\n    command: sh -c "echo token hunter2; sleep 600"\n    ${HEALTHY}\n  seed:\n    ${IMAGE}\n    command: sh -c "echo seeded; exit 0"\n`;
    const { up, context, root, booked } = await lab(yaml, { redact: (text) => text.replaceAll('hunter2', '[redacted]') });
    const { manifest } = await up();
    for (const round of ['with the file', 'without']) {
      const sources = await compose.logs(manifest, context);
      expect(sources.map(({ file }) => file)).toEqual(['logs/head/app.log', 'logs/head/seed.log']);
      expect(await readFile(join(context.runDir, 'logs/head/app.log'), 'utf8')).toMatch(/app-1 .*token \[redacted\]/);
      expect(await readFile(join(context.runDir, 'logs/head/seed.log'), 'utf8')).toContain('seeded');
      await rm(join(root, 'compose.yaml'));
      await writeFile(join(root, 'compose.yaml'), round === 'with the file' ? 'no: [compose' : '');
    }
    await rm(join(root, 'compose.yaml'));
    expect(await compose.down(booked[0] ?? {}, context)).toEqual([]);
    expect(remains(manifest.project)).toEqual([]);
    expect(await compose.down(booked[0] ?? {}, context)).toEqual([]);
  });

  it('another process takes it down without the variables that brought it up', async () => {
    const yaml = `services:\n  app:\n    ${IMAGE}\n    command: ${SLEEP}\n    ${HEALTHY}\n    environment: {KEY: "\${SHOP_KEY:?needed}"}\n`;
    const { up, context, booked } = await lab(yaml, { options: { env: { SHOP_KEY: 's3cret' } } });
    const { manifest } = await up();
    expect(JSON.stringify([booked, manifest])).not.toContain('s3cret');
    expect(await compose.down(booked[0] ?? {}, { ...context, ports: ports() })).toEqual([]);
    expect(remains(manifest.project)).toEqual([]);
  });

  it('a gate that was killed in the middle of its start is cleaned up by the next process', async () => {
    const slow = `${IMAGE}\n    command: ${SLEEP}\n    healthcheck: {test: ["CMD-SHELL", "sleep 1; test -e /tmp/never"], interval: 1s, timeout: 3s, retries: 50}`;
    const yaml = `services:\n  db:\n    ${slow}\n${['a', 'b', 'c'].map((name) => `  ${name}:\n    ${IMAGE}\n    command: ${SLEEP}\n    volumes: ["data:/data"]\n    depends_on: {db: {condition: service_started}}\n`).join('')}volumes: {data: {}}\n`;
    const { root, context } = await lab(yaml);
    const gate = spawn(process.execPath, [fileURLToPath(new URL('./killed-up.ts', import.meta.url)), root, context.runId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(gate.stdout, 'data')) as [Buffer];
    const handle = JSON.parse(line.toString()) as Parameters<typeof compose.down>[0];
    // Compose is just creating containers now.
    await new Promise((resolve) => setTimeout(resolve, 500));
    gate.kill('SIGKILL');
    await once(gate, 'exit');
    expect(await compose.down(handle, context)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(remains(ComposeHandle.parse(handle).project)).toEqual([]);
  });

  it('a service that wants too much memory was killed for it', async () => {
    const yaml = `services:\n  hog:\n    ${IMAGE}\n    mem_limit: 24m\n    command: [perl, -e, '$$x = "a" x (300*1024*1024); sleep 600']\n    ports: ["80"]\n`;
    const { up } = await lab(yaml);
    expect(causes((await up()).readiness)).toMatchObject([{ service: 'hog', reason: 'oom-killed', exitCode: 137 }]);
  });

  it('a program that is not in the image is told in the engine’s words', async () => {
    const { up } = await lab(`services:\n  app:\n    ${IMAGE}\n    command: [nothere]\n`);
    expect(causes((await up()).readiness)).toMatchObject([
      { service: 'app', reason: 'up-failed', message: expect.stringMatching(/nothere.*executable file not found/) },
    ]);
  });

  it('the watch ignores what was asked of the engine and sees what was not', async () => {
    const yaml = `services:\n  asked:\n    ${IMAGE}\n    command: ${SLEEP}\n    ${HEALTHY}\n  sick:\n    ${IMAGE}\n    command: ${SLEEP}\n    healthcheck: {test: ["CMD-SHELL", "! test -e /tmp/sick"], interval: 300ms, retries: 2}\n  loop:\n    ${IMAGE}\n    restart: always\n    command: sh -c "while ! test -e /tmp/die; do sleep 0.1; done; rm /tmp/die; exit 5"\n    ${HEALTHY}\n`;
    const { up, down, context } = await lab(yaml);
    const { manifest } = await up();
    const watch = compose.watch(manifest, context);
    docker('kill', `${manifest.project}-asked-1`);
    docker('exec', `${manifest.project}-sick-1`, 'touch', '/tmp/sick');
    docker('exec', `${manifest.project}-loop-1`, 'touch', '/tmp/die');
    await expect
      .poll(
        () =>
          watch
            .incidents()
            .map(({ service, what }) => `${service} ${what}`)
            .toSorted(),
        { timeout: 10_000 },
      )
      .toEqual(['loop died', 'loop restarted', 'sick unhealthy']);
    expect(causes((await compose.look(manifest, context)).readiness).map(({ service }) => service)).toContain('asked');
    await down();
    const began = performance.now();
    await watch[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(watch.incidents()).toHaveLength(3);
  });

  it('an image that cannot be pulled is the cause', async () => {
    const { up } = await lab(
      `services:\n  app:\n    image: registry.invalid/shop:1\n  web:\n    ${IMAGE}\n    command: ${SLEEP}\n    depends_on: [app]\n`,
    );
    const { readiness, manifest } = await up();
    expect(causes(readiness)).toMatchObject([
      { service: 'app', reason: 'up-failed', message: expect.stringContaining('could not be pulled'), blocked: ['web'] },
    ]);
    expect(manifest.services[0]?.phases.pullMs).toBeGreaterThan(0);
  });

  it('images are built in a phase of their own, and go with the stack', async () => {
    const yaml = `services:\n  app:\n    build: {context: ., dockerfile: App}\n    stop_signal: KILL\n    command: ${SLEEP}\n    ${HEALTHY}\n`;
    const { up, down } = await lab(yaml, { files: { App: `FROM ${BASE_IMAGE}\nRUN echo built > /built\n` } });
    const { readiness, manifest } = await up();
    expect(readiness.state).toBe('ready');
    expect(manifest.services[0]?.phases).toMatchObject({
      buildMs: expect.any(Number),
      startMs: expect.any(Number),
      healthyMs: expect.any(Number),
    });
    expect(await down()).toEqual([]);
    expect(docker('image', 'ls', '-q', `${manifest.project}-app`)).toBe('');
  });

  it('an image that cannot be built is the cause', async () => {
    const { up } = await lab('services:\n  app:\n    build: {context: ., dockerfile: App}\n', {
      files: { App: `FROM ${BASE_IMAGE}\nRUN echo no compiler >&2; exit 3\n` },
    });
    expect(causes((await up()).readiness)).toMatchObject([
      {
        service: 'app',
        reason: 'up-failed',
        message: expect.stringContaining('could not be built'),
        logTail: expect.arrayContaining([expect.stringContaining('no compiler')]),
      },
    ]);
  });

  it('only the asked services and what they need are started', async () => {
    const yaml = `services:\n  db:\n    ${IMAGE}\n    command: ${SLEEP}\n    ${HEALTHY}\n  api:\n    ${IMAGE}\n    command: ${SLEEP}\n    ${HEALTHY}\n    depends_on: [db]\n  web:\n    ${IMAGE}\n    command: ${SLEEP}\n`;
    const { up } = await lab(yaml, { options: { services: ['api'] } });
    const { manifest, readiness } = await up();
    expect(readiness.state).toBe('ready');
    expect(manifest.services.map(({ name, replicas }) => [name, replicas.length])).toEqual([
      ['api', 1],
      ['db', 1],
    ]);
  });

  it('preflight says what is risky and what is wrong before anything starts', async () => {
    const yaml = `services:\n  app:\n    ${IMAGE}\n    command: "\${SHOP_CMD}"\n    container_name: shop\n    ports: ["45871:80"]\n`;
    const { context, options } = await lab(yaml);
    const found = await compose.preflight(options, context);
    expect(found.map(({ level, what }) => `${level} ${what}`)).toEqual([
      'warning variable-unset',
      'warning no-healthcheck',
      'warning fixed-container-name',
      'warning fixed-port',
    ]);
  });

  it('preflight passes on where a compose file is wrong', async () => {
    const { context, options } = await lab(`services:\n  app:\n    image: ${BASE_IMAGE}\n    portz: []\n`);
    expect(await compose.preflight(options, context)).toMatchObject([
      { level: 'error', what: 'compose-invalid', message: expect.stringMatching(/services\.app.*portz/) },
    ]);
  });

  it('preflight says that docker is missing', async () => {
    const { context, options } = await lab('services: {}\n', { env: { PATH: '/nowhere' } });
    expect(await compose.preflight(options, context)).toMatchObject([{ level: 'error', what: 'docker-missing' }]);
  });

  it('preflight says that the engine does not answer', async () => {
    const { context, options } = await lab('services: {}\n', { env: { DOCKER_HOST: 'unix:///nowhere.sock' } });
    expect(await compose.preflight(options, context)).toMatchObject([{ level: 'error', what: 'docker-unreachable' }]);
  });

  it('down that cannot look does not say that it is clean', async () => {
    const { context, up, booked } = await lab(`services:\n  app:\n    ${IMAGE}\n    command: ${SLEEP}\n    ${HEALTHY}\n`);
    await up();
    const deaf = { ...context, ports: ports({ DOCKER_HOST: 'unix:///nowhere.sock' }) };
    expect(await compose.down(booked[0] ?? {}, deaf)).toMatchObject([expect.stringContaining('unknown')]);
  });
});

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' }).trim();
}
