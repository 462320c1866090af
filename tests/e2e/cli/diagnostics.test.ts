import { expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

const RACE = `==================
WARNING: DATA RACE
Read at 0x00c0001 by goroutine 9:
  example.com/gate.(*Gate).Allowed()
      /app/internal/gate.go:4 +0xb1

Previous write at 0x00c0001 by goroutine 8:
  example.com/gate.(*Gate).Set()
      /app/internal/gate.go:9 +0xb1
==================
`;
const JUNIT = '<testsuites><testsuite name="s"><testcase name="t" classname="c"/></testsuite></testsuites>';

/** A runner behind a script: whether it has a detector in it shows only when it runs. */
function runner(command: string, script: string) {
  return inlineProject({
    'internal/gate.go': 'package gate\n',
    'race.txt': RACE,
    'report.xml': JUNIT,
    'test.sh': `mkdir -p reports && cp report.xml reports/unit.xml\n${script}\n`,
    'gauntlet.yml': `version: 1\nstages:\n  - unit: {run: "${command}", race: true, results: reports/unit.xml}\n`,
  });
}

it('a race in the console output is a finding with both places, however green the tests are', async () => {
  await using project = await runner('sh test.sh', 'cat race.txt race.txt');
  const { exitCode, report } = await project.gauntlet(['-q', 'run']);
  const { findings } = await report();
  expect(exitCode).toBe(1);
  expect(findings).toMatchObject([
    {
      code: 'CON-01',
      measured: '2 reports',
      locations: [
        { path: 'internal/gate.go', line: 4 },
        { path: 'internal/gate.go', line: 9 },
      ],
    },
  ]);
});

it('no race is known where the detector says by itself that it was on', async () => {
  await using project = await runner(
    'sh test.sh',
    'case "$GORACE" in *verbosity=1*) echo "***** Running under ThreadSanitizer v3 (pid 1) *****";; esac',
  );
  const { exitCode, report } = await project.gauntlet(['-q', 'run']);
  expect((await report()).findings).toEqual([]);
  expect(exitCode).toBe(0);
});

it('no race is not known where nothing shows a detector: green tests do not pass', async () => {
  await using project = await runner('sh test.sh', 'echo all green');
  const { exitCode, report } = await project.gauntlet(['-q', 'run']);
  expect(exitCode).toBe(2);
  expect((await report()).findings).toMatchObject([{ code: 'CON-02', disposition: 'blocking', result: { verdict: 'not_tested' } }]);
});

it('what the runtime says in the log of a service is a finding, without any setting', async () => {
  await using project = await inlineProject({
    'fatal.txt': `fatal error: concurrent map writes\n\ngoroutine 23 [running]:\nmain.(*registry).Mark(...)\n\t/app/main.go:13\n`,
    'main.go': 'package main\n',
    'server.cjs': `console.error(require('node:fs').readFileSync('fatal.txt', 'utf8'));
require('node:http').createServer((_, response) => response.end('{}')).listen(process.env.PORT, '127.0.0.1');`,
    'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages:
  - e2e: {journeys: [look]}
journeys:
  look: {steps: [{get: "{{api}}/", expect: {status: 200}}]}
`,
  });
  const { exitCode, report } = await project.gauntlet(['-q', 'run']);
  const found = (await report()).findings.filter(({ code }) => code === 'CON-07');
  expect(exitCode).toBe(1);
  expect(found).toMatchObject([{ title: 'concurrent map access: `main.(*registry).Mark`', locations: [{ path: 'main.go', line: 13 }] }]);
  expect(found[0]?.evidence[0]?.shows).toContain('service api');
});

it('a critical line in the log of a service is a finding, and an error that quotes one is none', async () => {
  const printing = (line: string) =>
    inlineProject({
      'api.mjs': `import { createServer } from 'node:http';\ncreateServer((_, response) => response.end()).listen(process.env.PORT, '127.0.0.1');\nconsole.log(${JSON.stringify(line)});\n`,
      'report.xml': JUNIT,
      'gauntlet.yml':
        'version: 1\nstack: {process: {api: {run: node api.mjs, port: auto, health: /}}, ready: 20s}\nstages:\n  - e2e: {run: "cp report.xml e2e.xml", results: e2e.xml}\n',
    });
  await using bad = await printing('2026-01-01 10:00:00,123 - shop.ledger - CRITICAL - ledger 12 differs');
  const found = await bad.gauntlet(['-q', 'run']);
  expect((await found.report()).findings).toMatchObject([
    { code: 'OBS-19', priority: 'P1', stage: 'e2e', result: { verdict: 'confirmed' } },
  ]);
  await using good = await printing('2026-01-01 10:00:00,123 - shop.ledger - ERROR - said "CRITICAL:root:ledger"');
  const { exitCode, report } = await good.gauntlet(['-q', 'run']);
  expect((await report()).findings).toEqual([]);
  expect(exitCode).toBe(0);
});
