import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { readEvent } from './events.ts';
import { BuildSteps } from './images.ts';
import { dockerHostOf, readContainers } from './inspect.ts';
import { BoundedLines } from './logs.ts';
import { graphOf, hasHealthcheck, Model, unsetVariables } from './model.ts';
import { ComposeOptions, handleOf, projectFromHandle, projectName, projectOf } from './options.ts';
import { compareVersions } from './preflight.ts';
import { fixedPorts } from './preflight-ports.ts';
import { healthUrl } from './targets.ts';
import { Incidents } from './watch.ts';

// Recorded from Compose 2.26.1 on Engine 20.10.24; identities and paths replaced.
const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const inspected = JSON.parse(fixture('inspect.json')) as unknown[];
const events = fixture('events.ndjson')
  .split('\n')
  .flatMap((line) => readEvent(line) ?? []);
const model = Model.parse(JSON.parse(fixture('config.json')));

describe('inspect', () => {
  const containers = readContainers(inspected, '127.0.0.1');
  const of = (service: string) => containers.find((container) => container.service === service);

  it('states, exit codes, restarts, refused starts and health', () => {
    expect(containers.map(({ service }) => service).toSorted()).toEqual(['api', 'broken', 'migrate', 'seed', 'sick', 'worker', 'worker']);
    expect(of('api')?.replica).toMatchObject({
      name: 'shop-api-1',
      state: 'running',
      health: 'healthy',
      healthOutput: 'fine',
      restarts: 0,
    });
    expect(of('api')?.replica).not.toHaveProperty('exitCode');
    expect(of('worker')).toMatchObject({ restartPolicy: 'always', replica: { state: 'restarting', exitCode: 3, restarts: 5 } });
    expect(of('broken')?.replica).toMatchObject({ state: 'created', error: expect.stringContaining('executable file not found') });
    expect(of('broken')?.replica).not.toHaveProperty('startedAt');
    expect(of('seed')?.replica).toMatchObject({ state: 'exited', exitCode: 0, health: 'none' });
    expect(of('sick')?.replica).toMatchObject({ health: 'unhealthy', healthOutput: 'no' });
  });

  it('published ports: any-address becomes loopback, IPv4 and IPv6 on one port are one', () => {
    expect(of('api')?.ports).toEqual([
      { container: 80, host: '127.0.0.1', port: expect.any(Number) },
      { container: 81, host: '127.0.0.1', port: 18_999 },
    ]);
  });

  it('IPv6 alone, and an engine on another machine', () => {
    const only = {
      Id: 'x',
      Name: '/x',
      State: { Status: 'running' },
      Config: { Labels: { 'com.docker.compose.service': 'x' } },
      NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '::', HostPort: '8080' }], '81/tcp': null } },
    };
    expect(readContainers([only], '127.0.0.1')[0]?.ports).toEqual([{ container: 80, host: '::1', port: 8080 }]);
    expect(readContainers([only], 'docker')[0]?.ports).toEqual([{ container: 80, host: 'docker', port: 8080 }]);
  });

  it.each([
    [undefined, '127.0.0.1'],
    ['unix:///var/run/docker.sock', '127.0.0.1'],
    ['tcp://docker:2376', 'docker'],
    ['tcp://[fd00::2]:2375', 'fd00::2'],
    ['ssh://ci@build-7', 'build-7'],
  ])('DOCKER_HOST %s publishes on %s', (value, host) => {
    expect(dockerHostOf(value === undefined ? {} : { DOCKER_HOST: value })).toBe(host);
  });
});

