import { expect, test } from 'vitest';

import { SEED_001, SKETCH } from '../../tests/support/config.ts';
import { parseConfig } from './load.ts';
import { ConfigError } from './problems.ts';

// The other tests use doubles for stacks; these hold the mapping to what the real plugins take.

function parse(text: string) {
  return parseConfig(text, { file: 'gauntlet.yml', env: {} });
}

test.each([
  ['the pipeline of the mission', SEED_001],
  ['the sketch', SKETCH],
])('%s, with the plugins of this version', (_, text) => {
  expect(parse(text).stages.map((stage) => stage.name)).toEqual(['unit', 'integration', 'e2e', 'performance', 'chaos']);
});

test.each([
  ['compose: compose.yaml', { files: ['compose.yaml'] }],
  [
    'compose: {files: [a.yml, b.yml], env_file: .env.ci, project_directory: .}',
    { files: ['a.yml', 'b.yml'], envFile: ['.env.ci'], projectDirectory: '.' },
  ],
  [
    'process: {api: {run: node server.js, port: 8080, health: /health}}',
    { services: { api: { run: 'node server.js', port: 8080, health: '/health' } } },
  ],
  [
    'process: {services: {api: {run: [node, server.js]}}, env: {A: b}, grace: 2s}',
    { services: { api: { run: ['node', 'server.js'] } }, env: { A: 'b' }, grace: '2s' },
  ],
  ['external: {api: "https://staging.example.org"}', { targets: { api: 'https://staging.example.org' } }],
])('stack: {%s}', (written, options) => {
  const { stack } = parse(`stack: {${written}}\nstages: {unit: {run: a}}`);
  expect(stack?.kinds[stack.use]?.options).toEqual(options);
});

test('mistakes inside a stack, in the words of the file', () => {
  const text =
    'stages: {unit: {run: a}}\nstack:\n  compose: {files: a, env_fil: b}\n  process:\n    api: {run: x, helth: /health, start_period: 5}\n    db: {port: 5432}\n';
  expect(() => parse(text)).toThrow(ConfigError);
  expect(message(() => parse(text))).toMatchInlineSnapshot(`
    "gauntlet.yml has 4 problems

    gauntlet.yml:3:23: \`env_fil\` is not a setting of \`compose\`
      3 |   compose: {files: a, env_fil: b}
        |                       ^^^^^^^
      → did you mean \`env_file\`?

    gauntlet.yml:5:19: \`helth\` is not a setting of \`api\`
      5 |     api: {run: x, helth: /health, start_period: 5}
        |                   ^^^^^
      → did you mean \`health\`?

    gauntlet.yml:5:49: \`start_period\` takes text, not the number 5
      5 |     api: {run: x, helth: /health, start_period: 5}
        |                                                 ^
      → write text

    gauntlet.yml:6:5: \`run\` is missing
      6 |     db: {port: 5432}
        |     ^^
      → write it"
  `);
});

function message(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'not refused';
}
