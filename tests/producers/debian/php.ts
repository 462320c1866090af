import { counts, type Producer } from '../ecosystem.ts';
import { debian, inside } from './inside.ts';

const phpunit = (args: string): string => inside(`cd php; ${args}`);
const covered = phpunit(
  'php -d pcov.enabled=1 -d xdebug.mode=off /usr/bin/phpunit --coverage-clover clover.xml --coverage-cobertura cobertura.xml --coverage-text',
);
const branches = phpunit(
  'XDEBUG_MODE=coverage phpunit --path-coverage --coverage-clover branches.xml --coverage-cobertura branches-cobertura.xml --coverage-text',
);
const CALLED = 'a function counts as called; PHPUnit counts methods of which every line ran, and has 0 of 3';

export const php: readonly Producer[] = [
  {
    name: 'PHPUnit',
    version: debian('phpunit'),
    fixtures: [
      {
        to: 'results/junit/phpunit-11.xml',
        run: phpunit('phpunit --log-junit junit.xml'),
        from: 'root/app/php/junit.xml',
        said: 'Tests: 15, Assertions: 9, Errors: 2, Failures: 2, Warnings: 1, Deprecations: 1, Skipped: 2, Incomplete: 1, Risky: 1.',
        why: 'incomplete is skipped; risky, a warning and a deprecation pass and are not told',
        ...counts({ passed: 8, failed: 2, errors: 2, skipped: 3 }),
      },
      {
        to: 'results/junit/phpunit-11-before-class.xml',
        run: phpunit('phpunit --log-junit before-class.xml before-class/BeforeClassTest.php'),
        from: 'root/app/php/before-class.xml',
        said: 'Tests: 1, Assertions: 0, Errors: 1.',
        why: 'setUpBeforeClass fails: only the exit code and the terminal say so',
        gap: 'zero-tests',
        ...counts({}),
      },
      {
        to: 'coverage/clover/phpunit.xml',
        run: covered,
        from: 'root/app/php/clover.xml',
        said: 'Lines: 40.00% (4/10)',
        why: CALLED,
        lines: { covered: 4, total: 10 },
        functions: { covered: 1, total: 3 },
        files: 2,
      },
      {
        to: 'coverage/cobertura/phpunit.xml',
        run: covered,
        from: 'root/app/php/cobertura.xml',
        said: 'Lines: 40.00% (4/10)',
        why: 'a function counts as called, one outside of classes too',
        lines: { covered: 4, total: 10 },
        functions: { covered: 2, total: 4 },
        files: 2,
      },
      {
        to: 'coverage/clover/phpunit-branches.xml',
        run: branches,
        from: 'root/app/php/branches.xml',
        said: 'Branches: 27.27% (3/11)',
        why: CALLED,
        lines: { covered: 4, total: 10 },
        branches: { covered: 3, total: 11 },
        functions: { covered: 1, total: 3 },
        files: 2,
      },
      {
        to: 'coverage/cobertura/phpunit-branches.xml',
        run: branches,
        from: 'root/app/php/branches-cobertura.xml',
        said: 'Branches: 27.27% (3/11)',
        why: 'a function counts as called, one outside of classes too',
        lines: { covered: 4, total: 10 },
        branches: { covered: 3, total: 11 },
        functions: { covered: 2, total: 4 },
        files: 2,
      },
    ],
  },
];
