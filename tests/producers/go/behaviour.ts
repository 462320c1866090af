import { counts, type Producer } from '../ecosystem.ts';

const specs = 'cd ginkgo && go test . -args -ginkgo.junit-report=../ginkgo.xml -ginkgo.no-color';
const SCENARIOS = '7 scenarios (2 passed, 3 failed, 1 pending, 1 undefined)';
const pretty = 'FORMAT=pretty go test .';

export const behaviour: readonly Producer[] = [
  {
    name: 'ginkgo',
    version: 'cd ginkgo && go list -m github.com/onsi/ginkgo/v2',
    fixtures: [
      {
        to: 'results/junit/ginkgo.xml',
        run: specs,
        from: 'ginkgo.xml',
        said: '4 Passed | 8 Failed | 1 Flaked | 1 Pending | 2 Skipped',
        ...counts({ passed: 4, failed: 8, errors: 1, skipped: 3 }),
        why: 'beside the specs an AfterSuite that fails; a panic is an error; the report does not tell that a spec passed at its second attempt',
      },
    ],
  },
  {
    name: 'godog',
    version: 'cd godog && go list -m github.com/cucumber/godog',
    fixtures: [
      {
        to: 'results/cucumber/godog.json',
        run: `cd godog && FORMAT=cucumber:../godog.json go test .; ${pretty}`,
        from: 'godog.json',
        said: SCENARIOS,
        ...counts({ passed: 2, failed: 4, errors: 1 }),
        why: 'pending and undefined steps fail the run; a hook that fails is an error',
      },
      {
        to: 'results/junit/godog.xml',
        run: `cd godog && FORMAT=junit:../godog.xml go test .; ${pretty}`,
        from: 'godog.xml',
        said: SCENARIOS,
        ...counts({ passed: 2, failed: 3, errors: 2 }),
        why: 'pending and undefined steps are errors of the report',
      },
    ],
  },
];
