import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FAKES } from '../../tests/support/config.ts';
import { interpolate } from './interpolate.ts';
import { parseConfig } from './load.ts';

const env = { HOST: 'db', PORT: '5432', EMPTY: '', TAG: '1.10' };

test.each([
  ['${HOST}:${PORT}', 'db:5432'],
  ['${NOPE:-localhost}', 'localhost'],
  ['${NOPE:-}', ''],
  ['${EMPTY:-full}', 'full'],
  ['[${EMPTY}]', '[]'],
  ['${HOST:?needed}', 'db'],
  ['$HOST stays for the shell', '$HOST stays for the shell'],
  ['$${HOST} costs 5$$', '${HOST} costs 5$'],
  ['$$$${HOST}', '$${HOST}'],
  ['a $ alone, 5$ and $%', 'a $ alone, 5$ and $%'],
  ['{{api}} is not ours', '{{api}} is not ours'],
])('%s gives %s', (text, filled) => {
  expect(interpolate(text, env)).toMatchObject({ state: 'filled', text: filled });
});

test.each([
  '${NOPE}',
  '${EMPTY:?must not be empty}',
  '${NOPE:?tell me}',
  '${',
  '${}',
  '${a b}',
  '${HOST',
  '${{ github.sha }}',
  '${toString}',
  '${HOST%%x}',
])('%s is refused with its repair', (text) => {
  expect(interpolate(text, env)).toMatchObject({ state: 'bad', what: expect.stringMatching(/./), repair: expect.stringMatching(/./) });
});

test('what is filled in is not looked at again', () => {
  expect(interpolate('${A}', { A: '${B}', B: 'no' })).toMatchObject({ text: '${B}' });
});

test('text without a dollar sign is never changed', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('$')),
      (text) => {
        expect(interpolate(text, {})).toEqual({ state: 'filled', text, used: false });
      },
    ),
  );
});

test('in a file: numbers where they are plain, text in quotes, never in keys', () => {
  const text = `
targets:
  db: {service: "\${HOST}", port: 1}
  db2:
    port: \${PORT}
seed: "\${PORT}"
stages:
  unit:
    run: a
    parallel: \${YES:-true}
    env:
      A: \${TAG}
      B: "\${PORT}"
      C: $\${HOST}
      "\${D}": d
`;
  const parse = (written: string) => parseConfig(written, { file: 'gauntlet.yml', env, plugins: FAKES });
  expect(() => parse(text)).toThrow(/`seed` takes a whole number.*"\$\{PORT\}"[^]*`\$\{D\}` is not the name/);
  const { targets, seed, stages } = parse(text.replace('"${PORT}"', '${PORT}').replace('"${D}"', 'D'));
  expect({ targets, seed, env: stages[0]?.env, parallel: stages[0]?.parallel }).toEqual({
    targets: { db: { service: 'db', port: 1, path: '', scheme: 'http' }, db2: { port: 5432, path: '', scheme: 'http' } },
    seed: 5432,
    env: { A: '1.10', B: '5432', C: '${HOST}', D: 'd' },
    parallel: true,
  });
});
