import { counts, type Producer } from '../ecosystem.ts';
import { MIXED, PARENTS } from './go-test.ts';

const basket = sum('basket', './basket');
const rerun = sum('rerun', '--rerun-fails=2', './flaky');
const build = sum('build', './broken ./vetted ./pass');

export const gotestsum: readonly Producer[] = [
  {
    name: 'gotestsum',
    version: 'gotestsum --version',
    fixtures: [
      {
        to: 'results/junit/gotestsum-basket.xml',
        run: basket,
        from: 'sum-basket.xml',
        said: 'DONE 25 tests, 2 skipped, 6 failures',
        ...MIXED,
        why: PARENTS,
      },
      {
        to: 'results/junit/gotestsum-flaky.xml',
        run: rerun,
        from: 'sum-rerun.xml',
        said: 'DONE 3 runs',
        ...counts({ passed: 5, failed: 1, flaky: 3, runs: 11 }),
        why: 'failed tests run again twice',
      },
      {
        to: 'results/junit/gotestsum-build.xml',
        run: build,
        from: 'sum-build.xml',
        said: '2 errors',
        ...counts({ passed: 4, errors: 2 }),
        why: 'two packages do not compile',
      },
      {
        to: 'results/go-json/gotestsum-rerun.ndjson',
        run: rerun,
        from: 'sum-rerun.ndjson',
        said: 'DONE 3 runs',
        ...counts({ passed: 5, failed: 1, flaky: 3, runs: 11 }),
        why: 'failed tests run again twice',
      },
      {
        to: 'results/go-json/gotestsum-basket.ndjson',
        run: basket,
        from: 'sum-basket.ndjson',
        said: 'DONE 25 tests, 2 skipped, 6 failures',
        ...MIXED,
        why: PARENTS,
      },
    ],
  },
];

export const goJunitReport: readonly Producer[] = [
  {
    name: 'go-junit-report',
    version: 'bin/go-junit-report-v2 -version',
    fixtures: [
      {
        to: 'results/junit/go-junit-report-v2.xml',
        run: 'cd shop && go test -v ./basket 2>&1 | go-junit-report-v2 > ../v2.xml',
        from: 'v2.xml',
        ...MIXED,
        why: PARENTS,
      },
      {
        to: 'results/junit/go-junit-report-v2-json.xml',
        run: 'cd shop && go test -json ./basket 2>&1 | go-junit-report-v2 -parser gojson > ../v2-json.xml',
        from: 'v2-json.xml',
        ...MIXED,
        why: PARENTS,
      },
      {
        to: 'results/junit/go-junit-report-v2-build.xml',
        run: 'cd shop && go test -v ./broken ./exits ./panics 2>&1 | go-junit-report-v2 > ../v2-build.xml',
        from: 'v2-build.xml',
        ...counts({ passed: 1, failed: 2, errors: 2 }),
      },
    ],
  },
  {
    name: 'go-junit-report v1',
    version: 'go version -m bin/go-junit-report-v1 | grep mod',
    fixtures: [
      {
        to: 'results/junit/go-junit-report-v1.xml',
        run: 'cd shop && go test -v ./basket 2>&1 | go-junit-report-v1 > ../v1.xml',
        from: 'v1.xml',
        ...MIXED,
        why: PARENTS,
      },
    ],
  },
];

function sum(name: string, args: string, packages = ''): string {
  const flags = `--format=dots --junitfile ../sum-${name}.xml --jsonfile ../sum-${name}.ndjson`;
  const what = packages === '' ? `-- ${args}` : `${args} --packages=${packages}`;
  return `cd shop && rm -f ../seen-* && gotestsum ${flags} ${what}`;
}
