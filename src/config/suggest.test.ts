import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { nodeFiles } from '../ports/node/files.ts';
import { asConfig, foundLines, suggest, suggestedWorkflow, unknownLines, type Suggestion } from './suggest.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gauntlet-suggest-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What is suggested for a repository of these files. */
async function of(files: Readonly<Record<string, string>>): Promise<Suggestion> {
  count += 1;
  const folder = join(root, String(count));
  await mkdir(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return suggest(nodeFiles, folder);
}

/** The commands that the suggested file has, with their reports: `unit: npm test > reports/unit.xml | coverage/lcov.info`. */
function commands(suggestion: Suggestion): string[] {
  const { config } = asConfig(suggestion, 'gauntlet.yml');
  return config.stages.flatMap(({ name, run = [], results, coverage, cwd: folder }) =>
    run.map(({ command, cwd = folder, ...own }) => {
      const line = command.type === 'shell' ? command.line : command.argv.join(' ');
      const reports = own.results ?? results ?? [];
      const covered = (own.coverage ?? coverage)?.files ?? [];
      return `${name}${cwd === undefined ? '' : ` in ${cwd}`}: ${line} > ${reports.join(' ')} | ${covered.join(' ')}`;
    }),
  );
}

const npm = (scripts: Record<string, string>, devDependencies: Record<string, string> = {}) => JSON.stringify({ scripts, devDependencies });

describe('tests that write a report by themselves', () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      'vitest with coverage',
      { 'package.json': npm({ test: 'vitest' }, { vitest: '3', '@vitest/coverage-v8': '3' }), 'package-lock.json': '{}' },
      [
        'unit: npm run test -- --coverage --coverage.reporter=lcovonly --run --reporter=default --reporter=junit --outputFile.junit=reports/unit.xml > reports/unit.xml | coverage/lcov.info',
      ],
    ],
    [
      'jest behind a linter, with pnpm',
      { 'package.json': npm({ test: 'eslint . && jest' }, { jest: '30' }), 'pnpm-lock.yaml': '' },
      ['unit: mkdir -p reports && pnpm run test --coverage --coverageReporters=lcovonly --ci --json --outputFile=reports/unit.json > reports/unit.json | coverage/lcov.info'], // prettier-ignore
    ],
    [
      'a runner that is not the last word of its script is started directly',
      { 'package.json': npm({ test: 'mocha | tap-spec' }, { mocha: '11' }), 'yarn.lock': '' },
      ['unit: mkdir -p reports && yarn mocha --reporter json --reporter-option output=reports/unit.json > reports/unit.json | '],
    ],
    [
      'node --test',
      { 'package.json': npm({ test: 'NODE_ENV=test node --test --test-timeout=5000 test/' }) },
      [
        'unit: mkdir -p reports && NODE_ENV=test node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=reports/unit.xml --test-timeout=5000 test/ > reports/unit.xml | ',
      ],
    ],
    [
      'a script that asks for its report itself is left as it is',
      {
        'package.json': npm({
          test: 'node --test --test-reporter=junit --test-reporter-destination=reports/own.xml --test-reporter=lcov --test-reporter-destination=./cov/lcov.info',
        }),
      },
      ['unit: npm run test > reports/own.xml | cov/lcov.info'],
    ],
    [
      'integration and browser tests are stages of their own',
      {
        'package.json': npm(
          { 'test:unit': 'vitest run', 'test:integration': 'vitest run --dir it', 'test:e2e': 'playwright test' },
          { vitest: '3', '@playwright/test': '1' },
        ),
      },
      [
        'unit: npm run test:unit -- --run --reporter=default --reporter=junit --outputFile.junit=reports/unit.xml > reports/unit.xml | ',
        'integration: npm run test:integration -- --run --reporter=default --reporter=junit --outputFile.junit=reports/integration.xml > reports/integration.xml | ',
        'e2e: PLAYWRIGHT_JSON_OUTPUT_NAME=reports/e2e.json npx playwright test --reporter=line,json > reports/e2e.json | ',
      ],
    ],
    [
      'pytest with coverage under uv',
      { 'pyproject.toml': '[project]\n[dependency-groups]\ndev = ["pytest", "pytest-cov"]\n', 'uv.lock': '' },
      [
        'unit: uv run python3 -m pytest --junitxml=reports/unit.xml --cov --cov-report=term --cov-report=xml:reports/coverage.xml > reports/unit.xml | reports/coverage.xml',
      ],
    ],
    [
      'pytest in folders by stage',
      { 'requirements.txt': 'pytest\n', 'tests/unit/test_a.py': '', 'tests/integration/test_b.py': '' },
      [
        'unit: python3 -m pytest tests/unit --junitxml=reports/unit.xml > reports/unit.xml | ',
        'integration: python3 -m pytest tests/integration --junitxml=reports/integration.xml > reports/integration.xml | ',
      ],
    ],
    [
      'go below the root',
      { 'backend/go.mod': 'module x', 'backend/a/a_test.go': '' },
      ['unit in backend: go test -json -coverprofile=coverage.out ./... > go-test.json > backend/go-test.json | backend/coverage.out'],
    ],
    ['cargo', { 'Cargo.toml': '' }, ['unit: cargo test --workspace --no-fail-fast > cargo-test.txt 2>&1 > cargo-test.txt | ']],
    [
      'nextest with a profile that writes JUnit',
      { 'Cargo.toml': '', '.config/nextest.toml': '[profile.ci.junit]\npath = "junit.xml"\n' },
      ['unit: cargo nextest run --workspace --no-fail-fast --profile ci > target/nextest/ci/*.xml | '],
    ],
    [
      'Maven with JaCoCo and Failsafe',
      { 'pom.xml': '<artifactId>jacoco-maven-plugin</artifactId><artifactId>maven-failsafe-plugin</artifactId>', mvnw: '' },
      [
        'unit: ./mvnw --batch-mode --fail-at-end verify > **/target/surefire-reports/TEST-*.xml **/target/failsafe-reports/TEST-*.xml | **/target/site/jacoco/jacoco.xml',
      ],
    ],
    [
      'Gradle',
      { 'build.gradle.kts': '', gradlew: '' },
      ['unit: ./gradlew --no-daemon --continue test > **/build/test-results/test/*.xml | '],
    ],
    [
      '.NET with coverlet',
      {
        'App.sln': '',
        'test/T.csproj': '<PackageReference Include="Microsoft.NET.Test.Sdk"/><PackageReference Include="coverlet.collector"/>',
      },
      [
        'unit: dotnet test --logger trx --results-directory reports --collect "XPlat Code Coverage" > reports/*.trx | reports/*/coverage.cobertura.xml',
      ],
    ],
    [
      'PHPUnit',
      { 'composer.json': '{"require-dev": {"phpunit/phpunit": "^11"}}' },
      ['unit: vendor/bin/phpunit --log-junit reports/unit.xml > reports/unit.xml | '],
    ],
    [
      'RSpec with SimpleCov',
      { Gemfile: "gem 'rspec'\ngem 'simplecov'\n" },
      [
        'unit: mkdir -p reports && bundle exec rspec --format progress --format json --out reports/unit.json > reports/unit.json | coverage/.resultset.json',
      ],
    ],
  ])('%s', async (_, files, expected) => {
    expect(commands(await of(files))).toEqual(expected);
  });
});

