import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { chatAgent, codesOf, type Example } from '../support/example.ts';

// The hardened example comes through all experiments of its `chaos.yml` on real containers; on processes it does in ../golden, system by
// system. What its defects show is in example-defects.test.ts.

let example: Example;

beforeAll(async () => {
  example = await chatAgent();
});

afterAll(() => example[Symbol.asyncDispose]());

describeWithDocker('on Compose', () => {
  test('all of them', { timeout: 900_000 }, async () => {
    await example.project.write({ 'chaos.yml': patient(await example.project.read('chaos.yml')) });
    const { report, exitCode } = await example.gate({ stack: 'compose', stages: 'chaos', env: {}, args: ['--config', 'chaos.yml'] });
    expect({ codes: codesOf(report), exitCode }, titlesOf(report)).toEqual({ codes: [], exitCode: 0 });
  });
});

/** How soon a system must be well again is said of a machine; that it is, of the system. */
function patient(config: string): string {
  const changed = config.replaceAll(/\brecovery: < 10s/g, 'recovery: < 45s').replace('recovery_time: < 20s', 'recovery_time: < 60s');
  expect(changed.match(/< (?:45|60)s/g)).toHaveLength(config.match(/< \d+s/g)?.length ?? 0);
  return changed;
}

function titlesOf({ findings }: Awaited<ReturnType<Example['gate']>>['report']): string {
  return findings.map(({ code, title }) => `${code} ${title}`).join('; ');
}
