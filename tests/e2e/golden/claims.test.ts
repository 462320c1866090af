import { expect, it } from 'vitest';

import { expectGolden, gate, told } from './golden.ts';

// The Go on PATH and a C compiler run this; without them it fails, as it should.
const GO_ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => /^(?:GO|CGO_|CC$|XDG_CACHE_HOME)/.test(entry[0]) && entry[1] !== undefined,
  ),
);

it('002: a review is decided by its own tests, claim by claim', async () => {
  const report = await gate({ system: 'go-sessions', config: 'gauntlet.yml', env: GO_ENV });
  expect(report.verdict.verdict, told(report)).toBe('blocked');
  await expectGolden('002-feared', report);
});

it('003: what the review has no test for: a server that serves nothing, placeholders in a manifest', async () => {
  const report = await gate({ system: 'go-sessions', config: 'manifests.yml', env: GO_ENV });
  expect(report.verdict.verdict, told(report)).toBe('blocked');
  await expectGolden('003-manifests', report);
});