test('several projects are commands of one stage, each in its folder', async () => {
  const suggestion = await of({
    'web/package.json': npm({ test: 'vitest' }, { vitest: '3' }),
    'api/pyproject.toml': 'pytest',
    'node_modules/x/package.json': npm({ test: 'vitest' }),
    'examples/y/package.json': npm({ test: 'vitest' }),
  });
  expect(commands(suggestion).map((line) => line.split(':')[0])).toEqual(['unit in web', 'unit in api']);
});

test('the root of a workspace leaves its tests to its members, which know their runner', async () => {
  const node = await of({
    'package.json': JSON.stringify({ workspaces: ['web'], scripts: { test: 'turbo run test' } }),
    'pnpm-lock.yaml': '',
    'web/package.json': npm({ test: 'vitest' }, { vitest: '3' }),
  });
  expect(commands(node)).toEqual([
    'unit in web: pnpm run test --run --reporter=default --reporter=junit --outputFile.junit=reports/unit.xml > web/reports/unit.xml | ',
  ]);
  const python = await of({
    'pyproject.toml': '[tool.uv.workspace]\nmembers = ["backend"]\n',
    'uv.lock': '',
    'backend/pyproject.toml': '[dependency-groups]\ndev = ["pytest"]\n',
    'backend/tests/test_a.py': '',
  });
  expect(commands(python)).toEqual(['unit in backend: uv run python3 -m pytest --junitxml=reports/unit.xml > backend/reports/unit.xml | ']);
  const alone = await of({
    'package.json': JSON.stringify({ workspaces: ['web'], scripts: { test: 'turbo run test' } }),
    'web/package.json': npm({}),
  });
  expect(commands(alone)).toEqual(['unit: npm run test >  | ']);
});

