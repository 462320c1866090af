import { expect, test } from 'vitest';

import { cpuMs } from '../../tests/support/effort.ts';
import { FAKES } from '../../tests/support/config.ts';
import { parseConfig } from './load.ts';
import { ConfigError } from './problems.ts';

/** The whole text of the refusal. */
function refuse(text: string, env: Record<string, string> = {}): string {
  try {
    parseConfig(text, { file: 'gauntlet.yml', env, plugins: FAKES });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'not refused';
}

test('an unknown key, with what was meant', () => {
  expect(refuse('stages:\n  - unit:\n      run: npm test\n      coverge: 90%\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:7: \`coverge\` is not a setting of \`unit\`
      4 |       coverge: 90%
        |       ^^^^^^^
      → did you mean \`coverage\`?"
  `);
});

test('an unknown key that resembles nothing', () => {
  expect(refuse('version: 1\nkubernetes: true\nstages:\n  - unit: {run: x, foo: 1, fail-fast: true}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has 3 problems

    gauntlet.yml:2:1: \`kubernetes\` is not a setting at the top level
      2 | kubernetes: true
        | ^^^^^^^^^^
      → allowed here: $schema, version, stack, targets, environments, api, clients, check_options, stages, journeys, evaluations, model, loads, experiments, budget, policy, waivers, release, claims, components, redact, seed, report

    gauntlet.yml:4:20: \`foo\` is not a setting of \`unit\`
      4 |   - unit: {run: x, foo: 1, fail-fast: true}
        |                    ^^^
      → allowed here: run, results, load_results, coverage, must_pass, legs, race, parallel, fail_fast, retries, services, timeout, duration, environment, users, journeys, checks, load_profile, success_rate, thresholds, leaks, effects, compare, watch, evaluations, experiments, recovery_time, fault_coverage, env, cwd

    gauntlet.yml:4:28: \`fail-fast\` is not a setting of \`unit\`
      4 |   - unit: {run: x, foo: 1, fail-fast: true}
        |                            ^^^^^^^^^
      → did you mean \`fail_fast\`?"
  `);
});

test('a key that is written twice', () => {
  expect(refuse('stages:\n  - unit:\n      run: a\n      run: b\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:7: \`run\` is written twice in the same map
      4 |       run: b
        |       ^
      → keep one of the two"
  `);
});

test('a tab', () => {
  expect(refuse('stages:\n\t- unit:\n\t\trun: a\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has 2 problems

    gauntlet.yml:2:1: a tab is used to indent
      2 |  - unit:
        | ^
      → indent with spaces

    gauntlet.yml:3:1: a tab is used to indent
      3 |   run: a
        | ^^
      → indent with spaces"
  `);
});

test('brackets that are not closed', () => {
  expect(refuse('stages:\n  - unit: {run: npm test\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:24: a bracket is not closed
      2 |   - unit: {run: npm test
        |                        ^
      → put in the missing \`}\`, or indent what belongs inside"
  `);
});

test('a limit that YAML takes for a block', () => {
  expect(refuse('stages:\n  - performance:\n      success_rate: >= 99%\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:22: a value cannot begin with \`>\` here: YAML takes it for a block of text
      3 |       success_rate: >= 99%
        |                      ^
      → put the limit in quotes: ">= 99%""
  `);
});

test('braces without quotes', () => {
  expect(refuse('journeys:\n  a:\n    steps:\n      - get: {{api}}/health\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:21: a value cannot begin with \`{{\` here: YAML takes it for a map
      4 |       - get: {{api}}/health
        |                     ^^^^^^^
      → put the text in quotes: "{{api}}/health""
  `);
});

test('braces without quotes that are YAML', () => {
  expect(refuse('journeys:\n  a:\n    steps:\n      - get: {{api}}\nstages: {unit: }\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:15: this is not a name for a setting
      4 |       - get: {{api}}
        |               ^^^^^
      → write a plain word before the colon; put text with \`{{…}}\` in quotes"
  `);
});

test('wrong indentation', () => {
  expect(refuse('stages:\n  - unit:\n      run: a\n     results: b\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:1: this is not YAML: all mapping items must start at the same column
      4 |      results: b
        | ^
      → line it up with the setting that it belongs to"
  `);
});

test('a list at the top', () => {
  expect(refuse('- unit\n- integration\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:1: the file takes a map of settings that begins with \`version: 1\`, not a list
      1 | - unit
        | ^
      → write a map of settings that begins with \`version: 1\`"
  `);
});

test('text at the top', () => {
  expect(refuse('hello\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:1: the file takes a map of settings that begins with \`version: 1\`, not the text "hello"
      1 | hello
        | ^
      → write a map of settings that begins with \`version: 1\`"
  `);
});

test('an empty file', () => {
  expect(refuse('')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:1: the file is empty
      1 | 
        | ^
      → write \`version: 1\` and at least one stage"
  `);
});

test('nothing but comments', () => {
  expect(refuse('# later\n---\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:1: the file is empty
      1 | # later
        | ^
      → write \`version: 1\` and at least one stage"
  `);
});

test('two documents', () => {
  expect(refuse('stages: {unit: {run: a}}\n---\nstages: {unit: {run: b}}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:1: the file holds a second YAML document
      2 | ---
        | ^^^
      → keep one document: remove the \`---\` and what follows it"
  `);
});

test('an unknown alias', () => {
  expect(refuse('stages:\n  - unit: *base\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:11: no anchor has the name of the alias \`*base\`
      2 |   - unit: *base
        |           ^^^^^
      → define \`&base\` further up, or quote the text if the \`*\` belongs to it"
  `);
});

test('an unknown tag', () => {
  expect(refuse('stages:\n  - unit: !shell {run: a}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:11: the tag \`!shell\` is not known here
      2 |   - unit: !shell {run: a}
        |           ^^^^^^
      → remove it: plain YAML values are enough"
  `);
});

test('an alias inside itself', () => {
  expect(refuse('stages: &all\n  - unit: {run: a}\n  - integration: *all\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:18: the alias contains itself
      3 |   - integration: *all
        |                  ^^^^
      → write the value out here"
  `);
});

test('no stages', () => {
  expect(refuse('version: 1\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:1: \`stages\` is missing
      1 | version: 1
        | ^
      → write a list of stages, such as \`- unit: {run: npm test}\`"
  `);
});

test('an empty list of stages', () => {
  expect(refuse('stages: []\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:9: \`stages\` is an empty list
      1 | stages: []
        |         ^^
      → write at least one stage: \`- unit: {run: npm test}\`"
  `);
});

test('an unknown stage', () => {
  expect(refuse('stages:\n  - units: {run: a}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:5: \`units\` is not a setting of entry 1 of \`stages\`
      2 |   - units: {run: a}
        |     ^^^^^
      → did you mean \`unit\`?"
  `);
});

test('two stages in one entry', () => {
  expect(refuse('stages:\n  - unit: {run: a}\n    chaos: {run: b}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:5: entry 1 of \`stages\` must hold exactly one stage
      2 |   - unit: {run: a}
        |     ^^^^^^^^^^^^^^
      → begin every stage with its own \`- \`"
  `);
});

test('a stage twice', () => {
  expect(refuse('stages:\n  - unit: {run: a}\n  - unit: {run: b}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:11: \`unit\` is a stage that was written before
      3 |   - unit: {run: b}
        |           ^^^^^^^^
      → put everything of one stage in one place"
  `);
});

test('a stage as a word', () => {
  expect(refuse('stages:\n  - unit\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:5: entry 1 of \`stages\` takes a stage with its settings, such as \`unit: {run: npm test}\`, not the text "unit"
      2 |   - unit
        |     ^^^^
      → write a stage with its settings, such as \`unit: {run: npm test}\`"
  `);
});

test('another version', () => {
  expect(refuse('version: 2\nstages: {unit: {run: a}}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:1:10: \`version\` cannot be the number 2
      1 | version: 2
        |          ^
      → write \`1\`"
  `);
});

test('units that are none', () => {
  expect(
    refuse(
      'stages:\n  - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 6 problems

    gauntlet.yml:2:28: \`timeout\` takes a duration with its unit, such as 500ms, 30s, 5m or 1h30m, not the number 30
      2 |   - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}
        |                            ^^
      → write a duration with its unit, such as 500ms, 30s, 5m or 1h30m

    gauntlet.yml:2:42: \`duration\` cannot be "soon": that is not a duration
      2 |   - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}
        |                                          ^^^^
      → write a number with its unit, such as 500ms, 30s, 5m or 1h30m

    gauntlet.yml:2:58: \`coverage\` takes a percentage such as 90%, or a map such as {min: 90%, changed: 85%}, not the number 90
      2 |   - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}
        |                                                          ^^
      → write a percentage such as 90%, or a map such as {min: 90%, changed: 85%}

    gauntlet.yml:2:76: \`success_rate\` cannot be "120%": that is not a percentage from 0% to 100%
      2 |   - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}
        |                                                                            ^^^^
      → write a percentage with its sign, such as 90%

    gauntlet.yml:2:97: \`recovery_time\`: "5 parsecs" is not a limit
      2 |   - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}
        |                                                                                                 ^^^^^^^^^
      → write something like < 5m

    gauntlet.yml:2:117: \`retries\` takes a whole number from 0 to 10, not the number 2.5
      2 |   - e2e: {run: a, timeout: 30, duration: soon, coverage: 90, success_rate: 120%, recovery_time: 5 parsecs, retries: 2.5}
        |                                                                                                                     ^^^
      → write a whole number from 0 to 10"
  `);
});

test('a wrong type', () => {
  expect(refuse('stages:\n  - unit: {run: 5, parallel: yes, services: 3, results: []}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has 4 problems

    gauntlet.yml:2:17: \`run\` takes a line for the shell, a program with its arguments as a list, or a list of commands, not the number 5
      2 |   - unit: {run: 5, parallel: yes, services: 3, results: []}
        |                 ^
      → write a line for the shell, a program with its arguments as a list, or a list of commands

    gauntlet.yml:2:30: \`parallel\` takes true or false, not the text "yes"
      2 |   - unit: {run: 5, parallel: yes, services: 3, results: []}
        |                              ^^^
      → write true or false

    gauntlet.yml:2:45: \`services\` takes \`all\`, or a list of services, not the number 3
      2 |   - unit: {run: 5, parallel: yes, services: 3, results: []}
        |                                             ^
      → write \`all\`, or a list of services

    gauntlet.yml:2:57: \`results\` is an empty list
      2 |   - unit: {run: 5, parallel: yes, services: 3, results: []}
        |                                                         ^^
      → write a glob such as reports/*.xml, or a list of globs"
  `);
});

test('thresholds that are none', () => {
  expect(
    refuse(
      'stages:\n  - performance:\n      thresholds:\n        a: fast\n        b: p(99) < quick\n        c: [max < 2GB, min]\n        d: 5\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:7:12: \`d\` takes a threshold such as p(99) < 100ms, or a list of thresholds, not the number 5
      7 |         d: 5
        |            ^
      → write a threshold such as p(99) < 100ms, or a list of thresholds"
  `);
});

test('thresholds in other words', () => {
  expect(refuse('stages:\n  - performance:\n      thresholds:\n        a: fast\n        b: p(99) < quick\n        c: [max < 2GB, min]\n'))
    .toMatchInlineSnapshot(`
    "gauntlet.yml has 3 problems

    gauntlet.yml:4:12: \`a\` is no threshold: "fast" is not a threshold
      4 |         a: fast
        |            ^^^^
      → write an aggregation (p(99), avg, med, min, max, rate, count) and a limit, such as p(99) < 100ms

    gauntlet.yml:5:12: \`b\` is no threshold: "< quick" is not a limit
      5 |         b: p(99) < quick
        |            ^^^^^^^^^^^^^
      → write something like < 100ms, < 0.1% or < 2GB

    gauntlet.yml:6:12: \`c\` is no threshold: "min" is not a threshold
      6 |         c: [max < 2GB, min]
        |            ^^^^^^^^^^^^^^^^
      → write an aggregation (p(99), avg, med, min, max, rate, count) and a limit, such as p(99) < 100ms"
  `);
});

const CHAT = 'journeys: {chat: {steps: [{get: "http://a/"}, {get: "http://a/"}]}, other: {steps: [{get: "http://a/"}]}}\n';
const performs = (thresholds: string): string =>
  `stages:\n  - performance:\n      load_profile: [steady, peak]\n      journeys: chat\n      thresholds:\n${thresholds}${CHAT}`;

test('thresholds on what nothing measures', () => {
  expect(
    refuse(
      performs(
        '        chat.latenzy: p(99) < 1s\n        chat.3.latency: med < 1s\n        other.latency: med < 1s\n        chat.latency{load:burst}: med < 1s\n',
      ),
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 4 problems

    gauntlet.yml:6:9: nothing measures \`chat.latenzy\`
      6 |         chat.latenzy: p(99) < 1s
        |         ^^^^^^^^^^^^
      → did you mean \`chat.latency\`?

    gauntlet.yml:7:9: nothing measures \`chat.3.latency\`
      7 |         chat.3.latency: med < 1s
        |         ^^^^^^^^^^^^^^
      → did you mean \`chat.1.latency\`?

    gauntlet.yml:8:9: nothing measures \`other.latency\` in performance: its load does not walk that journey
      8 |         other.latency: med < 1s
        |         ^^^^^^^^^^^^^
      → add the journey to the \`journeys\` of this stage

    gauntlet.yml:9:9: no load of performance has the name \`burst\`
      9 |         chat.latency{load:burst}: med < 1s
        |         ^^^^^^^^^^^^^^^^^^^^^^^^
      → there are: steady, peak"
  `);
  expect(refuse(performs('        service.api.memry: max < 2GB\n'))).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:6:9: nothing measures \`service.api.memry\`
      6 |         service.api.memry: max < 2GB
        |         ^^^^^^^^^^^^^^^^^
      → did you mean \`service.api.memory\`?"
  `);
  expect(refuse(performs('        chat.latency{laod:peak}: med < 1s\n'))).toContain('is not a list of tags');
});

test('thresholds that do not fit their metric', () => {
  expect(
    refuse(
      performs(
        '        chat.latency: [rate < 1%, p(99) < 1%]\n        errors: p(99) < 10ms\n        chat.errors: rate < 0%\n        success_rate: rate < 100ms\n        service.api.memory: max < 2s\n        latency: avg == 3ms\n        requests: avg > 3\n',
      ),
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 8 problems

    gauntlet.yml:6:23: \`chat.latency: rate < 1%\` does not fit: a time has no rate
      6 |         chat.latency: [rate < 1%, p(99) < 1%]
        |                       ^^^^^^^^^^^^^^^^^^^^^^^
      → write p(99), avg, med, min, max with a duration such as < 100ms

    gauntlet.yml:6:23: \`chat.latency: p(99) < 1%\` does not fit: < 1 % is not a duration such as < 100ms
      6 |         chat.latency: [rate < 1%, p(99) < 1%]
        |                       ^^^^^^^^^^^^^^^^^^^^^^^
      → write p(99), avg, med, min, max with a duration such as < 100ms

    gauntlet.yml:7:17: \`errors: p(99) < 10ms\` does not fit: a share has no percentile
      7 |         errors: p(99) < 10ms
        |                 ^^^^^^^^^^^^
      → write rate with a percentage such as < 0.1%, or count with a number

    gauntlet.yml:8:22: \`chat.errors: rate < 0%\` is never kept
      8 |         chat.errors: rate < 0%
        |                      ^^^^^^^^^
      → write a share from 0% to 100% that can be both

    gauntlet.yml:9:23: \`success_rate: rate < 100ms\` does not fit: < 100 ms is not a percentage such as < 70%
      9 |         success_rate: rate < 100ms
        |                       ^^^^^^^^^^^^
      → write rate with a percentage such as < 0.1%, or count with a number

    gauntlet.yml:10:29: \`service.api.memory: max < 2s\` does not fit: < 2 s is not a size such as < 2GB
      10 |         service.api.memory: max < 2s
         |                             ^^^^^^^^
      → write p(99), avg, med, min, max with a size such as < 2GB

    gauntlet.yml:11:18: \`latency: avg == 3ms\` does not fit: what is measured is never the same to the last digit
      11 |         latency: avg == 3ms
         |                  ^^^^^^^^^^
      → write <, <=, > or >=

    gauntlet.yml:12:19: \`requests: avg > 3\` does not fit: a count has no avg
      12 |         requests: avg > 3
         |                   ^^^^^^^
      → write count with a number such as <= 20"
  `);
});

test('a command without anything to run', () => {
  expect(refuse('stages:\n  - unit:\n      run: [{name: x}]\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:13: \`run\` is missing
      3 |       run: [{name: x}]
        |             ^^^^^^^^^
      → write a line for the shell, or a program with its arguments as a list"
  `);
});

test('shell lines where an argument list is meant', () => {
  expect(refuse('stages:\n  - unit:\n      run:\n        - npm ci\n        - npm test\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:9: \`run\` begins with "npm ci", which is a whole line and no program
      4 |         - npm ci
        |         ^^^^^^^^
      → write one line of text, or a list of commands: \`- {run: …}\` for each"
  `);
});

test('results of two commands', () => {
  expect(refuse('stages:\n  - unit:\n      run: [{run: a}, {run: b}]\n      results: r.xml\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:4:7: \`results\` does not say which of the 2 commands writes it
      4 |       results: r.xml
        |       ^^^^^^^
      → move it to the command that writes it: \`- {run: …, results: …}\`"
  `);
});

test('commands with the same name', () => {
  expect(refuse('stages:\n  - unit:\n      run: [{name: x, run: a}, {name: x, run: b}, {name: a b, run: c}, {nmae: d, run: d}]\n'))
    .toMatchInlineSnapshot(`
    "gauntlet.yml has 2 problems

    gauntlet.yml:3:58: \`name\` is not a name: use letters, digits, \`-\`, \`_\` and \`.\`, and begin with a letter or digit
      3 |       run: [{name: x, run: a}, {name: x, run: b}, {name: a b, run: c}, {nmae: d, run: d}]
        |                                                          ^^^

    gauntlet.yml:3:73: \`nmae\` is not a setting of entry 4 of \`run\`
      3 |       run: [{name: x, run: a}, {name: x, run: b}, {name: a b, run: c}, {nmae: d, run: d}]
        |                                                                         ^^^^
      → did you mean \`name\`?"
  `);
});

test('paths that lead out', () => {
  expect(refuse('stages:\n  - unit: {run: a, results: [/tmp/r.xml, ../r.xml], cwd: ~/x}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has 3 problems

    gauntlet.yml:2:30: entry 1 of \`results\` cannot be "/tmp/r.xml": it leads out of the repository
      2 |   - unit: {run: a, results: [/tmp/r.xml, ../r.xml], cwd: ~/x}
        |                              ^^^^^^^^^^
      → write a path that starts at the repository root, without \`..\`

    gauntlet.yml:2:42: entry 2 of \`results\` cannot be "../r.xml": it leads out of the repository
      2 |   - unit: {run: a, results: [/tmp/r.xml, ../r.xml], cwd: ~/x}
        |                                          ^^^^^^^^
      → write a path that starts at the repository root, without \`..\`

    gauntlet.yml:2:58: \`cwd\` cannot be "~/x": it leads out of the repository
      2 |   - unit: {run: a, results: [/tmp/r.xml, ../r.xml], cwd: ~/x}
        |                                                          ^^^
      → write a path that starts at the repository root, without \`..\`"
  `);
});

test('an unknown journey and experiment', () => {
  expect(
    refuse(
      'stages:\n  - e2e: {journeys: [chatt]}\n  - chaos: {experiments: [netwrok, quake]}\njourneys:\n  chat: {steps: [{run: "true"}]}\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 3 problems

    gauntlet.yml:2:22: no journey has the name \`chatt\`
      2 |   - e2e: {journeys: [chatt]}
        |                      ^^^^^
      → did you mean \`chat\`?

    gauntlet.yml:3:27: no experiment has the name \`netwrok\`
      3 |   - chaos: {experiments: [netwrok, quake]}
        |                           ^^^^^^^
      → did you mean \`network\`?

    gauntlet.yml:3:36: no experiment has the name \`quake\`
      3 |   - chaos: {experiments: [netwrok, quake]}
        |                                    ^^^^^
      → there are: network, service, state"
  `);
});

test('an experiment whose journey is not there', () => {
  expect(refuse('stages: {unit: {run: a}}\nexperiments:\n  x: {fault: {kill: api}, steady: chat, stedy: chat}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:41: \`stedy\` is not a setting of \`x\`
      3 |   x: {fault: {kill: api}, steady: chat, stedy: chat}
        |                                         ^^^^^
      → did you mean \`steady\`?"
  `);
});

test('an unknown step', () => {
  expect(
    refuse(
      'stages: {unit: {run: a}}\njourneys:\n  a:\n    steps:\n      - gett: /x\n      - teleport: /x\n      - expect: {status: 200}\n      - {get: /a, connect: /b}\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 4 problems

    gauntlet.yml:5:9: \`gett\` is not something that a step can do
      5 |       - gett: /x
        |         ^^^^
      → did you mean \`get\`?

    gauntlet.yml:6:9: \`teleport\` is not something that a step can do
      6 |       - teleport: /x
        |         ^^^^^^^^
      → a step begins with one of run, get, post, put, patch, delete, head, connect, send, close

    gauntlet.yml:7:9: entry 3 of \`steps\` says nothing to do
      7 |       - expect: {status: 200}
        |         ^^^^^^^^^^^^^^^^^^^^^
      → a step begins with one of run, get, post, put, patch, delete, head, connect, send, close

    gauntlet.yml:8:9: entry 4 of \`steps\` does several things at once: \`get\`, \`connect\`
      8 |       - {get: /a, connect: /b}
        |         ^^^^^^^^^^^^^^^^^^^^^^
      → make a step of each"
  `);
});

test('mistakes inside a step', () => {
  expect(
    refuse(
      'stages: {unit: {run: a}}\njourneys:\n  a:\n    steps:\n      - {get: "{{api}}/x", header: {a: b}, expect: {staus: 200, tokens: 5s, status: ok}, timeout: 5}\n      - {get: 5}\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 6 problems

    gauntlet.yml:5:28: \`header\` is not a setting of entry 1 of \`steps\`
      5 |       - {get: "{{api}}/x", header: {a: b}, expect: {staus: 200, tokens: 5s, status: ok}, timeout: 5}
        |                            ^^^^^^
      → did you mean \`headers\`?

    gauntlet.yml:5:53: \`staus\` is not a setting of \`expect\`
      5 |       - {get: "{{api}}/x", header: {a: b}, expect: {staus: 200, tokens: 5s, status: ok}, timeout: 5}
        |                                                     ^^^^^
      → did you mean \`status\`?

    gauntlet.yml:5:73: \`tokens\`: "5s" is not a limit
      5 |       - {get: "{{api}}/x", header: {a: b}, expect: {staus: 200, tokens: 5s, status: ok}, timeout: 5}
        |                                                                         ^^
      → write something like <= 20

    gauntlet.yml:5:85: \`status\` takes a status such as 200, or a list of them, not the text "ok"
      5 |       - {get: "{{api}}/x", header: {a: b}, expect: {staus: 200, tokens: 5s, status: ok}, timeout: 5}
        |                                                                                     ^^
      → write a status such as 200, or a list of them

    gauntlet.yml:5:99: \`timeout\` takes a duration with its unit, such as 500ms, 30s, 5m or 1h30m, not the number 5
      5 |       - {get: "{{api}}/x", header: {a: b}, expect: {staus: 200, tokens: 5s, status: ok}, timeout: 5}
        |                                                                                                   ^
      → write a duration with its unit, such as 500ms, 30s, 5m or 1h30m

    gauntlet.yml:6:15: \`get\` takes text, not the number 5
      6 |       - {get: 5}
        |               ^
      → write text"
  `);
});

test('a journey without steps', () => {
  expect(refuse('stages: {unit: {run: a}}\njourneys: {a: {}, b: {steps: []}, c: , d e: {steps: [{get: x}]}}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has 4 problems

    gauntlet.yml:2:12: \`steps\` is missing
      2 | journeys: {a: {}, b: {steps: []}, c: , d e: {steps: [{get: x}]}}
        |            ^
      → write a list of steps

    gauntlet.yml:2:30: \`steps\` is an empty list
      2 | journeys: {a: {}, b: {steps: []}, c: , d e: {steps: [{get: x}]}}
        |                              ^^
      → write at least one step, such as - {get: "{{api}}/health"}

    gauntlet.yml:2:35: \`c\` takes a map of settings, not nothing
      2 | journeys: {a: {}, b: {steps: []}, c: , d e: {steps: [{get: x}]}}
        |                                   ^
      → write a map of settings

    gauntlet.yml:2:40: \`d e\` is not a name: use letters, digits, \`-\`, \`_\` and \`.\`, and begin with a letter or digit
      2 | journeys: {a: {}, b: {steps: []}, c: , d e: {steps: [{get: x}]}}
        |                                        ^^^"
  `);
});

test('targets that are nowhere', () => {
  expect(
    refuse(
      'stages: {unit: {run: a}}\ntargets:\n  a: {}\n  b: {url: example.org}\n  c: {service: api, url: "https://example.org"}\n  d: {service: api, port: 99999, health: up}\n  e: 8080\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 6 problems

    gauntlet.yml:3:6: \`a\` says nothing about where it is
      3 |   a: {}
        |      ^^
      → write \`service\` and \`port\`, or \`url\`

    gauntlet.yml:4:12: \`url\` cannot be "example.org": that is no URL
      4 |   b: {url: example.org}
        |            ^^^^^^^^^^^
      → write an absolute URL, such as https://staging.example.org, with http, https, ws, wss or tcp

    gauntlet.yml:5:6: \`c\` has both a URL and a service
      5 |   c: {service: api, url: "https://example.org"}
        |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      → keep \`url\`, or \`service\` and \`port\`

    gauntlet.yml:6:27: \`port\` is too large
      6 |   d: {service: api, port: 99999, health: up}
        |                           ^^^^^
      → write a whole number from 1 to 65535

    gauntlet.yml:6:42: \`health\` does not begin with /
      6 |   d: {service: api, port: 99999, health: up}
        |                                          ^^
      → write a path such as /health

    gauntlet.yml:7:6: \`e\` takes a URL, or a map such as {service: api, port: 8080}, not the number 8080
      7 |   e: 8080
        |      ^^^^
      → write a URL, or a map such as {service: api, port: 8080}"
  `);
});

test('an empty stack', () => {
  expect(refuse('stages: {unit: {run: a}}\nstack: {ready: 10s}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:8: \`stack\` says nothing about what to bring up
      2 | stack: {ready: 10s}
        |        ^^^^^^^^^^^^
      → write one of compose, process, external"
  `);
});

test('an unknown stack', () => {
  expect(refuse('stages: {unit: {run: a}}\nstack: {compos: compose.yaml}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:2:9: \`compos\` is not a setting of \`stack\`
      2 | stack: {compos: compose.yaml}
        |         ^^^^^^
      → did you mean \`compose\`?"
  `);
});

test('mistakes inside a stack', () => {
  expect(
    refuse(
      'stages: {unit: {run: a}}\nstack:\n  use: external\n  compose: {files: a, env_files: b}\n  process: {api: {rnu: node, run: x}}\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 2 problems

    gauntlet.yml:4:23: \`env_files\` is not a setting of \`compose\`
      4 |   compose: {files: a, env_files: b}
        |                       ^^^^^^^^^
      → did you mean \`env_file\`?

    gauntlet.yml:5:19: \`rnu\` is not a setting of \`api\`
      5 |   process: {api: {rnu: node, run: x}}
        |                   ^^^
      → did you mean \`run\`?"
  `);
});

test('a stack that is not written', () => {
  expect(refuse('stages: {unit: {run: a}}\nstack:\n  use: external\n  compose: a\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has a problem

    gauntlet.yml:3:8: \`use\` asks for \`external\`, which is not written here
      3 |   use: external
        |        ^^^^^^^^
      → add \`external:\`, or use compose"
  `);
});

test('policy, budget, redact, seed and report', () => {
  expect(
    refuse(
      'stages: {unit: {run: a}}\nbudget: pull-request\npolicy: {block: [p0, old P1]}\nredact: ["("]\nseed: -1\nreport: {sinks: [pdf]}\nwaivers: [{id: a}]\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 6 problems

    gauntlet.yml:2:9: \`budget\` cannot be the text "pull-request"
      2 | budget: pull-request
        |         ^^^^^^^^^^^^
      → write one of \`pr\`, \`nightly\`, \`release\`

    gauntlet.yml:3:18: entry 1 of \`block\` cannot be the text "p0"
      3 | policy: {block: [p0, old P1]}
        |                  ^^
      → did you mean \`P0\`?

    gauntlet.yml:3:22: entry 2 of \`block\` cannot be the text "old P1"
      3 | policy: {block: [p0, old P1]}
        |                      ^^^^^^
      → write one of \`P0\`, \`P1\`, \`P2\`, \`P3\`, \`new P0\`, \`new P1\`, \`new P2\`, \`new P3\`

    gauntlet.yml:4:10: entry 1 of \`redact\` cannot be "(": that is no regular expression
      4 | redact: ["("]
        |          ^^^
      → write a JavaScript regular expression without slashes

    gauntlet.yml:5:7: \`seed\` is too small
      5 | seed: -1
        |       ^^
      → write a whole number from 0 to 4294967295

    gauntlet.yml:7:10: \`waivers\` takes the path of the file with the waivers (they are read from the base branch, so that a change cannot waive itself), not a list
      7 | waivers: [{id: a}]
        |          ^^^^^^^^^
      → write the path of the file with the waivers (they are read from the base branch, so that a change cannot waive itself)"
  `);
});

test('a variable that is not set', () => {
  expect(
    refuse(
      'stages:\n  - unit:\n      run: echo ${NOPE}\n      env: {A: "${B:?say which}", C: "${{ secrets.X }}", D: "${E%x}", F: "${G"}\n',
    ),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 5 problems

    gauntlet.yml:3:12: the environment variable NOPE is not set
      3 |       run: echo \${NOPE}
        |            ^^^^^^^^^^^^
      → set NOPE, give a default with \`\${NOPE:-default}\`, or leave it for the shell with \`$\${NOPE}\`

    gauntlet.yml:4:16: B: say which
      4 |       env: {A: "\${B:?say which}", C: "\${{ secrets.X }}", D: "\${E%x}", F: "\${G"}
        |                ^^^^^^^^^^^^^^^^^
      → set B, give a default with \`\${B:-default}\`, or leave it for the shell with \`$\${B}\`

    gauntlet.yml:4:38: \`\${{ … }}\` is an expression of GitHub Actions, which is not evaluated here
      4 |       env: {A: "\${B:?say which}", C: "\${{ secrets.X }}", D: "\${E%x}", F: "\${G"}
        |                                      ^^^^^^^^^^^^^^^^^^
      → set a variable with \`env:\` in the workflow and write \`\${NAME}\` here

    gauntlet.yml:4:61: \`\${E%x}\` is not understood
      4 |       env: {A: "\${B:?say which}", C: "\${{ secrets.X }}", D: "\${E%x}", F: "\${G"}
        |                                                             ^^^^^^^^
      → write \${NAME}, \${NAME:-default} or \${NAME:?message}; \`$\${E%x}\` leaves it for the shell

    gauntlet.yml:4:74: \`\${\` is not closed
      4 |       env: {A: "\${B:?say which}", C: "\${{ secrets.X }}", D: "\${E%x}", F: "\${G"}
        |                                                                          ^^^^^
      → write \`\${NAME}\`, or \`$\${\` for the two characters themselves"
  `);
});

test('a name that is no name', () => {
  expect(refuse('stages: {unit: {run: a, env: {"A B": c}}}\n? [a]\n: b\n__proto__: {x: 1}\n')).toMatchInlineSnapshot(`
    "gauntlet.yml has 3 problems

    gauntlet.yml:1:31: \`A B\` is not the name of an environment variable
      1 | stages: {unit: {run: a, env: {"A B": c}}}
        |                               ^^^^^

    gauntlet.yml:2:3: this is not a name for a setting
      2 | ? [a]
        |   ^^^
      → write a plain word before the colon; put text with \`{{…}}\` in quotes

    gauntlet.yml:4:1: this is not a name for a setting
      4 | __proto__: {x: 1}
        | ^^^^^^^^^
      → write a plain word before the colon; put text with \`{{…}}\` in quotes"
  `);
});

test('a variable without quotes inside braces', () => {
  expect(refuse('targets: {db: {service: db, port: ${PORT}}}\nstages: {unit: {run: a}}\n', { PORT: '1' })).toMatchInlineSnapshot(`
    "gauntlet.yml has 2 problems

    gauntlet.yml:1:36: a \`\${…}\` inside \`{…}\` or \`[…]\` cannot stand without quotes
      1 | targets: {db: {service: db, port: \${PORT}}}
        |                                    ^
      → put it in quotes: "\${NAME}", or on a line of its own where a number is meant

    gauntlet.yml:2:1: this is not YAML: unexpected scalar token in YAML stream: "stages"
      2 | stages: {unit: {run: a}}
        | ^^^^^^
      → quote the text if this sign belongs to it; otherwise check brackets and commas"
  `);
});

test('a value of the environment is not repeated in a message', () => {
  expect(refuse('stages: {unit: {run: a, timeout: "${TOKEN}", results: ["/x/${TOKEN}"]}}', { TOKEN: 'hunter2-hunter2' })).not.toContain(
    'hunter2',
  );
});

test('aliases that multiply are stopped, quickly', () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `a${level}: &a${level} [${Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ')}]`,
  );
  const started = cpuMs();
  expect(refuse(`${levels.join('\n')}\n`)).toContain('the aliases of this file make more than 100000 values');
  expect(cpuMs() - started).toBeLessThan(5_000);
});

test.each([
  ['brackets', '['.repeat(50_000)],
  ['closed brackets', 'a: ' + '['.repeat(20_000) + ']'.repeat(20_000)],
  ['maps', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['dashes', '- '.repeat(5_000)],
])('%s that are nested too deep are refused, not crashed on', (_, text) => {
  expect(refuse(text)).toMatch(/^gauntlet\.yml has /);
});

test('problems are counted and bounded', () => {
  const text = `stages: {unit: {run: a}}\n${Array.from({ length: 60 }, (_, index) => `zz${index}: 1`).join('\n')}`;
  const message = refuse(text);
  expect(message.split('\n')[0]).toBe('gauntlet.yml has 60 problems');
  expect(message).toContain('… and 20 more');
});

test('a hostile line cannot steer a terminal or fill the screen', () => {
  const message = refuse(`stages: {unit: {run: a}}\n"\\e[2J${'x'.repeat(5_000)}": 1\n`);
  expect(message).not.toContain('\u001b');
  expect(message.length).toBeLessThan(2_000);
});

test('legs, falls and branches that are none, and a setting that a component does not have', () => {
  expect(
    refuse(`version: 1
stages:
  - unit: {run: a, must_pass: payments}
  - integration: {run: a, legs: 1, coverage: {drop: half, branches: 80}}
components:
  billing: {match: pay, stages: [e2e]}
  chat: {stages: unit, words: hub}
`),
  ).toMatchInlineSnapshot(`
    "gauntlet.yml has 4 problems

    gauntlet.yml:4:33: \`legs\` is too small
      4 |   - integration: {run: a, legs: 1, coverage: {drop: half, branches: 80}}
        |                                 ^
      → write a whole number from 2 to 256

    gauntlet.yml:4:53: \`drop\` cannot be "half": that is not a percentage from 0% to 100%
      4 |   - integration: {run: a, legs: 1, coverage: {drop: half, branches: 80}}
        |                                                     ^^^^
      → write a percentage with its sign, such as 90%

    gauntlet.yml:4:69: \`branches\` takes a percentage with its sign, such as 90%, not the number 80
      4 |   - integration: {run: a, legs: 1, coverage: {drop: half, branches: 80}}
        |                                                                     ^^
      → write a percentage with its sign, such as 90%

    gauntlet.yml:7:24: \`words\` is not a setting of \`chat\`
      7 |   chat: {stages: unit, words: hub}
        |                        ^^^^^
      → allowed here: match, stages"
  `);
});

test('tests that must pass without results to find them in, and a component in a stage that is not there', () => {
  const text = 'version: 1\nstages:\n  - unit: {run: a, must_pass: x}\ncomponents:\n  billing: {match: pay, stages: [e2e]}\n';
  expect(refuse(text)).toMatchInlineSnapshot(`
    "gauntlet.yml has 2 problems

    gauntlet.yml:3:20: \`must_pass\` needs results to look into
      3 |   - unit: {run: a, must_pass: x}
        |                    ^^^^^^^^^
      → name the reports of this stage under \`results\`

    gauntlet.yml:5:34: no stage has the name \`e2e\`
      5 |   billing: {match: pay, stages: [e2e]}
        |                                  ^^^
      → there are: unit"
  `);
});
