import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ReplicaState, ServiceNode, Snapshot } from './observation.ts';
import { judgeReadiness, remember, settledKind, type ReadinessOptions } from './readiness.ts';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const options: ReadinessOptions = { readyMs: 60_000 };

function node(name: string, more: Partial<ServiceNode> = {}): ServiceNode {
  return { name, kind: 'long-running', replicas: 1, dependsOn: [], ...more };
}

function replica(more: Partial<ReplicaState> = {}): ReplicaState {
  return { id: 'a', name: 'a', state: 'running', health: 'none', restarts: 0, oomKilled: false, startedAt: time(0), ...more };
}

function exited(exitCode: number, more: Partial<ReplicaState> = {}): ReplicaState {
  return replica({ state: 'exited', exitCode, finishedAt: time(500), ...more });
}

function at(atMs: number, services: Snapshot['services'], more: Partial<Snapshot> = {}): Snapshot {
  return { atMs, at: time(atMs), launch: { state: 'starting' }, services, probes: [], ...more };
}

function time(ms: number): string {
  return new Date(T0 + ms).toISOString();
}

const healthy = replica({ health: 'healthy' });
const db = node('db');
const api = node('api', { dependsOn: ['db'] });

describe('ready', () => {
  it('healthy is ready at once', () => {
    expect(judgeReadiness([at(40, { db: [healthy] })], [db], options)).toEqual({ state: 'ready', afterMs: 40 });
  });

  it('without a health check: running for the window', () => {
    expect(judgeReadiness([at(2_900, { db: [replica()] })], [db], options)).toEqual({ state: 'waiting', for: ['db'] });
    expect(judgeReadiness([at(3_000, { db: [replica()] })], [db], options)).toEqual({ state: 'ready', afterMs: 3_000 });
  });

  it('the window is measured by the engine’s clock or by ours, whichever saw more of it', () => {
    const ahead = replica({ startedAt: time(50_000) });
    expect(judgeReadiness([at(100, { db: [ahead] }), at(3_200, { db: [ahead] })], [db], options).state).toBe('ready');
  });

  it('an answered target is a health check', () => {
    const probe = { target: 'api', service: 'db', message: 'GET / answered 200' };
    expect(judgeReadiness([at(100, { db: [replica()] }, { probes: [{ ...probe, state: 'ok' }] })], [db], options).state).toBe('ready');
    expect(judgeReadiness([at(9_000, { db: [healthy] }, { probes: [{ ...probe, state: 'failing' }] })], [db], options).state).toBe(
      'waiting',
    );
  });

  it('a one-shot must end, and well', () => {
    const migrate = node('migrate', { kind: 'one-shot' });
    expect(judgeReadiness([at(9_000, { migrate: [replica()] })], [migrate], options).state).toBe('waiting');
    expect(judgeReadiness([at(9_000, { migrate: [exited(0)] })], [migrate], options).state).toBe('ready');
  });

  it('an undeclared service that exits with 0 was a one-shot', () => {
    const seed = node('seed', { kind: 'undeclared' });
    expect(judgeReadiness([at(100, { seed: [exited(0)] })], [seed], options).state).toBe('ready');
    expect(settledKind(seed, [exited(0)])).toBe('one-shot');
    expect(settledKind(seed, [replica()])).toBe('long-running');
  });

  it('crashed once, then healthy', () => {
    const again = replica({ restarts: 1, health: 'healthy' });
    expect(
      judgeReadiness([at(100, { db: [replica({ state: 'restarting', exitCode: 1 })] }), at(900, { db: [again] })], [db], options).state,
    ).toBe('ready');
  });

  it('after a restart the window is longer', () => {
    const again = replica({ restarts: 1 });
    expect(judgeReadiness([at(5_000, { db: [again] })], [db], options).state).toBe('waiting');
    expect(judgeReadiness([at(6_000, { db: [again] })], [db], options).state).toBe('ready');
    expect(judgeReadiness([at(3_000, { db: [again] })], [db], { ...options, ignoreEarlierRestarts: true }).state).toBe('ready');
  });

  it('waits for start hooks when told to', () => {
    const seen = at(40, { db: [healthy] });
    expect(judgeReadiness([seen], [db], { ...options, awaitLaunch: true }).state).toBe('waiting');
    expect(judgeReadiness([{ ...seen, launch: { state: 'done' } }], [db], { ...options, awaitLaunch: true }).state).toBe('ready');
  });
});

