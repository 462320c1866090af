import { stringify } from 'yaml';

import type { StageName } from '../../model/stage.ts';
import { atMost, counted, oneLine, sentenceList } from '../../lib/text.ts';
import type { ComposeElsewhere, ComposeFound } from './compose.ts';
import type { Detected } from './detect.ts';
import type { Suite } from './suite.ts';

/** The text of a `gauntlet.yml` for what was found. It runs as it is; what is not known, and what could be added, is in its comments. */
export function suggestedConfig(found: Detected): string {
  const { compose, elsewhere, suites } = found;
  return [
    '# Written by `gauntlet init` from what is in this repository, and yours from now on.',
    '# `gauntlet plan` says what it means; docs/config.md of Gauntlet lists every setting.',
    'version: 1',
    '',
    ...stackLines(compose, elsewhere),
    ...targetLines(found),
    'stages:',
    ...auditLines(compose),
    ...(['unit', 'integration', 'e2e'] as const).flatMap((stage) =>
      stageLines(
        stage,
        suites.filter((suite) => suite.stage === stage),
      ),
    ),
    ...furtherLines(found),
    '',
  ].join('\n');
}

function stackLines(compose: ComposeFound | undefined, elsewhere: ComposeElsewhere | undefined): string[] {
  if (!compose) {
    return [
      '# stack:                    # buys: integration, e2e, load and chaos against the real system',
      `#   compose: ${scalar(elsewhere?.files[0] ?? 'compose.yaml')}`,
      '',
    ];
  }
  const services = compose.services.length === 0 ? '' : `   # ${cutList(compose.services)}`;
  const file = compose.override === undefined ? scalar(compose.file) : listed([compose.file, compose.override]);
  return [
    `stack:`,
    `  compose: ${file}${services}`,
    '  # ready: 300s               # time in which every service must be ready; 120s without it',
    '',
  ];
}

function cutList(names: readonly string[]): string {
  return oneLine(names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`);
}

/** Active where a port is known: a target costs nothing until something speaks to it. */
function targetLines({ compose, around }: Detected): string[] {
  const http = compose?.http ?? [];
  const [first] = http;
  if (!first) return [];
  const get = around.openapi?.get ?? '/';
  return [
    'targets:',
    ...http.slice(0, 6).map(({ service, port }) => `  ${targetName(service)}: {service: ${scalar(service)}, port: ${port}}`),
    '',
    "# journeys:                 # buys: a user's path as a test, as the body of a load, and as what must hold during chaos",
    '#   first-visit:',
    '#     steps:',
    `#       - get: "{{${targetName(first.service)}}}${get}"`,
    '#         expect: {status: 200, within: 500ms}',
    '',
  ];
}

function targetName(service: string): string {
  return service.replace(/[^A-Za-z0-9_.-]/g, '-');
}

function auditLines(compose: ComposeFound | undefined): string[] {
  return [
    '  - audit:                  # secrets, images, open ports and more of what is in the repository; needs no settings',
    ...(compose ? ['      services: all         # the stack comes up, and every service must get ready'] : []),
  ];
}

function stageLines(stage: StageName, suites: readonly Suite[]): string[] {
  const [only, ...more] = suites;
  if (!only) return stage === 'unit' ? unitToWrite() : [];
  const mustPass = stage === 'unit' ? ['      # must_pass: [login]      # buys: tests of this name must exist, run and pass'] : [];
  if (more.length === 0) return [`  - ${stage}:`, ...suiteLines(only, '      '), ...mustPass];
  const names = namesOf(suites);
  return [
    `  - ${stage}:`,
    '      run:',
    ...suites.flatMap((suite, index) => [`        - name: ${names[index] ?? `part-${index}`}`, ...suiteLines(suite, '          ')]),
    ...mustPass,
  ];
}

function unitToWrite(): string[] {
  return [
    '  # - unit:                 # buys: your tests, counted one by one, with flaky and vanished ones told',
    '  #     run: make test',
    '  #     results: reports/*.xml',
  ];
}

function suiteLines({ run, folder, results, coverage, because }: Suite, indent: string): string[] {
  const [report = ''] = coverage;
  const lines = [
    `# ${oneLine(because)}`,
    `run: ${scalar(run)}`,
    ...(folder === '.' ? [] : [`cwd: ${scalar(folder)}`]),
    results.length === 0
      ? `# results: reports/*.xml  # buys: tests counted one by one; until then the exit code alone says how they went`
      : `results: ${listed(results)}`,
    ...(report === ''
      ? []
      : [
          'coverage:',
          `  files: ${listed(coverage)}`,
          '  # changed: 85%          # buys: lines that a change touches must be tested; what is old is left alone',
          '  # min: 80%              # buys: a floor under the whole',
          '  # critical: {"src/auth/**": 100%}',
        ]),
  ];
  return lines.map((line) => `${indent}${line}`);
}

