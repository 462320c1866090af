import { expect, test } from 'vitest';

import { parseToolkit } from './read.ts';
import { isTolerated } from './tolerance.ts';

// Written after the published schema of the Chaos Toolkit's experiments.

const PROBE = `{"type": "probe", "name": "up", "tolerance": 200, "provider": {"type": "http", "url": "http://x/"}}`;

test('JSON and YAML are read alike, and a ref is what it refers to', () => {
  const json = `{"title": "t", "steady-state-hypothesis": {"title": "h", "probes": [${PROBE}]}, "method": [{"ref": "up"}]}`;
  const yaml = `title: t
steady-state-hypothesis:
  title: h
  probes:
    - {type: probe, name: up, tolerance: 200, provider: {type: http, url: "http://x/"}}
method:
  - ref: up
`;
  expect(parseToolkit(yaml, 'x.yaml')).toEqual(parseToolkit(json, 'x.json'));
  expect(parseToolkit(json, 'x.json').method).toMatchObject([{ name: 'up', provider: { type: 'http', method: 'GET' } }]);
});

test.each([
  [
    `{\n"title": "t",\n"method": [\n{"type": "action", "name": "kill", "provider": {"type": "python", "module": "m", "func": "f"}}\n]}`,
    'x.json:4: kill has a provider of the type python; only http and process are run here',
  ],
  [`{\n"title": "t",\n"method": [],\n"controls": []}`, 'x.json:4: controls are Python'],
  [`{\n"title": "t", "method": [\n{"ref": "nobody"}]}`, 'x.json:3: nothing before it is named nobody'],
  [`{\n"method": []}`, 'it is no experiment of the Chaos Toolkit'],
  [`{\n"title": "t"\n"method": []}`, 'x.json:3'],
  [
    `{"title": "t", "method": [${PROBE.replace('200', '{"type": "probe", "name": "p"}')}]}`,
    'x.json:1: up has a tolerance of the type probe; regex, jsonpath and range are known here',
  ],
])('what cannot be run is refused by name and line: %#', (text, said) => {
  expect(() => parseToolkit(text, 'x.json')).toThrow(said);
});

const HTTP = { status: 200, headers: {}, body: '{"state": "ok", "nodes": [{"up": true}, {"up": true}]}' };
const PROCESS = { status: 3, stdout: 'ready\n', stderr: '' };

test.each([
  [200, HTTP, true],
  [404, HTTP, false],
  [3, PROCESS, true],
  [[200, 404], HTTP, true],
  [[100, 300], HTTP, false],
  ['ready', PROCESS, true],
  ['not ready', PROCESS, false],
  [true, HTTP, true],
  [true, PROCESS, false],
  [{ type: 'range', range: [100, 300] }, HTTP, true],
  [{ type: 'range', range: [0, 2] }, PROCESS, false],
  [{ type: 'regex', pattern: '^read' }, PROCESS, true],
  [{ type: 'regex', target: 'stderr', pattern: 'x' }, PROCESS, false],
  [{ type: 'jsonpath', path: '$.state', expect: 'ok' }, HTTP, true],
  [{ type: 'jsonpath', path: '$.nodes[*].up', expect: [true], count: 2 }, HTTP, true],
  [{ type: 'jsonpath', path: '$.nodes[*].up', count: 3 }, HTTP, false],
  [{ type: 'jsonpath', path: '$.nothing', expect: 'ok' }, HTTP, false],
])('tolerance %j', (tolerance, output, expected) => {
  expect(isTolerated(tolerance, output)).toBe(expected);
});
