import { describe, expect, test } from 'vitest';

import { circleIn, dependenciesOf, isOneShot, ProcessOptions } from './options.ts';
import { listeningInode } from './port-owner.ts';
import { dependencyProblems, programName } from './preflight.ts';
import { environmentsOf, fill, inherited, specOf } from './resolve.ts';
import { resolveTargets } from './targets.ts';

const parse = (services: Record<string, unknown>, more: object = {}) => ProcessOptions.parse({ services, ...more });
const places = { root: '/repo', runDir: '/run', instance: 'head' } as const;

describe('options', () => {
  test('parse to the same when parsed again', () => {
    const options = parse(
      {
        a: { run: 'x', interval: '500ms', depends_on: ['b'], health: { command: ['true'] } },
        b: { run: ['y'], port: 'auto', start_period: '1m' },
      },
      { lifetime: '2h' },
    );
    expect(ProcessOptions.parse(JSON.parse(JSON.stringify(options)))).toEqual(options);
  });

  test.each([
    [{}, 'name at least one service'],
    [{ a: { run: '' } }, 'run'],
    [{ a: { run: [] } }, 'run'],
    [{ a: { run: 'x', port: 70_000 } }, 'port'],
    [{ a: { run: 'x', health: 'ready' } }, 'health'],
    [{ a: { run: 'x', interval: '5' } }, 'not a duration'],
    [{ 'a b': { run: 'x' } }, 'a service name'],
    [{ a: { run: 'x', restrat: 'no' } }, 'restrat'],
  ])('refuse %j', (services, message) => {
    expect(JSON.stringify(ProcessOptions.safeParse({ services }).error?.issues)).toContain(message);
  });

  test('dependencies in both forms; somebody waits for completion: a one-shot', () => {
    const options = parse({
      a: { run: 'x', depends_on: { b: { condition: 'service_completed_successfully' }, c: { condition: 'service_healthy' } } },
      b: { run: 'x' },
      c: { run: 'x', depends_on: ['b'] },
    });
    expect(dependenciesOf(options.services['c']!)).toEqual([{ name: 'b', condition: 'service_started' }]);
    expect(['a', 'b', 'c'].map((name) => isOneShot(name, options))).toEqual([false, true, false]);
    expect(dependencyProblems(options).map(({ what }) => what)).toEqual(['no-health']);
  });

  test('circles, also of one', () => {
    expect(circleIn(parse({ a: { run: 'x', depends_on: ['a'] } }))).toEqual(['a', 'a']);
    expect(
      circleIn(
        parse({
          z: { run: 'x', depends_on: ['a'] },
          a: { run: 'x', depends_on: ['b'] },
          b: { run: 'x', depends_on: ['c'] },
          c: { run: 'x', depends_on: ['a'] },
        }),
      ),
    ).toEqual(['a', 'b', 'c', 'a']);
    expect(
      circleIn(parse({ a: { run: 'x', depends_on: ['b', 'c'] }, b: { run: 'x', depends_on: ['c'] }, c: { run: 'x' } })),
    ).toBeUndefined();
  });
});

describe('environment', () => {
  const ports = { db: { main: 5432, 'admin-ui': 8081 }, api: { main: 8080 } };

  test('ports, placeholders and the mark, without the gate’s own affairs', () => {
    const options = parse(
      {
        db: { run: 'x', ports: { 'admin-ui': 'auto' } },
        api: { run: 'x', env: { DB: 'pg://{{db.host}}:{{ db.port }}', UI: '{{db.url.admin-ui}}', PORT: '99' } },
      },
      { env: { DATA: '{{run.dir}}/data', UI: 'x' } },
    );
    const base = {
      PATH: '/bin',
      GITHUB_TOKEN: 't',
      INPUT_TOKEN: 't',
      GAUNTLET_OWNER_PID: '7',
      GITHUB_SHA: 'abc',
      ACTIONS_RUNTIME_TOKEN: 't',
    };
    expect(inherited(base)).toEqual({ PATH: '/bin', GITHUB_SHA: 'abc' });
    expect(environmentsOf(options, { ports, runDir: '/run', mark: 'm' })).toEqual({
      db: { PORT: '5432', PORT_ADMIN_UI: '8081', DATA: '/run/data', UI: 'x', GAUNTLET_STACK_MARK: 'm' },
      api: { PORT: '99', DB: 'pg://127.0.0.1:5432', UI: 'http://127.0.0.1:8081', DATA: '/run/data', GAUNTLET_STACK_MARK: 'm' },
    });
  });

  test('a placeholder for nothing is an error that names the services; other braces are left alone', () => {
    const at = { ports, runDir: '/run', where: 'api.env.X' };
    expect(() => fill('{{cache.port}}', at)).toThrow('api.env.X: {{cache.port}} stands for nothing');
    expect(() => fill('{{db.port.none}}', at)).toThrow('stands for nothing');
    expect(() => fill('{{db.name}}', at)).toThrow('stands for nothing');
    expect(fill('{{ .Values }} {db.port} {{}}', at)).toBe('{{ .Values }} {db.port} {{}}');
  });

  test('the spec holds no environment', () => {
    const options = parse({ api: { run: 'x', env: { PASSWORD: 'hunter2' }, cwd: 'sub', health: '/ok' } });
    const spec = specOf(options, places, { ports, mark: 'm', owner: undefined });
    expect(JSON.stringify(spec)).not.toContain('hunter2');
    expect(spec.services[0]).toMatchObject({
      cwd: '/repo/sub',
      command: { type: 'shell', line: 'x' },
      health: { check: { type: 'http', port: 8080, path: '/ok' }, retries: 3 },
    });
  });

  test('targets: the own port, also where only a container would listen elsewhere; an absolute URL', () => {
    const spec = specOf(parse({ api: { run: 'x' } }), places, { ports, mark: 'm', owner: undefined });
    const base = { environment: 'default', path: '/', scheme: 'http' } as const;
    const found = resolveTargets(
      [
        { ...base, name: 'a', service: 'api' },
        { ...base, name: 'b', service: 'api', port: 9, scheme: 'ws', path: '/ws' },
        { ...base, name: 'c', url: 'https://[::1]/x/' },
      ],
      spec,
    );
    expect(found.map(({ url, host, port }) => [url, host, port])).toEqual([
      ['http://127.0.0.1:8080', '127.0.0.1', 8080],
      ['ws://127.0.0.1:8080/ws', '127.0.0.1', 8080],
      ['https://[::1]/x', '::1', 443],
    ]);
  });
});

test('programName knows only what is sure', () => {
  expect(
    ['node server.js', './run.sh x', 'cd x && node y', 'FOO=1 node x', 'exec node x', 'echo $HOME', '  npm  start '].map((line) =>
      programName(line),
    ),
  ).toEqual(['node', './run.sh', undefined, undefined, undefined, undefined, 'npm']);
  expect(programName(['weird name', '&&'])).toBe('weird name');
});

test('listeningInode reads the kernel’s table', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1`;
  expect(listeningInode(table, 8080)).toBe('4242');
  expect(listeningInode(table, 8081)).toBeUndefined();
});