function furtherLines({ compose, suites }: Detected): string[] {
  const stages = new Set(suites.map(({ stage }) => stage));
  return [
    ...(compose && !stages.has('integration')
      ? ['  # - integration:          # buys: tests against the real services', '  #     run: …']
      : []),
    ...(compose && !stages.has('e2e')
      ? ['  # - e2e:                  # buys: journeys through the running system', '  #     journeys: [first-visit]']
      : []),
    ...(compose
      ? [
          '  # - performance:          # buys: what happens at 50, 200 and 500 users, with limits that block',
          '  #     load_profile: standard',
          '  #     journeys: [first-visit]',
          '  #     thresholds: {first-visit.latency: "p(99) < 500ms"}',
        ]
      : []),
  ];
}

/** A name for each command of one stage: its folder, with the runner where a folder has several. */
function namesOf(suites: readonly Suite[]): string[] {
  const base = suites.map(({ folder }) => (folder === '.' ? 'root' : folder.replaceAll('/', '-')));
  const named = suites.map(({ runner }, index) => {
    const name = base[index] ?? '';
    return (base.filter((other) => other === name).length > 1 ? `${name}-${runner.replace('an unknown runner', 'test')}` : name)
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .slice(0, 80);
  });
  return named.map((name, index) => (named.indexOf(name) === index ? name : `${name.slice(0, 76)}-${index}`));
}

function listed(paths: readonly string[]): string {
  return paths.length === 1 ? scalar(paths[0] ?? '') : `[${paths.map((path) => JSON.stringify(path)).join(', ')}]`;
}

/** A value as YAML writes it; `$` doubled before a brace, so that it stays the shell's. */
function scalar(text: string): string {
  const written = text.replaceAll('${', () => '$${');
  const plain = stringify(written, { lineWidth: 0 }).trim();
  return /[\n{},[\]]/.test(plain) ? JSON.stringify(written) : plain;
}

/** What was found, one line each. */
export function foundLines({ compose, suites, around }: Detected): string[] {
  return [
    ...(compose
      ? [
          `${compose.file}${compose.override === undefined ? '' : ` with ${compose.override}`}: a stack of ${counted(compose.services.length, 'service')}${compose.http.length === 0 ? '' : `; ${sentenceList(compose.http.slice(0, 6).map(({ service, port }) => `${service} publishes ${port}`))}`}`,
        ]
      : []),
    ...suites.map(
      ({ stage, runner, because, coverage, results }) =>
        `${stage} tests by ${runner} (${because})${results.length === 0 ? ', without a report' : ''}${coverage.length === 0 ? '' : ', with coverage'}`,
    ),
    ...(around.dockerfiles.length === 0 ? [] : [`${counted(around.dockerfiles.length, 'Dockerfile')}: ${cutList(around.dockerfiles)}`]),
    ...(around.openapi ? [`${around.openapi.file}: an API of ${counted(around.openapi.operations, 'operation')}`] : []),
    ...(around.workflows.length === 0 ? [] : [`${counted(around.workflows.length, 'workflow')}: ${cutList(around.workflows)}`]),
  ];
}

function noStack(elsewhere: ComposeElsewhere | undefined): string {
  if (!elsewhere) return 'What the running system is: there is no compose file where one is looked for.';
  const [first = '', ...more] = elsewhere.files;
  return `Which of ${more.length + 1} compose files is the system: ${atMost(elsewhere.files, 4)}. Name it under \`stack: {compose: ${first}}\`, or run \`gauntlet -C <folder> init\` for each.`;
}

/** What could not be known, in whole sentences. */
export function unknownLines({ compose, elsewhere, suites }: Detected): string[] {
  return [
    ...(compose ? compose.unknown : [noStack(elsewhere)]),
    ...(suites.length === 0 ? ['How the tests are run: no runner of Node, Python, Go, Rust, Java, .NET, PHP or Ruby was recognised.'] : []),
    ...suites.flatMap(({ unknown }) => unknown),
    ...(suites.some(({ coverage }) => coverage.length > 0)
      ? ['How much coverage is enough: it is measured and shown, and blocks nothing until `min` or `changed` says so.']
      : []),
  ];
}
