import { expect, test } from 'vitest';

import { parseConfig } from './load.ts';

/** What is wrong with a configuration, one line for each; nothing when it is right. */
function problems(text: string): string[] {
  try {
    parseConfig(text, { file: 'gauntlet.yml', env: {} });
    return [];
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    return lines.flatMap((line) => /^gauntlet\.yml:[\d:]+ (.*)|^ {2}→ (.*)/.exec(line)?.slice(1).find(Boolean) ?? []);
  }
}

test.each([
  ['[FOO-1]', ['entry 1 of `checks` is not the code of a check, such as DB-11', 'did you mean `FOO-01`?']],
  ['[cfg-14]', ['entry 1 of `checks` is not the code of a check, such as DB-11', 'did you mean `CFG-14`?']],
  ['[nonsense]', ['entry 1 of `checks` is not the code of a check, such as DB-11']],
  ['[CFG-41]', ['no check looks at CFG-41', expect.stringMatching(/^did you mean `CFG-\d\d`\?$/)]],
  ['[FOO-01]', ['no check looks at FOO-01', 'docs/rows.md lists those that one looks at']],
  ['[SEC-99]', ['no check looks at SEC-99', expect.stringMatching(/SEC-\d\d/)]],
  ['[CFG-14, SEC-02]', []],
  ['all', []],
])('checks: %s', (codes, expected) => {
  expect(problems(`version: 1\nstages:\n  - audit: {checks: ${codes}}\n`)).toEqual(expected);
});

const STACK = `version: 1
stack: {process: {api: {run: node api.js, port: auto}, worker: {run: node worker.js}}}
targets: {api: {service: api}}
`;

test.each([
  ['apy', ['the stack has no service `apy`', 'did you mean `api`?']],
  ['database', ['the stack has no service `database`', 'there are: api, worker']],
  ['api', []],
])('a stage that needs the service %s', (service, expected) => {
  expect(problems(`${STACK}stages:\n  - e2e: {run: "true", services: [${service}]}\n`)).toEqual(expected);
});

test('services of a compose file are known to nobody before it is read', () => {
  expect(problems('version: 1\nstack: {compose: compose.yaml}\nstages:\n  - e2e: {run: "true", services: [api]}\n')).toEqual([]);
});

test.each([
  ['get: "{{apj}}/x"', ['no target is called {{apj}}', 'did you mean {{api}}?']],
  ['get: "{{backend}}/x"', ['no target is called {{backend}}', 'there are: api']],
  ['get: "{{api}}/users/{{whatever}}"', []],
  ['get: "http://{{api.host}}/x"', []],
])('a step: %s', (step, expected) => {
  expect(problems(`${STACK}journeys: {j: {steps: [{${step}}]}}\nstages:\n  - e2e: {journeys: [j]}\n`)).toEqual(expected);
});

test('an address may be one that an answer before it gave', () => {
  const steps = '[{get: "{{api}}/next", capture: {next: $.url}}, {get: "{{next}}/more"}]';
  expect(problems(`${STACK}journeys: {j: {steps: ${steps}}}\nstages:\n  - e2e: {journeys: [j]}\n`)).toEqual([]);
});
