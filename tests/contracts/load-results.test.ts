import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { coverageFormats } from '../../src/coverage/registry.ts';
import { collectLoad, type CollectedLoad } from '../../src/load-results/collect.ts';
import { loadResultsFormats } from '../../src/load-results/registry.ts';
import { GapReason } from '../../src/model/gap.ts';
import { resultsFormats } from '../../src/results/registry.ts';
import { EXPECTED } from '../producers/expected-file.ts';
import { files, pieces, withReports } from './results-support.ts';

/** What the server counted while the tool asked it (tests/producers/load-results). */
const Entry = z.strictObject({
  producer: z.string(),
  version: z.string(),
  /** Written by hand after the published description: no tool has confirmed it. */
  unverified: z.literal(true).optional(),
  requests: z.int(),
  failed: z.int(),
  /** Requests that the tool leaves out at most. */
  mayMiss: z.int().optional(),
  thresholds: z.record(z.string(), z.enum(['kept', 'broken', 'empty'])).optional(),
  companion: z.literal(true).optional(),
  gap: GapReason.optional(),
});

const fixtures = (await Promise.all(loadResultsFormats.map(({ format }) => fixturesOf(format)))).flat();
const measuring = fixtures.filter(({ entry }) => entry?.companion === undefined);

it('every format has fixtures of real runs, each with what the server counted', () => {
  expect([...new Set(fixtures.map(({ format }) => format))].sort()).toEqual(loadResultsFormats.map(({ format }) => format).sort());
  expect(fixtures.filter(({ entry }) => entry === undefined).map(({ path }) => path)).toEqual([]);
});

describe.each(fixtures)('$format $file', ({ format, path, entry }) => {
  it('is claimed by its own format and by nothing else', async () => {
    const head = { path, text: (await readFile(path, 'utf8')).slice(0, 65_536) };
    const claiming = [...loadResultsFormats, ...resultsFormats, ...coverageFormats].filter(({ sniff }) => sniff(head));
    expect(claiming.map((plugin) => plugin.format)).toEqual([format]);
  });

  it('is a gap when it is cut anywhere', async () => {
    const bytes = await readFile(path);
    for (const part of [0, 0.01, 0.1, 0.33, 0.5, 0.77, 0.9, 0.99]) {
      const length = Math.floor(bytes.length * part);
      // Between two lines nothing is missing that could be seen.
      if (bytes.subarray(length).toString().trim() === '' || bytes[length - 1] === NEWLINE) continue;
      const { gaps } = await collectOne(bytes.subarray(0, length));
      expect(gaps, `cut at byte ${length}`).not.toEqual([]);
    }
  });

  it('is a gap with NUL bytes in it', async () => {
    const bytes = await readFile(path);
    bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length * 0.75));
    const { gaps } = await collectOne(bytes);
    expect(gaps.map(({ reason }) => reason)).toContain('encoding');
  });

  it('tells of no threshold but its own', async () => {
    const { tool } = await collectOne(await readFile(path));
    expect(Object.fromEntries((tool?.thresholds ?? []).map(({ text, outcome }) => [text, outcome]))).toEqual(entry?.thresholds ?? {});
  });
});

