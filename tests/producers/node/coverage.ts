import type { ProducedFixture, Producer } from '../ecosystem.ts';
import { npmVersion } from './npm.ts';

type Totals = Pick<Extract<ProducedFixture, { lines: unknown }>, 'lines' | 'branches' | 'functions' | 'files'>;

/** Where a tool keeps the report of each format. */
const FILES = [
  ['istanbul', 'json', 'coverage-final.json'],
  ['istanbul-summary', 'json', 'coverage-summary.json'],
  ['lcov', 'info', 'lcov.info'],
  ['clover', 'xml', 'clover.xml'],
  ['cobertura', 'xml', 'cobertura-coverage.xml'],
] as const;
const REPORTERS = ['text', 'json', 'json-summary', 'lcov', 'clover', 'cobertura'];

const V8_LINES: Totals = { lines: part(33, 45), branches: part(8, 12), functions: part(5, 8), files: 3 };
const STATEMENTS: Totals = { lines: part(11, 18), branches: part(6, 9), functions: part(5, 8), files: 3 };
const V8_SAID = 'All files | 73.33 | 66.66 | 62.5 | 73.33 |';
const SAID = 'All files | 57.14 | 66.66 | 62.5 | 61.11 |';
const NODE_SAID = 'all files | 78.57 | 72.73 | 71.43 |';

const c8 = `c8 ${REPORTERS.map((name) => `-r ${name}`).join(' ')} --reports-dir out-c8 --all --src src --include 'src/**' mocha test/*.js`;
const nyc = `nyc ${REPORTERS.map((name) => `-r ${name}`).join(' ')} --report-dir out-nyc --all --include 'src/**' mocha test/*.js`;
const vitest = `vitest run --dir vitest --coverage.enabled --coverage.provider=v8 --coverage.include='src/**' ${REPORTERS.map((name) => `--coverage.reporter=${name}`).join(' ')} --coverage.reportsDirectory=out-vitest`;
const jest = `jest --rootDir . jest --coverage --collectCoverageFrom='src/**' --coverageDirectory=out-jest ${REPORTERS.map((name) => `--coverageReporters=${name}`).join(' ')}`;
const lcov = '--test-reporter=lcov --test-reporter-destination=node.info --test-reporter=spec --test-reporter-destination=stdout';

const DEFAULT_PARAMETER = {
  branches: part(5, 8),
  why: 'the branch of a default parameter stands on a line without a statement: it is in the totals of the report alone',
};

export const coverage: readonly Producer[] = [
  {
    name: 'c8',
    version: npmVersion('c8'),
    fixtures: tool('c8', c8, { ...V8_LINES, said: V8_SAID, why: 'every line of a file is a line' }),
  },
  { name: 'nyc', version: npmVersion('nyc'), fixtures: tool('nyc', nyc, { ...STATEMENTS, said: SAID }) },
  {
    name: '@vitest/coverage-v8',
    version: npmVersion('@vitest/coverage-v8'),
    fixtures: tool('vitest', vitest, { ...STATEMENTS, said: SAID }),
  },
  { name: 'jest --coverage', version: 'jest --version', fixtures: tool('jest', jest, { ...STATEMENTS, said: SAID }) },
  {
    name: 'node --test',
    version: 'node --version',
    fixtures: [
      {
        to: 'coverage/lcov/node-test-loaded.info',
        run: `cd coverage && node --test --experimental-test-coverage ${lcov} --test-coverage-include='src/**' test/*.js`,
        from: 'coverage/node.info',
        said: NODE_SAID,
        lines: part(33, 42),
        branches: part(8, 11),
        functions: part(5, 7),
        files: 2,
        why: 'a file that nobody loads is left out',
      },
    ],
  },
];

function tool(
  name: string,
  command: string,
  { said, why, ...totals }: Totals & { readonly said: string; readonly why?: string },
): ProducedFixture[] {
  return FILES.map(([format, extension, file]) => ({
    to: `coverage/${format}/${name}-all.${extension}`,
    run: `cd coverage && ${command}`,
    from: `coverage/out-${name}/${file}`,
    said,
    ...totals,
    ...(why === undefined ? {} : { why }),
    ...(format === 'cobertura' && name !== 'c8' ? DEFAULT_PARAMETER : {}),
  }));
}

function part(covered: number, total: number) {
  return { covered, total };
}
