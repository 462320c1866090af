import { below, type Repository } from './repository.ts';
import type { Suite } from './suite.ts';

/** Tests of Composer projects: PHPUnit and Pest. */
export async function phpSuites(repository: Repository): Promise<readonly Suite[]> {
  const folders = await repository.projects(['composer.json']);
  const suites = folders.map(async (folder): Promise<readonly Suite[]> => {
    const at = (path: string) => below(folder, path);
    const manifest = await repository.text(at('composer.json'));
    const runner = manifest.includes('"pestphp/pest"') ? 'pest' : manifest.includes('"phpunit/phpunit"') ? 'phpunit' : undefined;
    if (runner === undefined) return [];
    return [
      {
        runner,
        stage: 'unit',
        folder,
        run: `vendor/bin/${runner} --log-junit reports/unit.xml`,
        results: [at('reports/unit.xml')],
        coverage: [],
        setup: ['composer install --no-interaction --prefer-dist'],
        because: `${runner} in ${at('composer.json')}`,
        unknown: [
          'Whether PHP has a coverage driver (Xdebug or PCOV): with one, `--coverage-clover reports/clover.xml` and `coverage: {files: reports/clover.xml}` measure it.',
        ],
      },
    ];
  });
  return (await Promise.all(suites)).flat();
}

/** Tests of Bundler projects: RSpec, and what Minitest runs without a report. */
export async function rubySuites(repository: Repository): Promise<readonly Suite[]> {
  const folders = await repository.projects(['Gemfile']);
  const suites = folders.map(async (folder): Promise<readonly Suite[]> => {
    const at = (path: string) => below(folder, path);
    const gems = `${await repository.text(at('Gemfile'))}\n${await repository.text(at('Gemfile.lock'))}`;
    const common = { stage: 'unit' as const, folder, setup: ['bundle install'] };
    const simplecov = /\bsimplecov\b/.test(gems);
    const coverage = simplecov ? [at('coverage/.resultset.json')] : [];
    if (/\brspec(?:-rails|-core)?\b/.test(gems)) {
      return [
        {
          ...common,
          runner: 'rspec',
          run: 'mkdir -p reports && bundle exec rspec --format progress --format json --out reports/unit.json',
          results: [at('reports/unit.json')],
          coverage,
          because: `rspec in ${at('Gemfile')}`,
          unknown: [],
        },
      ];
    }
    if ((await repository.glob([at('test/**/*_test.rb')])).length === 0) return [];
    const rails = await repository.exists(at('bin/rails'));
    return [
      {
        ...common,
        runner: 'minitest',
        run: rails ? 'bin/rails test' : 'bundle exec rake test',
        results: [],
        coverage,
        because: at('test'),
        unknown: ['Which tests Minitest ran: it writes no report by itself. The gem minitest-reporters writes JUnit files.'],
      },
    ];
  });
  return (await Promise.all(suites)).flat();
}
