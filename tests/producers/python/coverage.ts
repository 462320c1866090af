import type { ProducedFixture, Producer } from '../ecosystem.ts';

const LINES = { lines: { covered: 23, total: 34 }, files: 4 };
const BRANCHES = { ...LINES, branches: { covered: 7, total: 14 } };
const FUNCTIONS = { functions: { covered: 5, total: 7 } };
const WHY = 'an empty __init__.py is a file without a line';

export const coverage: readonly Producer[] = [
  {
    name: 'coverage.py',
    version: 'coverage --version',
    fixtures: [
      ...reports('lines', '', { ...LINES, said: 'TOTAL 34 11 68%' }),
      ...reports('branches', '--branch', { ...BRANCHES, said: 'TOTAL 34 11 14 5 62%' }),
    ],
  },
];

type Numbers = typeof LINES & { readonly branches?: { readonly covered: number; readonly total: number }; readonly said: string };

function reports(name: string, flags: string, { said, ...numbers }: Numbers): ProducedFixture[] {
  const write = ['xml', 'json', 'lcov'].map((format) => `coverage ${format} -q -o ${name}.${format}`).join('; ');
  const run = `cd coverage && coverage run ${flags} --source shop -m pytest -q -p no:cacheprovider; coverage report; ${write}`;
  return [
    { to: `coverage/cobertura/coverage-py-${name}.xml`, run, from: `coverage/${name}.xml`, said, ...numbers, why: WHY },
    { to: `coverage/coverage-py/pytest-${name}.json`, run, from: `coverage/${name}.json`, said, ...numbers, ...FUNCTIONS, why: WHY },
    { to: `coverage/lcov/coverage-py-${name}.info`, run, from: `coverage/${name}.lcov`, said, ...numbers, ...FUNCTIONS, why: WHY },
  ];
}