describe('not ready', () => {
  it.each([
    ['a long-running service that exits with 0', 'long-running', exited(0), 'exited'],
    ['one that exits with another code', 'long-running', exited(2), 'exited'],
    ['a one-shot that fails', 'one-shot', exited(2), 'one-shot-failed'],
    ['an undeclared one that fails at once', 'undeclared', exited(2), 'one-shot-failed'],
    ['an undeclared one that fails after the window', 'undeclared', exited(2, { finishedAt: time(4_000) }), 'exited'],
    ['a checked one that exits with 0', 'undeclared', exited(0, { health: 'unhealthy' }), 'exited'],
    ['out of memory', 'long-running', exited(137, { oomKilled: true }), 'oom-killed'],
    ['retries used up', 'undeclared', exited(1, { restarts: 3 }), 'restart-loop'],
    ['a refused start', 'undeclared', replica({ state: 'created', error: 'port is already allocated' }), 'up-failed'],
    ['a program that is not there', 'undeclared', exited(127, { error: 'executable file not found' }), 'up-failed'],
  ] as const)('%s', (_name, kind, state, reason) => {
    const verdict = judgeReadiness([at(5_000, { db: [state] })], [node('db', { kind })], options);
    expect(verdict).toMatchObject({ state: 'not-ready', causes: [{ service: 'db', reason }] });
  });

  it('one bad replica of two', () => {
    const graph = [node('db', { kind: 'undeclared', replicas: 2 })];
    expect(judgeReadiness([at(5_000, { db: [healthy, exited(0, { id: 'b' })] })], graph, options)).toMatchObject({
      causes: [{ reason: 'exited' }],
    });
    expect(judgeReadiness([at(60_000, { db: [healthy] })], graph, options)).toMatchObject({
      causes: [{ reason: 'missing', message: expect.stringContaining('1 of 2 replicas') }],
    });
  });

  it('unhealthy gets its grace, unless the launch has failed', () => {
    const sick = replica({ health: 'unhealthy', healthOutput: 'no route' });
    const history = [at(1_000, { db: [sick] }), at(20_000, { db: [sick] })];
    expect(judgeReadiness(history, [db], options).state).toBe('waiting');
    expect(judgeReadiness([...history, at(21_000, { db: [sick] })], [db], options)).toMatchObject({
      causes: [{ reason: 'unhealthy', healthOutput: 'no route' }],
    });
    expect(
      judgeReadiness([at(1_000, { db: [sick] }, { launch: { state: 'failed', message: 'container db-1 is unhealthy' } })], [db], options),
    ).toMatchObject({ causes: [{ service: 'db', reason: 'unhealthy' }] });
  });

  it('a restart loop is over when nobody else can still end it', () => {
    const loop = (restarts: number): ReplicaState => replica({ state: 'restarting', exitCode: 1, restarts });
    const past = [at(1_000, { api: [loop(1)], db: [replica({ health: 'starting' })] })];
    const starting = at(11_000, { api: [loop(7)], db: [replica({ health: 'starting' })] });
    const settled = at(11_000, { api: [loop(7)], db: [healthy] });
    const twice = at(11_000, { api: [loop(2)], db: [healthy] });
    const undeclared = [db, node('api')];
    expect(judgeReadiness([...past, starting], undeclared, options)).toEqual({ state: 'waiting', for: ['db', 'api'] });
    expect(judgeReadiness([...past, twice], undeclared, options).state).toBe('waiting');
    expect(judgeReadiness([...past, settled], undeclared, options)).toMatchObject({
      state: 'not-ready',
      causes: [{ service: 'api', reason: 'restart-loop', exitCode: 1 }],
    });
    // Looked at while it runs once more: how it ended the last time is known.
    const again = at(11_000, { api: [replica({ restarts: 7, startedAt: time(10_900) })], db: [healthy] });
    expect(judgeReadiness([...past, again], undeclared, options)).toMatchObject({
      state: 'not-ready',
      causes: [{ reason: 'restart-loop', exitCode: 1, message: 'was restarted 7 times, last exit code 1' }],
    });
  });

  it('the deadline is hard: every reason has a name', () => {
    const late = (state: ReplicaState[]): unknown => judgeReadiness([at(60_000, { db: state })], [db], options);
    expect(late([])).toMatchObject({ causes: [{ reason: 'missing' }] });
    expect(late([replica({ health: 'starting' })])).toMatchObject({ causes: [{ reason: 'never-healthy' }] });
    expect(late([replica({ health: 'unhealthy' })])).toMatchObject({ causes: [{ reason: 'unhealthy' }] });
    expect(late([replica({ restarts: 2, startedAt: time(59_000) })])).toMatchObject({ causes: [{ reason: 'restart-loop' }] });
    expect(late([replica({ state: 'paused' })])).toMatchObject({ causes: [{ message: expect.stringContaining('paused') }] });
  });

  it('a target that cannot be reached', () => {
    const probes = [{ target: 'api', service: 'db', state: 'impossible' as const, message: 'not published' }];
    expect(judgeReadiness([at(10, { db: [healthy] }, { probes })], [db], options)).toMatchObject({ causes: [{ reason: 'unreachable' }] });
  });

  it('no service at all is never ready', () => {
    expect(judgeReadiness([at(10, {})], [], options)).toMatchObject({ state: 'not-ready', causes: [{ reason: 'missing' }] });
  });

  it('a failed launch that no service explains', () => {
    const launch = { state: 'failed', message: 'no such network' } as const;
    expect(judgeReadiness([at(10, { db: [healthy] }, { launch })], [db], options)).toMatchObject({
      causes: [{ service: '(stack)', reason: 'up-failed' }],
    });
    expect(judgeReadiness([at(10, {}, { launch })], [db, api], options)).toMatchObject({
      causes: [{ service: 'db', reason: 'up-failed', message: 'no such network', blocked: ['api'] }],
    });
  });
});

