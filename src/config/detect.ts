import { join } from 'node:path';

import type { Files } from '../ports/index.ts';

const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

interface Tests {
  readonly run: string;
  readonly results?: string;
  readonly coverage?: string;
}

/** A `gauntlet.yml` for what is in a repository: a start, with what is not known left as a comment. */
export async function exampleFor(files: Files, root: string): Promise<string> {
  const compose = await firstThatExists(files, root, COMPOSE_FILES);
  const tests = (await nodeTests(files, root)) ?? (await goTests(files, root)) ?? (await pythonTests(files, root));
  return [
    'version: 1',
    ...(compose === undefined ? [] : ['stack:', `  compose: ${compose}`]),
    'stages:',
    '  - audit:   # secrets, images, open ports and more; needs no settings',
    '  - unit:',
    `      run: ${tests?.run ?? 'make test   # the command that runs your tests'}`,
    `      results: ${tests?.results ?? 'reports/*.xml   # the JUnit files that it writes'}`,
    ...(tests?.coverage === undefined ? [] : ['      coverage:', '        min: 80%', `        files: ${tests.coverage}`]),
  ].join('\n');
}

async function nodeTests(files: Files, root: string): Promise<Tests | undefined> {
  const text = await textOf(files, join(root, 'package.json'));
  if (text === undefined) return undefined;
  const script = /"(test:unit|test)"\s*:/.exec(text)?.[1];
  return script === undefined ? undefined : { run: script === 'test' ? 'npm test' : `npm run ${script}`, coverage: 'coverage/lcov.info' };
}

async function goTests(files: Files, root: string): Promise<Tests | undefined> {
  if (!(await files.exists(join(root, 'go.mod')))) return undefined;
  return { run: 'go test -json -coverprofile=coverage.out ./... > go-test.json', results: 'go-test.json', coverage: 'coverage.out' };
}

async function pythonTests(files: Files, root: string): Promise<Tests | undefined> {
  if ((await firstThatExists(files, root, ['pyproject.toml', 'pytest.ini', 'setup.cfg'])) === undefined) return undefined;
  return { run: 'pytest --junitxml=reports/unit.xml --cov --cov-report=xml', results: 'reports/unit.xml', coverage: 'coverage.xml' };
}

async function firstThatExists(files: Files, root: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await files.exists(join(root, name))) return name;
  return undefined;
}

async function textOf(files: Files, path: string): Promise<string | undefined> {
  return (await files.exists(path)) && (await files.size(path)) < 1_000_000 ? files.readText(path) : undefined;
}
