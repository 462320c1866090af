import { expect, test } from 'vitest';

import { FAKES } from '../../tests/support/config.ts';
import { parseConfig } from './load.ts';
import type { StageEntry } from './stages.ts';

function parse(text: string) {
  return parseConfig(text, { file: 'gauntlet.yml', env: {}, plugins: FAKES });
}

function unit(settings: string): StageEntry | undefined {
  return parse(`stages: {unit: ${settings}}`).stages[0];
}

test('stages as a map and as a list are the same', () => {
  const names = (text: string) => parse(text).stages.map((stage) => [stage.name, stage.run?.[0]?.command]);
  expect(names('stages:\n  unit: {run: a}\n  e2e:\n')).toEqual(names('stages:\n  - unit: {run: a}\n  - e2e:\n'));
});

test('a stage with nothing behind it is a stage with nothing to do', () => {
  expect(parse('stages:\n  - unit:\n').stages).toEqual([{ name: 'unit', at: ['stages', 0, 'unit'], thresholds: [], env: {} }]);
});

test.each([
  ['npm test', [{ name: 'main', command: { type: 'shell', line: 'npm test' }, env: {} }]],
  ['[npm, test]', [{ name: 'main', command: { type: 'argv', argv: ['npm', 'test'] }, env: {} }]],
  ['[npm]', [{ name: 'main', command: { type: 'argv', argv: ['npm'] }, env: {} }]],
  [
    '[{run: a}, {name: b, run: [b, -x], cwd: web, env: {N: 1, T: true}, results: r.xml, coverage: 80%}]',
    [
      { name: 'command-1', command: { type: 'shell', line: 'a' }, env: {} },
      {
        name: 'b',
        command: { type: 'argv', argv: ['b', '-x'] },
        cwd: 'web',
        env: { N: '1', T: 'true' },
        results: ['r.xml'],
        coverage: expect.objectContaining({ min: 0.8 }),
      },
    ],
  ],
])('run: %s', (written, commands) => {
  expect(unit(`{run: ${written}}`)?.run).toEqual(commands);
});

test.each([
  ['90%', { min: 0.9, files: expect.arrayContaining(['coverage/lcov.info']), critical: {} }],
  [
    '{min: 90%, files: a.info, changed: 85%, packages: 80%, critical: {"src/auth/**": 100%}}',
    { min: 0.9, files: ['a.info'], changed: 0.85, packages: 0.8, critical: { 'src/auth/**': 1 } },
  ],
  ['{files: [a, b]}', { min: 0, files: ['a', 'b'], critical: {} }],
])('coverage: %s', (written, gate) => {
  expect(unit(`{run: a, coverage: ${written}}`)?.coverage).toEqual(gate);
});

test.each([
  ['compose: compose.yaml', 'compose', { files: ['compose.yaml'] }],
  ['compose: [a.yml, b.yml]', 'compose', { files: ['a.yml', 'b.yml'] }],
  [
    'compose: {files: a.yml, env_file: .env.ci, profiles: [full], services: [api], env: {A: b}}',
    'compose',
    { files: ['a.yml'], envFile: ['.env.ci'], profiles: ['full'], services: ['api'], env: { A: 'b' } },
  ],
  ['process: {api: {run: node server.js, port: 8080}}', 'process', { services: { api: { run: 'node server.js', port: 8080 } } }],
  ['external: {api: "https://staging.example.org"}', 'external', { targets: { api: 'https://staging.example.org' } }],
])('stack: %s', (written, kind, options) => {
  expect(parse(`stack: {${written}}\nstages: {unit: {run: a}}`).stack?.kinds[kind]).toEqual({ kind, options, readyMs: 120_000 });
});

test('several stacks: the first is used, or the one that is named', () => {
  const both = 'compose: a.yml, process: {api: {run: x}}, ready: 45s';
  const stack = (more: string) => parse(`stack: {${both}${more}}\nstages: {unit: {run: a}}`).stack;
  expect(stack('')?.use).toBe('compose');
  expect(stack(', use: process')).toMatchObject({ use: 'process', services: ['api'], kinds: { process: { readyMs: 45_000 } } });
});

test('targets and their schemes', () => {
  const { targets } = parse(
    'stages: {unit: }\ntargets: {a: {service: api, port: 80}, b: {service: api, port: 80, path: /chat/ws/}, c: "wss://x.org/y/", d: {port: 5432, scheme: tcp}}',
  );
  expect(targets).toEqual({
    a: { service: 'api', port: 80, path: '', scheme: 'http' },
    b: { service: 'api', port: 80, path: '/chat/ws', scheme: 'ws' },
    c: { url: 'wss://x.org/y', path: '', scheme: 'wss' },
    d: { port: 5432, path: '', scheme: 'tcp' },
  });
});

test('anchors, aliases and merges are plain YAML', () => {
  const { stages, locate } = parse(
    'stages:\n  - unit: &base\n      run: a\n      retries: 1\n  - integration:\n      <<: *base\n      run: b\n',
  );
  expect(stages.map(({ name, run, retries }) => ({ name, line: run?.[0]?.command, retries }))).toEqual([
    { name: 'unit', line: { type: 'shell', line: 'a' }, retries: 1 },
    { name: 'integration', line: { type: 'shell', line: 'b' }, retries: 1 },
  ]);
  expect(locate(['stages', 1, 'integration', 'run']).line).toBe(7);
});

test('every setting has a place; what was not written has the place of what is around it', () => {
  const { locate } = parse('version: 1\nstages:\n  - unit:\n      run: a\n      results:\n        - r.xml\n');
  expect(locate(['stages', 0, 'unit', 'results'])).toEqual({ path: 'gauntlet.yml', line: 5, column: 7 });
  expect(locate(['stages', 0, 'unit', 'results', 0])).toEqual({ path: 'gauntlet.yml', line: 6, column: 11 });
  expect(locate(['stages', 0, 'unit', 'coverage', 'min'])).toEqual({ path: 'gauntlet.yml', line: 3, column: 5 });
  expect(locate(['journeys', 'x'])).toEqual({ path: 'gauntlet.yml', line: 1, column: 1 });
});
