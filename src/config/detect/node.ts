import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { below, type Repository } from './repository.ts';
import type { Suite } from './suite.ts';

const Words = z.record(z.string(), z.string()).catch({});
const Manifest = z.object({ scripts: Words, dependencies: Words, devDependencies: Words, packageManager: z.string().catch('') });

interface Manager {
  readonly name: string;
  readonly install: readonly string[];
  /** Starts a program of the project. */
  readonly exec: string;
  /** Runs a script with arguments of its own. */
  readonly script: (name: string, args: string) => string;
}

const NPM: Manager = {
  name: 'npm',
  install: ['npm ci'],
  exec: 'npx',
  script: (name, args) => `npm run ${name}${args === '' ? '' : ` -- ${args}`}`,
};
const MANAGERS: readonly (readonly [lock: string, manager: Manager])[] = [
  ['pnpm-lock.yaml', manager('pnpm', ['corepack enable', 'pnpm install --frozen-lockfile'], 'pnpm exec')],
  ['yarn.lock', manager('yarn', ['corepack enable', 'yarn install --immutable'], 'yarn')],
  ['bun.lock', manager('bun', ['npm install --global bun', 'bun install --frozen-lockfile'], 'bunx')],
  ['bun.lockb', manager('bun', ['npm install --global bun', 'bun install --frozen-lockfile'], 'bunx')],
  ['package-lock.json', NPM],
];

function manager(name: string, install: readonly string[], exec: string): Manager {
  return { name, install, exec, script: (script, args) => `${name} run ${script}${args === '' ? '' : ` ${args}`}` };
}

/** A test runner: the word that starts it in a script, and the arguments with which it writes its report to a path without extension. */
interface Runner {
  readonly name: string;
  readonly program: RegExp;
  readonly start: string;
  readonly args: (report: string) => string;
  readonly extension: string;
  /** Packages that measure coverage, with the arguments and the place of the report; none means that the runner brings its own. */
  readonly coverage?: { readonly packages: readonly string[]; readonly args: string; readonly file: string };
}

const RUNNERS: readonly Runner[] = [
  {
    name: 'vitest',
    program: /\bvitest\b/,
    start: 'vitest run',
    args: (report) => `--run --reporter=default --reporter=junit --outputFile.junit=${report}.xml`,
    extension: 'xml',
    coverage: {
      packages: ['@vitest/coverage-v8', '@vitest/coverage-istanbul'],
      args: '--coverage --coverage.reporter=lcovonly',
      file: 'coverage/lcov.info',
    },
  },
  {
    name: 'jest',
    program: /\b(?:jest|react-scripts test)\b/,
    start: 'jest',
    args: (report) => `--ci --json --outputFile=${report}.json`,
    extension: 'json',
    coverage: { packages: [], args: '--coverage --coverageReporters=lcovonly', file: 'coverage/lcov.info' },
  },
  {
    name: 'mocha',
    program: /\b(?:mocha|_mocha)\b/,
    start: 'mocha',
    args: (report) => `--reporter json --reporter-option output=${report}.json`,
    extension: 'json',
  },
  { name: 'ava', program: /\bava\b/, start: 'ava', args: (report) => `--tap > ${report}.tap`, extension: 'tap' },
];