describe('model', () => {
  it('classifies by what the model says, and leaves the rest to behaviour', () => {
    const kinds = Object.fromEntries(graphOf(model, []).map(({ name, kind }) => [name, kind]));
    expect(kinds).toEqual({
      api: 'long-running',
      broken: 'undeclared',
      migrate: 'one-shot',
      seed: 'undeclared',
      sick: 'long-running',
      worker: 'long-running',
    });
    expect(graphOf(model, ['seed']).find(({ name }) => name === 'seed')?.kind).toBe('long-running');
  });

  it('replicas, dependencies, ports', () => {
    const graph = graphOf(model, []);
    expect(graph.find(({ name }) => name === 'worker')?.replicas).toBe(2);
    expect(graph.find(({ name }) => name === 'api')?.dependsOn).toEqual(['migrate']);
    expect(fixedPorts(model)).toEqual([{ service: 'api', hostIp: '127.0.0.1', port: 18_999, target: 81 }]);
  });

  it('a switched-off health check is none', () => {
    const one = (healthcheck: unknown) =>
      hasHealthcheck(Model.parse({ services: { x: { healthcheck } } }).services['x'] ?? { depends_on: {}, ports: [] });
    expect([one({ disable: true }), one({ test: ['NONE'] }), one({ interval: '1s' }), one({ test: ['CMD', 'true'] })]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('a service that a provider stands for has no container to wait for', () => {
    expect(graphOf(Model.parse({ services: { ai: { provider: { type: 'model' } } } }), [])).toEqual([]);
  });

  it('unset variables, once each', () => {
    const line = (name: string): string =>
      `time="2026-01-01T00:00:00Z" level=warning msg="The \\"${name}\\" variable is not set. Defaulting to a blank string."\n`;
    expect(unsetVariables(line('FOO') + line('BAR') + line('FOO'))).toEqual(['FOO', 'BAR']);
  });
});

describe('events', () => {
  it('reads what concerns readiness, and skips what health checks do', () => {
    expect([...new Set(events.map(({ action }) => action))].toSorted()).toEqual(['create', 'die', 'healthy', 'start', 'unhealthy']);
    expect(events.find(({ action, service }) => action === 'die' && service === 'worker')).toMatchObject({
      container: expect.stringMatching(/^shop-worker-\d$/),
      exitCode: 3,
    });
    expect(readEvent('not json')).toBeUndefined();
  });

  it('a one-shot’s end is no incident; what came after a kill was asked for', () => {
    const manifest = {
      handle: { undeclared: ['seed'] },
      services: ['api', 'migrate', 'seed'].map((name) => ({
        name,
        kind: name === 'migrate' ? ('one-shot' as const) : ('long-running' as const),
        dependsOn: [],
        hasHealthcheck: name === 'api',
        replicas: [],
        ports: [],
        phases: {},
      })),
    };
    const incidents = new Incidents(manifest);
    const event = (second: number, service: string, action: 'die' | 'kill' | 'start' | 'oom' | 'unhealthy', exitCode?: number): void =>
      incidents.take({
        at: new Date(second * 1_000).toISOString(),
        id: service,
        service,
        container: `shop-${service}-1`,
        action,
        exitCode,
      });
    event(1, 'migrate', 'die', 0);
    event(1, 'seed', 'die', 0);
    event(2, 'api', 'kill');
    event(2, 'api', 'die', 137);
    event(3, 'api', 'start');
    event(4, 'api', 'oom');
    event(4, 'api', 'die', 137);
    event(5, 'api', 'start');
    event(60, 'seed', 'die', 2);
    expect(incidents.list.map(({ service, what }) => [service, what])).toEqual([
      ['api', 'oom-killed'],
      ['api', 'died'],
      ['api', 'restarted'],
      ['seed', 'died'],
    ]);
  });
});

describe('options', () => {
  const context = {
    root: '/repo/Shop App',
    runId: '20260101-101500-ab12',
    instance: 'head',
    ports: { env: { PATH: '/bin', COMPOSE_FILE: 'other.yaml' } },
  } as unknown as Parameters<typeof projectOf>[1];

  it('the handle has names, never values, and is enough for another process', () => {
    const project = projectOf(ComposeOptions.parse({ files: 'compose.yaml', env: { TOKEN: 's3cret' } }), context);
    expect(project).toMatchObject({
      files: ['/repo/Shop App/compose.yaml'],
      projectDirectory: '/repo/Shop App',
      env: { PATH: '/bin', TOKEN: 's3cret' },
    });
    expect(project.env).not.toHaveProperty('COMPOSE_FILE');
    const handle = JSON.parse(JSON.stringify(handleOf(project))) as ReturnType<typeof handleOf>;
    expect(JSON.stringify(handle)).not.toContain('s3cret');
    expect(projectFromHandle(handle, { env: { PATH: '/bin' } })).toMatchObject({
      project: project.project,
      files: project.files,
      env: { TOKEN: '0' },
    });
  });

  it('a handle that names another kind of project is refused', () => {
    expect(() => projectFromHandle({ project: '-rf' }, { env: {} })).toThrow();
  });

  it('project names are valid, short and unique', () => {
    expect(projectName('/repo/Shop App', '20260101-101500-ab12', 'head')).toBe('gauntlet-shop-app-20260101-101500-ab12-head');
    expect(projectName('/repo/---', 'X', 'base')).toBe('gauntlet-stack-x-base');
    const long = projectName(`/${'r'.repeat(90)}`, 'i'.repeat(90), 'head');
    expect(long.length).toBeLessThanOrEqual(63);
    expect(long).toMatch(/^[a-z0-9][a-z0-9_-]*i-head$/);
  });
});

describe('small readers', () => {
  it('versions', () => {
    expect([
      compareVersions('2.26.1-4', '2.20.0'),
      compareVersions('v2.9.0', '2.20.0'),
      compareVersions('2.20', '2.20.0'),
      compareVersions('5.0.1', '2.20.0'),
    ]).toEqual([1, -1, 0, 1]);
  });

  it('build steps: each service’s time is its own', () => {
    const steps = new BuildSteps(['api', 'web']);
    steps.take('#1 [api internal] load build definition', 100);
    steps.take('#5 [web 1/2] FROM docker.io/library/debian', 200);
    steps.take('#5 DONE 0.3s', 500);
    steps.take('#7 [api 2/2] RUN make', 600);
    steps.take('#7 ERROR: exit code: 2', 900);
    expect([steps.msOf('api'), steps.msOf('web'), steps.msOf('db'), steps.failed]).toEqual([800, 300, undefined, 'api']);
  });

  it('logs keep their ends, whole lines, and say what is missing', () => {
    const text = new BoundedLines(100);
    for (let line = 0; line < 50_000; line += 1) text.add(`line ${line}`);
    expect(text.join()).toMatch(/^line 0\nline 1\n[^]*\n\[gauntlet: \d+ lines, \d+ bytes left out\]\nline 4999\d\n[^]*line 49999\n$/);
    expect(Buffer.byteLength(text.join())).toBeLessThan(180);
  });

  it('health is asked over HTTP at the target’s host', () => {
    expect(healthUrl('ws://127.0.0.1:81/ws', '/health')).toBe('http://127.0.0.1:81/health');
    expect(healthUrl('https://[::1]:81', '/health?x=1')).toBe('https://[::1]:81/health?x=1');
  });
});
