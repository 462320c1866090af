import { counts, type Producer } from '../ecosystem.ts';
import { debian, inside } from './inside.ts';

const ruby = (args: string): string => inside(`cd ruby; ${args}`);

export const rubies: readonly Producer[] = [
  {
    name: 'rspec_junit_formatter, RSpec 3.13',
    version: debian('ruby-rspec-junit-formatter'),
    fixtures: [
      {
        to: 'results/junit/rspec-outcomes.xml',
        run: ruby('rspec --seed 1 --order defined -f RspecJunitFormatter -o rspec.xml -f progress spec'),
        from: 'root/app/ruby/rspec.xml',
        said: '19 examples, 9 failures, 4 pending',
        why: 'of two examples of one title the first fails; a pending example that passes fails',
        ...counts({ passed: 6, failed: 9, skipped: 4 }),
      },
      {
        to: 'results/junit/rspec-broken.xml',
        run: ruby('rspec -f RspecJunitFormatter -o broken.xml -f progress broken'),
        from: 'root/app/ruby/broken.xml',
        said: '1 error occurred outside of examples',
        why: 'a file that cannot be loaded keeps all examples from running, and the report does not say so',
        gap: 'zero-tests',
        ...counts({}),
      },
    ],
  },
  {
    name: 'RSpec',
    version: debian('ruby-rspec'),
    fixtures: [
      {
        to: 'results/rspec/rspec.json',
        run: ruby('rspec --seed 1 --order defined -f json -o rspec.json -f progress spec'),
        from: 'root/app/ruby/rspec.json',
        said: '19 examples, 9 failures, 4 pending',
        why: 'of two examples of one title the first fails; a pending example that passes fails',
        ...counts({ passed: 6, failed: 9, skipped: 4 }),
      },
      {
        to: 'results/rspec/rspec-broken.json',
        run: ruby('rspec -f json -o broken.json -f progress broken'),
        from: 'root/app/ruby/broken.json',
        said: '1 error occurred outside of examples',
        why: 'a file that cannot be loaded keeps all examples from running',
        ...counts({ errors: 1 }),
      },
    ],
  },
  {
    name: 'Cucumber (Ruby)',
    version: debian('cucumber'),
    fixtures: [
      {
        to: 'results/cucumber/cucumber-ruby.json',
        run: ruby('cucumber -f json -o cucumber.json -f progress'),
        from: 'root/app/ruby/cucumber.json',
        said: '10 scenarios (5 failed, 1 undefined, 1 pending, 3 passed)',
        why: 'undefined and pending steps fail a strict run; a hook that fails is an error',
        ...counts({ passed: 3, failed: 5, errors: 2 }),
      },
      {
        to: 'results/junit/cucumber-ruby.xml',
        run: ruby('cucumber -f junit -o reports -f progress'),
        from: 'root/app/ruby/reports/TEST-features-cart.xml',
        said: '10 scenarios (5 failed, 1 undefined, 1 pending, 3 passed)',
        why: 'of two scenarios of one title the first fails; undefined and pending are written as skipped',
        ...counts({ passed: 3, failed: 5, skipped: 2 }),
      },
    ],
  },
  {
    name: 'SimpleCov',
    version: debian('ruby-simplecov'),
    fixtures: [
      {
        to: 'coverage/simplecov/resultset.json',
        run: ruby('ruby cover.rb'),
        from: 'root/app/ruby/coverage/.resultset.json',
        said: '7 / 14 LOC (50.0%) covered',
        why: 'all lines of a file that was never loaded count as code',
        lines: { covered: 7, total: 14 },
        branches: { covered: 1, total: 4 },
        files: 2,
      },
    ],
  },
];
