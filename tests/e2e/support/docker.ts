/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/no-disabled-tests --
   suites are made with this, it is none itself */
import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';

/** The one image that is there without a registry (see .ci/install). */
export const BASE_IMAGE = 'debian:bookworm-slim';

/**
 * `describe` for what needs a real engine. Without one the tests skip loudly: a line on stderr and the reason in the suite's name.
 * In CI a missing engine is a failure, because a gate that cannot look has not looked.
 */
export function describeWithDocker(name: string, body: () => void): void {
  const problem = dockerProblem();
  if (problem === undefined) {
    describe(name, body);
    return;
  }
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      it('needs Docker', () => {
        throw new Error(`${problem}. In CI this is a failure: .ci/install sets Docker up`);
      });
    });
    return;
  }
  process.stderr.write(`\n*** SKIPPED: ${name}: ${problem}. Run .ci/install to run these tests. ***\n\n`);
  describe.skip(`${name} [skipped: ${problem}]`, body);
}

let known: { readonly problem: string | undefined } | undefined;

function dockerProblem(): string | undefined {
  known ??= { problem: findProblem() };
  return known.problem;
}

function findProblem(): string | undefined {
  if (run('docker', 'version').status !== 0) return 'no Docker engine answers';
  if (run('docker', 'compose', 'version').status !== 0) return 'docker compose is missing';
  if (run('docker', 'image', 'inspect', BASE_IMAGE).status !== 0) return `the image ${BASE_IMAGE} is not here`;
  return undefined;
}

function run(program: string, ...args: string[]): { readonly status: number | null } {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 });
}