describe('root cause', () => {
  const web = node('web', { dependsOn: ['api'] });

  it('the first that failed is the cause, who depends on it is blocked', () => {
    const verdict = judgeReadiness([at(900, { db: [exited(1)], api: [exited(1)] })], [web, api, db], options);
    expect(verdict).toMatchObject({ causes: [{ service: 'db', blocked: ['web', 'api'] }] });
  });

  it('nobody is blamed while what they depend on may still explain it', () => {
    const early = at(900, { db: [replica({ health: 'starting' })], api: [exited(1)] });
    expect(judgeReadiness([early], [db, api], options).state).toBe('waiting');
    expect(judgeReadiness([early, at(1_500, { db: [healthy], api: [exited(1)] })], [db, api], options)).toMatchObject({
      causes: [{ service: 'api' }],
    });
  });

  it('two causes that do not depend on each other are both told', () => {
    const verdict = judgeReadiness([at(900, { db: [exited(1)], cache: [exited(2)] })], [db, node('cache')], options);
    expect(verdict).toMatchObject({ causes: [{ service: 'db' }, { service: 'cache' }] });
  });

  it('a circle does not hang', () => {
    const circle = [node('a', { dependsOn: ['b'] }), node('b', { dependsOn: ['a'] })];
    expect(judgeReadiness([at(60_000, {})], circle, options)).toMatchObject({
      causes: [{ service: 'a', reason: 'missing' }, { service: 'b' }],
    });
  });
});

describe('history', () => {
  it('equal snapshots keep the first and the last', () => {
    let history: Snapshot[] = [];
    for (let ms = 0; ms < 1_000; ms += 10)
      history = remember(history, at(ms, { db: [replica({ health: ms < 500 ? 'starting' : 'healthy' })] }));
    expect(history.map(({ atMs }) => atMs)).toEqual([0, 490, 500, 990]);
  });

  it('what is remembered is judged like everything', () => {
    const state = fc.record({
      state: fc.constantFrom<ReplicaState['state'][]>('created', 'running', 'restarting', 'exited', 'paused'),
      health: fc.constantFrom<ReplicaState['health'][]>('none', 'starting', 'healthy', 'unhealthy'),
      exitCode: fc.constantFrom(0, 1),
      restarts: fc.nat(4),
    });
    const kinds = fc.constantFrom<ServiceNode['kind'][]>('long-running', 'one-shot', 'undeclared');
    fc.assert(
      fc.property(fc.array(fc.tuple(state, fc.nat(3)), { minLength: 1, maxLength: 12 }), kinds, (states, kind) => {
        const all = states
          .flatMap(([one, repeats]) => Array.from({ length: repeats + 1 }, () => one))
          .map((one, index) => at(index * 1_000, { db: [replica(one)] }));
        const small = all.reduce<Snapshot[]>((history, snapshot) => remember(history, snapshot), []);
        expect(judgeReadiness(small, [node('db', { kind })], options)).toEqual(judgeReadiness(all, [node('db', { kind })], options));
      }),
    );
  });

  it('after the deadline there is always a verdict, and never one without a cause', () => {
    const names = ['a', 'b', 'c', 'd'];
    const graphs = fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          kind: fc.constantFrom<ServiceNode['kind'][]>('long-running', 'one-shot', 'undeclared'),
          replicas: fc.constant(1),
          dependsOn: fc.subarray(names),
        }),
      ),
    );
    const states = fc.dictionary(
      fc.constantFrom(...names),
      fc.constantFrom(replica(), healthy, exited(0), exited(1), replica({ health: 'starting' })).map((one) => [one]),
    );
    fc.assert(
      fc.property(graphs, states, (graph, services) => {
        const verdict = judgeReadiness([at(60_000, services)], graph, options);
        return verdict.state === 'ready' || (verdict.state === 'not-ready' && verdict.causes.length > 0);
      }),
    );
  });
});