test('a script `test` that starts a browser is end to end, once', async () => {
  const suggestion = await of({ 'package.json': npm({ test: 'playwright test' }, { '@playwright/test': '1' }), 'package-lock.json': '{}' });
  expect(commands(suggestion).map((line) => line.split(':')[0])).toEqual(['e2e']);
});

test('what has no report is run, and said', async () => {
  const suggestion = await of({ 'package.json': npm({ test: './run-tests.sh' }) });
  expect(commands(suggestion)).toEqual(['unit: npm run test >  | ']);
  expect(unknownLines(suggestion.found).join('\n')).toContain('Which report `./run-tests.sh` can write');
});

test('the placeholder of `npm init` is no test', async () => {
  const suggestion = await of({ 'package.json': npm({ test: 'echo "Error: no test specified" && exit 1' }) });
  expect(commands(suggestion)).toEqual([]);
  expect(suggestion.any).toBe(false);
});

describe('a compose file', () => {
  const compose = `
services:
  web:
    build: .
    ports: ["\${PORT:-8080}:3000"]
    environment: {KEY: $SECRET, PIN: "$$5", OTHER: "\${OTHER:-x}", MUST: "\${MUST:?say it}"}
  db:
    image: postgres:16
    ports: ["5432:5432"]
    healthcheck: {test: pg_isready}
`;

  test('is the stack; its web ports are targets; what it reads and nobody sets is asked for', async () => {
    const suggestion = await of({ 'docker-compose.yml': compose, '.env': 'SECRET=1\n', '.env.example': 'MUST=\n' });
    const { config } = asConfig(suggestion, 'gauntlet.yml');
    expect(config.stack?.use).toBe('compose');
    expect(Object.keys(config.targets)).toEqual(['web']);
    expect(config.stages).toMatchObject([{ name: 'audit', services: 'all' }]);
    const unknown = unknownLines(suggestion.found).join('\n');
    expect(unknown).toContain('What MUST should be: docker-compose.yml reads it from the environment (`cp .env.example .env`');
    expect(unknown).toContain('When web is ready');
    expect(unknown).not.toMatch(/When db is ready|SECRET|OTHER/);
  });

  test('that reads a file which git does not have says so: the stack would not start', async () => {
    const services = { a: { env_file: '.env.production' }, b: { env_file: ['./ok.env', { path: 'gone.env', required: false }] } };
    const { found } = await of({ 'compose.yaml': JSON.stringify({ services }), 'ok.env': '' });
    const told = unknownLines(found).filter((line) => line.includes('env_file'));
    expect(told).toEqual([expect.stringContaining('What stands in .env.production: compose.yaml reads it')]);
    const below = await of({ 'docker/compose.yaml': JSON.stringify({ services: { a: { env_file: '.env' } } }), 'docker/example.env': '' });
    expect(unknownLines(below.found).join()).toContain('What stands in docker/.env');
    expect(unknownLines(below.found).join()).toContain('`cp docker/example.env docker/.env`');
  });

  test('with an override is both files, as `docker compose up` reads them; what has a profile is not started', async () => {
    const services = {
      db: { image: 'postgres:16' },
      api: { build: '.', depends_on: { seed: { condition: 'service_completed_successfully' } } },
      seed: { build: '.' },
    };
    const suggestion = await of({
      'compose.yml': JSON.stringify({ services: { ...services, tools: { image: 'adminer', ports: ['8080:8080'], profiles: ['debug'] } } }),
      'compose.override.yml': JSON.stringify({
        services: { api: { ports: ['8000:8000'] }, mail: { image: 'mailcatcher', ports: ['1080:1080'] } },
      }),
      'compose.prod.yml': '{}',
    });
    const { config } = asConfig(suggestion, 'gauntlet.yml');
    expect(suggestion.text).toContain('compose: ["compose.yml", "compose.override.yml"]   # db, api, seed, mail');
    expect(Object.keys(config.targets)).toEqual(['api', 'mail']);
    expect(foundLines(suggestion.found)[0]).toContain('compose.yml with compose.override.yml: a stack of 4 services');
    const unknown = unknownLines(suggestion.found);
    expect(unknown).toContainEqual(expect.stringMatching(/^When db, api, mail are ready: they have no `healthcheck`/));
    expect(unknown).toContainEqual(expect.stringMatching(/^Whether compose.prod.yml belongs to the stack/));
  });

  test('further down is the stack when it is the only one; of several somebody has to say which', async () => {
    const text = JSON.stringify({ services: { web: { image: 'nginx:1', ports: ['80:80'] } } });
    const one = await of({
      'services/web/compose.yaml': text,
      'services/web/docker-compose.yml': text,
      '.devcontainer/compose.yaml': text,
    });
    expect(one.text).toContain('\n  compose: services/web/compose.yaml');
    const several = await of({ 'a/compose.yaml': text, 'b/docker-compose.yml': text });
    expect(asConfig(several, 'gauntlet.yml').config.stack).toBeUndefined();
    expect(unknownLines(several.found)[0]).toBe(
      'Which of 2 compose files is the system: a/compose.yaml, b/docker-compose.yml. Name it under `stack: {compose: a/compose.yaml}`, or run `gauntlet -C <folder> init` for each.',
    );
    expect(several.any).toBe(true);
  });

  test.each([
    ['no YAML', '\t: ['],
    ['no services', 'version: "3"\n'],
    ['an alias bomb', `a: &a [1]\nb: &b [${'*a,'.repeat(40)}]\nc: &c [${'*b,'.repeat(40)}]\nservices: {x: [${'*c,'.repeat(40)}]}\n`],
    ['a list', 'services: [a, b]\n'],
  ])('that is odd (%s) makes a file that can be read', async (_, text) => {
    const suggestion = await of({ 'compose.yaml': text });
    expect(() => asConfig(suggestion, 'gauntlet.yml')).not.toThrow();
    expect(suggestion.any).toBe(true);
  });
});

