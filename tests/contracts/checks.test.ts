import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { readCatalogue } from '../../scripts/catalogue.ts';
import { readOwners } from '../../scripts/rows.ts';
import type { CheckContext } from '../../src/checks/contract.ts';
import { checks } from '../../src/checks/registry.ts';
import { rowJudges } from '../../src/judge/registry.ts';
import { FindingVerdict } from '../../src/model/finding.ts';
import { brokenPorts, goneStack } from './support.ts';

// Every check must keep these promises where there is nothing to look at, and where what is there does not answer.
// What it finds, and where it is silent, is beside its code and in catalogue/owners.yml.

const ROOT = resolve(import.meta.dirname, '../..');
const { rows } = await readCatalogue(ROOT);
const owners = await readOwners(ROOT);

it('a row is answered by one check', () => {
  const codes = checks.map(({ code }) => code);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

it('a judge without a check, or with two, judges nothing', () => {
  expect(rowJudges.map(({ code }) => code).sort()).toEqual(checks.map(({ code }) => code).sort());
});

describe.each(checks.map((check) => ({ check, code: check.code })))('$code', ({ check, code }) => {
  const judge = rowJudges.find((candidate) => candidate.code === code);

  it('is a row of the catalogue, and catalogue/owners.yml says where it finds and where it is silent', () => {
    expect(rows.map(({ id }) => id)).toContain(code);
    expect(owners.find(({ row }) => row === code)).toMatchObject({ owner: 'checks', state: 'implemented' });
  });

  it('has a one-line summary', () => {
    expect(check.summary).toMatch(/^[^\n]{10,120}[^.\n]$/);
  });

  it.each([
    ['an empty repository without a stack', {}],
    ['a stack that is gone', { manifest: goneStack('compose') }],
    ['a compose model without services', { model: async () => ({ services: {} }) }],
    ['a model of another shape', { model: async () => ['nonsense'] }],
  ])('%s is facts, a reason or a gap', async (_, more) => {
    const collected = await check.collect(await nowhere(more));
    if (collected.state !== 'collected') {
      expect(collected.because).not.toBe('');
      return;
    }
    // Facts are stored and read again before they are judged, and the judge has a word for whatever was collected.
    const facts = judge?.facts.parse(JSON.parse(JSON.stringify(check.facts.parse(collected.facts))));
    const results = judge?.evaluate(facts) ?? [];
    expect(results, 'collected about nobody: say not-applicable').not.toEqual([]);
    for (const { subject, result, measured, expected } of results) {
      expect(FindingVerdict.safeParse(result).success).toBe(true);
      expect([subject, measured, expected]).not.toContain('');
    }
  });

  it('a live check without a stack is a gap or does not apply', async () => {
    if (check.needs !== 'live') return;
    expect((await check.collect(await nowhere())).state).not.toBe('collected');
  });
});

async function nowhere(more: Partial<CheckContext> = {}): Promise<CheckContext> {
  const root = await mkdtemp(join(tmpdir(), 'gauntlet-check-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return {
    ports: brokenPorts(),
    root,
    tracked: async () => [],
    model: async () => undefined,
    manifest: undefined,
    signal: AbortSignal.timeout(10_000),
    ...more,
  };
}