describe.each(measuring)('$format $file', ({ path, entry }) => {
  it('counts what the server counted', async () => {
    const { tool, gaps, metrics } = await collectOne(await readFile(path));
    const { requests = 0, failed = 0, mayMiss = 0, gap } = entry ?? {};
    expect(tool?.requests).toBeLessThanOrEqual(requests);
    expect(tool?.requests).toBeGreaterThanOrEqual(requests - mayMiss);
    expect(tool?.failed).toBeLessThanOrEqual(failed);
    expect(tool?.failed).toBeGreaterThanOrEqual(failed - mayMiss);
    expect(gaps.map(({ reason }) => reason)).toEqual(gap === undefined ? [] : [gap]);
    const errors = metrics.find(({ metric }) => metric === 'errors');
    if (gap === undefined) expect(errors?.rate).toEqual({ hits: tool?.failed, of: tool?.requests });
    else expect(metrics).toEqual([]);
  });

  it('has its times in milliseconds', async () => {
    const { metrics } = await collectOne(await readFile(path));
    const slow = metrics.find(({ metric }) => /(?:^|\/ )slow\.latency$/.test(metric));
    if (slow === undefined) return;
    // The server answers it after 40 ms.
    const least = slow.histogram ? slow.histogram.min / 1_000 : slow.reported?.min;
    expect(least).toBeGreaterThanOrEqual(40);
    expect(least).toBeLessThan(200);
  });

  it('reads the same in UTF-16 and behind a byte-order mark', async () => {
    const text = await readFile(path, 'utf8');
    const { metrics } = await collectOne(text);
    for (const bytes of [Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le')])
      expect((await collectOne(bytes)).metrics).toEqual(metrics);
  });

  it('survives pieces of any length', async () => {
    const text = await readFile(path, 'utf8');
    const format = loadResultsFormats.find(({ sniff }) => sniff({ path, text: text.slice(0, 65_536) }));
    const read = async (length: number): Promise<unknown[]> => {
      const events: unknown[] = [];
      await format?.parse(pieces(text, length), (event) => events.push(event));
      return events;
    };
    expect(await read(7)).toEqual(await read(100_000));
  });
});

const NEWLINE = 10;
const k6Metrics = (metrics: object): string => JSON.stringify({ metrics: { iterations: { count: 1 }, ...metrics } });
const JTL = 'timeStamp,elapsed,label,success\n';
const RUN = 'RUN\tSim\tsim\t1795254875280\t \t3.10.5\n';
const RATE = { http_reqs: { count: 10, rate: 1 }, http_req_failed: { passes: 0, fails: 10, value: 0 } };

describe('what is no load is a gap and never a pass', () => {
  it.each([
    ['an empty file', '', 'empty'],
    ['a log', 'all requests succeeded\n', 'unrecognised'],
    ['JSON of something else', '{"ok": true}', 'unrecognised'],
    ['a binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1]), 'encoding'],
    ['k6 without a request or a check', k6Metrics({}), 'no-samples'],
    ['k6 whose requests and failures differ', k6Metrics({ ...RATE, http_reqs: { count: 11, rate: 1 } }), 'malformed'],
    [
      'k6 with a threshold that says nothing',
      k6Metrics({ ...RATE, http_req_duration: { avg: 1, thresholds: { 'p(95)<1': 'yes' } } }),
      'malformed',
    ],
    ['k6 with a negative time', k6Metrics({ ...RATE, http_req_duration: { avg: -1, med: -1 } }), 'malformed'],
    ['k6 with more failures than requests', k6Metrics({ ...RATE, http_req_failed: { passes: 11, fails: -1 } }), 'malformed'],
    ['a point that is no JSON', '{"metric":"http_req_failed","type":"Point","data":{"value":}}\n', 'malformed'],
    ['Artillery that asked nothing', '{"aggregate":{"counters":{"vusers.created":0},"summaries":{}}}', 'no-samples'],
    ['Artillery that skipped users', '{"aggregate":{"counters":{"http.requests":5,"http.responses":5,"vusers.skipped":2}}}', 'unproved'],
    ['autocannon that got nothing', '{"latency":{},"requests":{"total":0},"throughput":{},"non2xx":0,"errors":0}', 'no-samples'],
    ['Locust that asked nothing', 'Type,Name,Request Count,Failure Count,Requests/s\n,Aggregated,0,0,0\n', 'no-samples'],
    ['Locust without its total', 'Type,Name,Request Count,Failure Count\nGET,fast,10,0\n', 'truncated'],
    [
      'Locust with fewer times than requests',
      '[{"name":"a","method":"GET","num_requests":5,"num_failures":0,"response_times":{"10":2}}]',
      'malformed',
    ],
    ['a JTL without samples', JTL, 'no-samples'],
    ['a JTL without the outcome', 'timeStamp,elapsed,label\n1,2,a\n', 'malformed'],
    ['a JTL with a quote left open', `${JTL}1795254864765,10,"a,true\n`, 'truncated'],
    ['a JTL with a column too few', `${JTL}1795254864765,10,a\n`, 'malformed'],
    [
      'an XML JTL with an entity bomb',
      '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><testResults><sample lb="&b;"/></testResults>',
      'unrecognised',
    ],
    ['an XML JTL that nests without end', `<testResults>${'<sample t="1" ts="1" s="true" lb="a">'.repeat(10_000)}`, 'hostile'],
    ['a simulation.log in which nothing was asked', RUN, 'no-samples'],
    ['a simulation.log with a request without a time', `${RUN}REQUEST\t\ta\tx\ty\tOK\t \n`, 'malformed'],
    ['deeply nested JSON', `{"aggregate":{"counters":${'['.repeat(10_000)}`, 'hostile'],
    ['a line that does not end', `${JTL}${'x'.repeat(1_000_000)}\n`, 'hostile'],
  ])('%s', async (_, content, reason) => {
    const { gaps } = await collectOne(content);
    expect(gaps.map((gap) => gap.reason)).toContain(reason);
    expect(gaps.every(({ fix }) => fix !== undefined && fix !== '')).toBe(true);
  });

  it('the binary log of Gatling since 3.11 is said to be that', async () => {
    const { gaps } = await withReports({ 'simulation.log': Buffer.from([0, 0, 0, 6, 0x33, 0x2e, 0x31, 0x31]) }, (root, paths) =>
      collect(root, paths),
    );
    expect(gaps[0]).toMatchObject({ reason: 'unsupported', message: expect.stringContaining('js/stats.json') as string });
  });

  it('results of two tools are two loads', async () => {
    const two = { a: k6Metrics(RATE), b: `${JTL}1795254864765,10,a,true\n` };
    const { gaps, metrics } = await withReports(two, (root, paths) => collect(root, paths));
    expect([gaps.map(({ reason }) => reason), metrics]).toEqual([['ambiguous'], []]);
  });
});

describe('several files of one load', () => {
  it('add up where they hold samples or counts, and have no common percentile', async () => {
    const one = k6Metrics({ ...RATE, http_req_duration: { med: 5, 'p(95)': 9 } });
    const { tool, metrics, gaps } = await withReports({ a: one, b: one }, (root, paths) => collect(root, paths));
    expect(tool?.requests).toBe(20);
    expect(metrics.map(({ metric }) => metric)).not.toContain('latency');
    expect(gaps).toMatchObject([{ reason: 'unsupported', message: expect.stringContaining('cannot be added up') as string }]);
  });

  it('a summary beside its samples is not counted again, and must be of the same requests', async () => {
    const folder = resolve(import.meta.dirname, '../../src/load-results/k6/fixtures');
    const [points, summary, other] = await Promise.all(
      ['points.ndjson', 'export.json', 'crossed.json'].map((name) => readFile(join(folder, name))),
    );
    const own = await withReports({ a: points ?? '', b: summary ?? '' }, (root, paths) => collect(root, paths));
    expect([own.tool?.requests, own.tool?.thresholds.length, own.gaps]).toEqual([15, 3, []]);
    const wrong = await withReports({ a: points ?? '', b: other ?? '' }, (root, paths) => collect(root, paths));
    expect(wrong.gaps).toMatchObject([{ reason: 'malformed', message: expect.stringContaining('tells of 123 requests') as string }]);
  });
});

it('a name for each of 100,000 requests is bounded, and what a threshold names is kept', async () => {
  const lines = Array.from({ length: 100_000 }, (_, at) => `${1_795_254_864_765 + at},${at % 50},/item/${at},true`);
  const { tool, labels, metrics } = await withReports({ a: `${JTL}${lines.join('\n')}\n` }, (root, paths) =>
    collect(root, paths, ['/item/99999.latency']),
  );
  expect(tool?.requests).toBe(100_000);
  expect(labels.length).toBeLessThan(600);
  expect(metrics.find(({ metric }) => metric === '/item/99999.latency')?.samples).toBe(1);
  expect(tool?.notes).toEqual([expect.stringContaining('more names of requests')]);
});

async function fixturesOf(format: string) {
  const folder = resolve(import.meta.dirname, '../../src/load-results', format, 'fixtures');
  const expected = z.record(z.string(), Entry).parse(JSON.parse(await readFile(join(folder, EXPECTED), 'utf8')));
  const names = (await readdir(folder)).filter((name) => name !== EXPECTED).sort();
  return names.map((file) => ({ format, file, path: join(folder, file), entry: expected[file] }));
}

function collect(root: string, paths: readonly string[], metrics: readonly string[] = []): Promise<CollectedLoad> {
  return collectLoad({ files, root, paths, redact: (text) => text, metrics });
}

function collectOne(content: string | Uint8Array): Promise<CollectedLoad> {
  return withReports({ report: content }, (root, paths) => collect(root, paths));
}