test('names from strangers stay text', async () => {
  const name = 'x: y # z\n  - evil';
  const suggestion = await of({
    'compose.yaml': JSON.stringify({ services: { [name]: { ports: ['80:80'] } } }),
    'package.json': npm({ test: 'node --test "a: b" # $HOME ${HOME}' }),
  });
  expect(() => asConfig(suggestion, 'gauntlet.yml')).not.toThrow();
  expect(commands(suggestion)[0]).toContain('${HOME}');
});

test('an empty repository has nothing to be judged', async () => {
  const suggestion = await of({ 'README.md': '# x' });
  expect(suggestion.any).toBe(false);
  expect(() => asConfig(suggestion, 'gauntlet.yml')).not.toThrow();
});

test('an API description and workflows are found', async () => {
  const suggestion = await of({
    'docs/openapi.yaml': 'paths: {"/items/{id}": {get: {}, put: {}}, /healthz: {get: {}}}\n',
    '.github/workflows/ci.yml': 'on: push\n',
    '.github/workflows/gate.yml': 'jobs: {a: {steps: [{uses: org/gauntlet@v1}]}}\n',
  });
  expect(foundLines(suggestion.found)).toEqual([
    'docs/openapi.yaml: an API of 3 operations',
    '2 workflows: .github/workflows/ci.yml, .github/workflows/gate.yml',
  ]);
  expect(suggestion.found.around).toMatchObject({ gated: '.github/workflows/gate.yml', openapi: { get: '/healthz' } });
});

test('the workflow installs what the tests need, where they are', async () => {
  const { found } = await of({
    'web/package.json': npm({ test: 'vitest' }),
    'web/package-lock.json': '{}',
    'api/go.mod': '',
    'api/a_test.go': '',
  });
  const workflow = parse(suggestedWorkflow(found, 'org/gauntlet@v1')) as { jobs: { gate: { steps: Record<string, unknown>[] } } };
  expect(workflow.jobs.gate.steps.slice(1)).toEqual([
    { run: 'npm ci', 'working-directory': 'web' },
    { run: 'go mod download', 'working-directory': 'api' },
    { uses: 'org/gauntlet@v1' },
  ]);
});
