import { below, type Repository } from './repository.ts';
import type { Suite } from './suite.ts';

const MANIFESTS = ['pyproject.toml', 'setup.cfg', 'setup.py', 'pytest.ini', 'tox.ini', 'requirements.txt', 'Pipfile', 'manage.py'];
const DECLARED = [
  'pyproject.toml',
  'setup.cfg',
  'setup.py',
  'tox.ini',
  'Pipfile',
  'requirements.txt',
  'requirements-dev.txt',
  'requirements-test.txt',
  'requirements_dev.txt',
  'dev-requirements.txt',
  'test-requirements.txt',
  'requirements/dev.txt',
  'requirements/test.txt',
];

/** Tests of Python projects: pytest, and what Django and unittest run without a report. */
export async function pythonSuites(repository: Repository): Promise<readonly Suite[]> {
  const root = await repository.text('pyproject.toml');
  // The root of a workspace of uv only holds its members together.
  const workspace = /^\[tool\.uv\.workspace\]/m.test(root) && !/\bpytest\b/.test(root);
  const folders = await (workspace ? repository.members(MANIFESTS) : repository.projects(MANIFESTS));
  return (await Promise.all(folders.map((folder) => projectSuites(repository, folder)))).flat();
}

async function projectSuites(repository: Repository, folder: string): Promise<readonly Suite[]> {
  const at = (path: string) => below(folder, path);
  const texts = await Promise.all(DECLARED.map((name) => repository.text(at(name))));
  const declared = texts.join('\n');
  const tests = await repository.glob([at('test_*.py'), at('tests/**/*.py'), at('test/**/*.py'), at('**/test_*.py'), at('conftest.py')]);
  const usesPytest = /\bpytest\b/.test(declared) || (await repository.exists(at('pytest.ini'))) || tests.some((path) => path.endsWith('conftest.py')); // prettier-ignore
  const { prefix, setup } = await toolOf(repository, folder, declared);
  const common = { folder, setup, stage: 'unit' as const };
  if (!usesPytest) {
    if (tests.length === 0) return [];
    const django = await repository.exists(at('manage.py'));
    return [
      {
        ...common,
        runner: django ? 'Django’s test runner' : 'unittest',
        run: `${prefix}python3 ${django ? 'manage.py test' : '-m unittest discover'}`,
        results: [],
        coverage: [],
        because: django ? at('manage.py') : (tests[0] ?? at('tests')),
        unknown: [
          `Which tests ran in ${folder === '.' ? 'the Python project' : folder}: its runner writes no report. \`pip install pytest\` runs the same tests and writes one (\`python3 -m pytest --junitxml=reports/unit.xml\`).`,
        ],
      },
    ];
  }
  const covers = /pytest[-_]cov/.test(declared);
  const split = await splitOf(repository, folder);
  const line = (stage: string, path: string) => {
    const coverage = covers && stage === 'unit' ? ' --cov --cov-report=term --cov-report=xml:reports/coverage.xml' : '';
    return `${prefix}python3 -m pytest${path === '' ? '' : ` ${path}`} --junitxml=reports/${stage}.xml${coverage}`;
  };
  return split.map(({ stage, path }) => ({
    ...common,
    stage,
    runner: 'pytest',
    run: line(stage, path),
    results: [at(`reports/${stage}.xml`)],
    coverage: covers && stage === 'unit' ? [at('reports/coverage.xml')] : [],
    because: `pytest in ${folder === '.' ? 'the Python project' : folder}`,
    unknown: [],
  }));
}

/** `tests/unit` and `tests/integration` are stages of their own. */
async function splitOf(
  repository: Repository,
  folder: string,
): Promise<readonly { readonly stage: Suite['stage']; readonly path: string }[]> {
  const has = async (path: string) => (await repository.glob([`${below(folder, path)}/**/*.py`])).length > 0;
  if (!(await has('tests/unit'))) return [{ stage: 'unit', path: '' }];
  const others = (['integration', 'e2e'] as const).map(async (stage) => ((await has(`tests/${stage}`)) ? [stage] : []));
  const stages = ['unit' as const, ...(await Promise.all(others)).flat()];
  return stages.map((stage) => ({ stage, path: `tests/${stage}` }));
}

async function toolOf(
  repository: Repository,
  folder: string,
  declared: string,
): Promise<{ readonly prefix: string; readonly setup: readonly string[] }> {
  const at = (path: string) => below(folder, path);
  if ((await repository.first([at('uv.lock'), 'uv.lock'])) !== undefined)
    return { prefix: 'uv run ', setup: ['pipx install uv', 'uv sync --all-extras'] };
  if (await repository.exists(at('poetry.lock'))) return { prefix: 'poetry run ', setup: ['pipx install poetry', 'poetry install'] };
  if (await repository.exists(at('Pipfile.lock'))) return { prefix: 'pipenv run ', setup: ['pipx install pipenv', 'pipenv sync --dev'] };
  const lists = [];
  for (const name of DECLARED.filter((path) => path.endsWith('.txt'))) if (await repository.exists(at(name))) lists.push(`-r ${name}`);
  const extra = /^(?:test|tests|dev)\s*=\s*\[/m.exec(declared)?.[0].split(/\s*=/)[0];
  const own =
    (await repository.exists(at('pyproject.toml'))) && /^\[project\]/m.test(declared) ? [`-e ".${extra ? `[${extra}]` : ''}"`] : [];
  const parts = [...lists, ...own];
  return { prefix: '', setup: parts.length === 0 ? ['python3 -m pip install pytest'] : [`python3 -m pip install ${parts.join(' ')}`] };
}