/** A report that a script asks its runner for already: `--test-reporter-destination=reports/unit.xml`, `--outputFile coverage/x.json`. */
const OWN_REPORT =
  /(?:--?[\w.-]*(?:destination|output\w*|outfile)(?:\.\w+)?|mochaFile|output)[= ](["']?)([\w./-]+\.(?:xml|json|tap|info))\1/gi;

const NODE_TEST = /\bnode\b(?:\s+--?[\w:=./-]+)*\s+--test\b(?!-)/;
/** Scripts by the stage that they are for, best first. */
const SCRIPTS: readonly (readonly [Suite['stage'], readonly string[]])[] = [
  ['unit', ['test:unit', 'unit', 'test']],
  ['integration', ['test:integration', 'test:int', 'integration']],
  ['e2e', ['test:e2e', 'e2e']],
];
const NO_TESTS = /no test specified/;
const BROWSERS = ['playwright', 'cypress'];

/** Tests of npm, pnpm, yarn and bun projects. */
export async function nodeSuites(repository: Repository): Promise<readonly Suite[]> {
  const folders = await repository.projects(['package.json']);
  const own = (await Promise.all(folders.map((folder) => projectSuites(repository, folder)))).flat();
  const counted = own.some(({ results }) => results.length > 0);
  if (counted || !folders.includes('.') || !(await isWorkspace(repository))) return own;
  // The root only calls what its members have; they know what runs their tests.
  const members = await repository.members(['package.json']);
  const inner = (await Promise.all(members.map((folder) => projectSuites(repository, folder)))).flat();
  return inner.some(({ results }) => results.length > 0) ? inner : own;
}

async function isWorkspace(repository: Repository): Promise<boolean> {
  if (await repository.exists('pnpm-workspace.yaml')) return true;
  const manifest = parseJson(await repository.text('package.json'));
  return typeof manifest === 'object' && manifest !== null && 'workspaces' in manifest;
}

async function projectSuites(repository: Repository, folder: string): Promise<readonly Suite[]> {
  const parsed = Manifest.safeParse(parseJson(await repository.text(below(folder, 'package.json'))) ?? undefined);
  const { scripts, dependencies, devDependencies } = parsed.data ?? { scripts: {}, dependencies: {}, devDependencies: {} };
  const packages = new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
  const managers = await Promise.all(
    MANAGERS.map(async ([lock, known]) => ((await repository.first([below(folder, lock), lock])) === undefined ? [] : [known])),
  );
  const project: Project = { folder, scripts, packages, manager: managers.flat()[0] ?? { ...NPM, install: ['npm install'] } };
  const suites = SCRIPTS.flatMap(([stage, names]) => suiteOf(project, stage, names) ?? []);
  const browser = browserSuite(project);
  return browser && !suites.some(({ stage }) => stage === 'e2e') ? [...suites, browser] : suites;
}

interface Project {
  readonly folder: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly packages: ReadonlySet<string>;
  readonly manager: Manager;
}

function suiteOf(project: Project, stage: Suite['stage'], names: readonly string[]): Suite | undefined {
  const { scripts, packages, manager: tool, folder } = project;
  const name = names.find((candidate) => (scripts[candidate] ?? '') !== '' && !NO_TESTS.test(scripts[candidate] ?? ''));
  if (name === undefined) return undefined;
  const script = scripts[name] ?? '';
  const last = script.split(/&&|;/).at(-1)?.trim() ?? '';
  const common = { stage, folder, setup: tool.install };
  const own = ownReport(project, name);
  if (own) return { ...common, ...own };
  if (NODE_TEST.test(last) && script === last) {
    const report = `reports/${stage}.xml`;
    const reporters = `--test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=${report}`;
    return {
      ...common,
      runner: 'node --test',
      run: `mkdir -p reports && ${script.replace(/--test\b(?!-)/, `--test ${reporters}`)}`,
      results: [below(folder, report)],
      coverage: [],
      because: `the script "${name}" in ${below(folder, 'package.json')}`,
      unknown: [],
    };
  }
  const browser = BROWSERS.some((known) => last.includes(known)) ? browserSuite(project, stage === 'unit' ? 'e2e' : stage) : undefined;
  if (browser) return browser;
  const runner = RUNNERS.find(({ program }) => program.test(last)) ?? RUNNERS.find(({ name: known }) => packages.has(known));
  if (!runner) {
    return {
      ...common,
      runner: 'an unknown runner',
      run: tool.script(name, ''),
      results: [],
      coverage: [],
      because: `the script "${name}" in ${below(folder, 'package.json')}`,
      unknown: [`Which report \`${script}\` can write: its tests are not counted, only its exit code says how they went.`],
    };
  }
  const { coverage } = runner;
  const covered =
    stage === 'unit' && coverage && (coverage.packages.length === 0 || coverage.packages.some((each) => packages.has(each)))
      ? coverage
      : undefined;
  const report = `reports/${stage}`;
  const args = `${covered ? `${covered.args} ` : ''}${runner.args(report)}`;
  // Arguments reach the end of a script: it has to be the runner that stands there, once.
  const direct = !runner.program.test(last) || /[|>]/.test(last);
  const line = direct ? `${tool.exec} ${runner.start} ${args}` : tool.script(name, args);
  return {
    ...common,
    runner: runner.name,
    run: runner.name === 'vitest' ? line.replace('run --run', 'run') : `mkdir -p reports && ${line}`,
    results: [below(folder, `${report}.${runner.extension}`)],
    coverage: covered ? [below(folder, covered.file)] : [],
    because: `${runner.name} in ${below(folder, 'package.json')}`,
    unknown: [],
  };
}

/** A script that asks for its report itself is left as it is. */
function ownReport({ scripts, manager: tool, folder }: Project, name: string): Omit<Suite, 'stage' | 'folder' | 'setup'> | undefined {
  const asked = [...(scripts[name] ?? '').matchAll(OWN_REPORT)].map(([, , path = '']) => path.replace(/^\.\//, ''));
  const written = asked.filter((path) => !path.startsWith('/')).map((path) => below(folder, path));
  const results = written.filter((path) => !path.endsWith('.info'));
  if (results.length === 0) return undefined;
  return {
    runner: 'its own script',
    run: tool.script(name, ''),
    results,
    coverage: written.filter((path) => path.endsWith('.info')),
    because: `the script "${name}" in ${below(folder, 'package.json')}, which writes a report`,
    unknown: [],
  };
}

function browserSuite({ packages, manager: tool, folder }: Project, stage: Suite['stage'] = 'e2e'): Suite | undefined {
  const common = { stage, folder, coverage: [], because: below(folder, 'package.json') };
  if (packages.has('@playwright/test')) {
    return {
      ...common,
      runner: 'playwright',
      run: `PLAYWRIGHT_JSON_OUTPUT_NAME=reports/${stage}.json ${tool.exec} playwright test --reporter=line,json`,
      results: [below(folder, `reports/${stage}.json`)],
      setup: [...tool.install, `${tool.exec} playwright install --with-deps chromium`],
      because: `playwright in ${common.because}`,
      unknown: ['Which address the Playwright tests open: if it is the stack, give it in `env` of the stage.'],
    };
  }
  if (!packages.has('cypress')) return undefined;
  return {
    ...common,
    runner: 'cypress',
    run: `${tool.exec} cypress run --reporter junit --reporter-options mochaFile=reports/${stage}/[hash].xml`,
    results: [below(folder, `reports/${stage}/*.xml`)],
    setup: tool.install,
    because: `cypress in ${common.because}`,
    unknown: ['Which address the Cypress tests open: if it is the stack, give it in `env` of the stage.'],
  };
}
