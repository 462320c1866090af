import { readFile } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const SUMMARY = `# Summary

1. ✅ **~~Fix the volume of Loki~~** - COMPLETED

### P0 - CRITICAL (Completed This Session)
1. ✅ **Run MySQL tests** - COMPLETED
2. ⏳ Fix Loki volume permissions (pending)
3. ⏳ Update the services for HTTPS (pending)

### P1 - HIGH (This Week)
4. ⏳ Implement the fault test of Redis

## Later
- [x] Alerts for the queue (not implemented)

| Metric | Before | After | Goal | Status |
|--------|--------|-------|------|--------|
| Infrastructure Tests | 0 | 26 | 40 | 65% ✅ |
| Tests Passing | 0 | 26 (100%) | 35 | ✅ EXCEEDED |
| Services with HTTPS | 3/6 | 6/6 | 6/6 | ✅ ACHIEVED |
| p95 | 900 ms | 1.2 s | 800ms | ✅ Met |
| Coverage | 0% | 0% | 80% | ⏳ Future Work |
`;

test('RPT-02: pending work below a heading that says that all is done, and an item that says both', async () => {
  const { found, results } = await audit('RPT-02', { 'docs/summary.md': SUMMARY });
  expect(found).toEqual([
    'P2 docs/summary.md: Fix Loki volume permissions',
    'P2 docs/summary.md: Update the services for HTTPS',
    'P2 docs/summary.md: Alerts for the queue',
  ]);
  expect(results[0]).toMatchObject({ locations: [{ line: 7 }, { line: 5 }] });
});

test.each([
  ['a definition of done', '## Definition of Done\n- [ ] reviewed\n- [x] tested\n'],
  ['a date by which', '## Phase 2 (done by May)\n- [ ] ship\n'],
  ['a part of it', '## Phase 2 (80% completed)\n- [ ] ship\n\n## Phase 3 (Completed 3 of 5)\n- [ ] a\n\n## Partially completed\n- [ ] b\n'],
  ['a decoration', '## ✅ Prerequisites\n- [ ] Node 24\n- [ ] Docker\n'],
  ['a section after it', '## Completed\n- [x] one\n\n## Next\n- [ ] two\n'],
  ['a nested option', '- [x] parent\n  - [ ] optional child\n'],
  ['the same task elsewhere', '## Linux\n- [x] Run the tests\n\n## Windows\n- [ ] Run the tests\n'],
  ['a state of the product', '- ✅ Orders that are pending are shown\n- [x] Badge for (pending) orders\n'],
  ['code', '## Completed\n```\n- [ ] an example\n```\n<!--\n- [ ] a comment\n-->\n> - [ ] a quote\n'],
  ['prose', 'All is done. Completed work:\n\nPending work is ⏳ elsewhere.\n'],
  ['a form', '## Done\n- [x] a\n'],
])('RPT-02: %s is no contradiction', async (_, text) => {
  expect((await audit('RPT-02', { 'README.md': text })).found).toEqual([]);
});

test('RPT-03: a goal that is called exceeded and is not, by its own numbers', async () => {
  const { found, results } = await audit('RPT-03', { 'SUMMARY.md': SUMMARY });
  expect(found).toEqual(['P2 SUMMARY.md: Tests Passing', 'P2 SUMMARY.md: p95']);
  expect(results[0]).toMatchObject({ measured: '26 (100%) >= 35 is false', locations: [{ path: 'SUMMARY.md', line: 19 }] });
});

const row = (head: string, cells: string): string => `| ${head} |\n|${'---|'.repeat(head.split('|').length)}\n| ${cells} |\n`;

test.each([
  ['a sign that is broken', 'Metric | Actual | Target | Status', 'p99 | 210 ms | < 200 ms | ✅ Met', 1],
  ['a name that leaves no doubt', 'Metric | Current | Goal | Status', 'Line coverage | 71% | 80% | ✅', 1],
  ['a sign that is kept', 'Metric | Actual | Target | Status', 'p99 | 180 ms | < 200 ms | EXCEEDED', 0],
  ['less that may be better', 'Metric | Actual | Target | Status', 'Latency | 180 | 200 | ✅ EXCEEDED', 0],
  ['less that is better, by its start', 'Metric | Before | After | Goal | Status', 'Open bugs | 90 | 4 | 10 | ✅ ACHIEVED', 0],
  ['an estimate', 'Metric | Actual | Target | Status', 'Uptime | ~99% | 99.9% | ✅', 0],
  ['a range', 'Metric | Actual | Target | Status', 'Coverage | 70-80% | 80% | ✅', 0],
  ['other units', 'Metric | Actual | Target | Status', 'Coverage | 400 lines | 80% | ✅', 0],
  ['a status that says no', 'Metric | Actual | Target | Status', 'Coverage | 70% | 80% | ❌ not met', 0],
  ['a status that says part', 'Metric | Actual | Target | Status', 'Coverage | 70% | 80% | ✅ on track', 0],
  ['two values', 'Metric | Actual | Current | Target | Status', 'Coverage | 70% | 90% | 80% | ✅', 0],
  ['thousands', 'Metric | Actual | Target | Status', 'Throughput | 1,200 rps | 1000 rps | ✅ EXCEEDED', 0],
])('RPT-03: %s', async (_, head, cells, times) => {
  const text = `# Goals\n\n- ✅ done\n\n${row(head, cells)}`;
  expect((await audit('RPT-03', { 'README.md': text })).found).toHaveLength(times);
});

describe('documents that nobody holds to anything', () => {
  const files = { 'vendor/a/README.md': SUMMARY, 'tests/fixtures/report.md': SUMMARY, '.github/PULL_REQUEST_TEMPLATE.md': SUMMARY };
  test.each(['RPT-02', 'RPT-03'])('%s passes over them', async (code) => {
    expect(await audit(code, files)).toMatchObject({ state: 'not-applicable' });
  });
  test.each(['RPT-02', 'RPT-03'])('%s says which document it could not read', async (code) => {
    const { found, results } = await audit(code, { 'big.md': `✅\n${'word '.repeat(420_000)}` });
    expect(found).toEqual([]);
    expect(results).toMatchObject([{ subject: 'big.md', result: { verdict: 'not_applicable' } }]);
  });
});

test('this repository’s own documents contradict nothing', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  for (const code of ['RPT-02', 'RPT-03']) expect((await audit(code, { 'README.md': readme })).found).toEqual([]);
});
