import { utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { audit, type Audited } from '../../../tests/support/audit.ts';
import { startGitHub, type GitHubOptions } from '../../../tests/fakes/github/server.ts';

const NOW = '2026-03-01T00:00:00.000Z';
const MINUTE = 60_000;

const told = ({ results }: Audited) => results.map(({ result, measured }) => [result.verdict, measured]);

describe('REL-06: uptime', () => {
  /** Probes of so many minutes up to now, of which these were down or never made. */
  function record(minutes: number, { down = 0, missing = 0 }: { down?: number; missing?: number } = {}): string {
    const probes = Array.from({ length: minutes - missing }, (_, index) => {
      const at = new Date(Date.parse(NOW) - (minutes - missing - index) * MINUTE - (index % 7) * 900);
      return JSON.stringify({ at: at.toISOString(), up: index >= down });
    });
    return `${probes.join('\n')}\n`;
  }
  const from = (text: string, options: object = {}) =>
    audit('REL-06', { 'README.md': 'x', 'uptime.jsonl': text }, undefined, {
      now: NOW,
      options: { file: 'uptime.jsonl', window: '3d', ...options },
    });

  test('an outage that the promise has no room for is found', async () => {
    expect((await from(record(4320, { down: 30 }))).found).toEqual(['P2 uptime']);
  });

  test('a record of the whole window without one is silent', async () => {
    expect(told(await from(record(4320, { down: 2 })))).toEqual([
      ['refuted', expect.stringMatching(/^99\.9\d*% of 4,319 samples over 71 h 59 m of 3 days$/)],
    ]);
  });

  test('too few samples, and hours of which nothing is known, are no pass', async () => {
    const few = await from(record(120), { window: '2h' });
    expect(few.results[0]?.result).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringMatching(/119 samples, and 99\.9% takes 2,995/),
    });
    const holes = await from(record(4320, { missing: 600 }));
    expect(holes.results[0]?.result).toMatchObject({ verdict: 'inconclusive', because: expect.stringContaining('knows nothing of 10 h') });
    expect(told(await from('not json\n'))).toMatchObject([['inconclusive', 'not known']]);
    expect(told(await from(''))).toMatchObject([['inconclusive', 'not known']]);
  });

  test('nobody asks for it without a record, and it is said what it would take', async () => {
    expect(await audit('REL-06', { 'README.md': 'x' })).toMatchObject({
      state: 'not-applicable',
      because: expect.stringContaining('30 days'),
    });
  });

  async function prometheus(answers: (query: string) => { status?: number; result?: unknown; error?: string }): Promise<string> {
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { status = 200, result, error } = answers(new URLSearchParams(body).get('query') ?? '');
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(error === undefined ? { status: 'success', data: { resultType: 'vector', result } } : { status: 'error', error }),
      );
    };
    const server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }
  const value = (number: number) => ({ result: [{ metric: {}, value: [1, String(number)] }] });
  const asked = async (answers: Parameters<typeof prometheus>[0]) =>
    audit('REL-06', { 'README.md': 'x' }, undefined, { options: { prometheus: await prometheus(answers), query: 'max(probe_success)' } });

  test('a Prometheus is asked for the share of the window and for its samples (answers after its documented API)', async () => {
    const answers = (up: number, samples: number) => (query: string) =>
      value(query.startsWith('avg_over_time((max(probe_success))[2592000s:60s])') ? up : samples);
    expect(told(await asked(answers(0.9999, 43_200)))[0]?.[0]).toBe('refuted');
    expect(told(await asked(answers(0.99, 43_200)))[0]?.[0]).toBe('confirmed');
    expect(told(await asked(answers(1, 20_000)))[0]?.[0]).toBe('inconclusive');
  });

  test.each([
    ['no series', { result: [] }],
    ['two series', { result: [...value(1).result, ...value(0).result] }],
    ['an error', { status: 422, error: 'too many samples' }],
    ['no number', value(Number.NaN)],
    ['no share', value(17)],
  ])('%s is no pass', async (_, answer) => {
    expect(told(await asked(() => answer))).toEqual([['inconclusive', 'not known']]);
  });
});

describe('REL-07: critical bugs', () => {
  async function asked(seeds: GitHubOptions, options: object = { label: 'critical' }) {
    await using github = await startGitHub(seeds);
    const answer = await audit('REL-07', { 'README.md': 'x' }, undefined, { env: github.env(), options: options as never });
    expect(github.violations).toEqual([]);
    return answer;
  }
  const bug = (number: number, more: object = {}) => ({
    number,
    title: `bug ${String(number)}`,
    labels: ['critical'],
    state: 'open' as const,
    ...more,
  });

  test('an open issue with the label is found, also behind a page of pull requests', async () => {
    expect((await asked({ labels: ['critical'], tickets: [bug(3)] })).found).toEqual(['P1 octo/demo: #3']);
    const pulls = Array.from({ length: 100 }, (_, index) => bug(index + 10, { pull: true }));
    expect((await asked({ labels: ['critical'], tickets: [...pulls, bug(3)] })).found).toEqual(['P1 octo/demo: #3']);
  });

  test('closed ones, other labels and pull requests are silent', async () => {
    const tickets = [bug(1, { state: 'closed' }), bug(2, { labels: ['minor'] }), bug(3, { pull: true })];
    expect(told(await asked({ labels: ['critical'], tickets }))).toEqual([['refuted', 'none open']]);
  });

  test('a label that is not there, no token and a refusal are no pass', async () => {
    const misspelt = await asked({ labels: ['critical'], tickets: [bug(3)] }, { label: 'critcal' });
    expect(misspelt.results[0]?.result).toEqual({ verdict: 'inconclusive', because: 'octo/demo has no label critcal' });
    expect(told(await audit('REL-07', { 'README.md': 'x' }, undefined, { options: { label: 'critical' } }))).toEqual([
      ['inconclusive', 'not known'],
    ]);
    expect(await audit('REL-07', { 'README.md': 'x' })).toMatchObject({ state: 'not-applicable' });
  });

  test('another tracker answers through a file of today', async () => {
    const list = async (text: string, age = 0, files: Record<string, string> = { 'README.md': 'x' }) =>
      audit('REL-07', files, undefined, {
        options: { label: 'critical', file: 'bugs.json' },
        prepare: async (root) => {
          await writeFile(join(root, 'bugs.json'), text);
          const at = Date.now() / 1_000 - age;
          await utimes(join(root, 'bugs.json'), at, at);
        },
      });
    expect((await list('[{"key":"SHOP-7","title":"orders are lost"}]')).found).toEqual(['P1 bugs.json: SHOP-7']);
    expect(told(await list('[]'))).toEqual([['refuted', 'none open']]);
    expect(told(await list('[]', 90_000))).toEqual([['inconclusive', 'not known']]);
    expect(told(await list('[]', 0, { 'bugs.json': '[]' }))).toEqual([['inconclusive', 'not known']]);
    expect(told(await list('{"issues":[]}'))).toEqual([['inconclusive', 'not known']]);
  });
});

describe('REL-09: compliance documents', () => {
  const about = (files: Record<string, string>, wanted: unknown = ['docs/privacy.md']) =>
    audit('REL-09', { 'README.md': 'x', ...files }, undefined, { now: NOW, options: { files: wanted } as never });
  const page = (head: string) => ({ 'docs/privacy.md': `# Privacy\n${head}\nWe keep what you order.\n` });

  test.each([
    ['is missing', {}, 'no such file is tracked'],
    ['is empty', { 'docs/privacy.md': '# Privacy\n<!-- soon -->\n' }, 'it is empty'],
    ['has no owner', page('Last reviewed: 2026-01-31\n'), 'it names no owner'],
    ['was never reviewed', page('Owner: legal@example.com\n'), 'it does not say when it was last reviewed'],
    ['was reviewed long ago', page('Owner: legal\nReviewed: 2024-01-31\n'), 'last reviewed on 2024-01-31, 760 days ago'],
    ['will have been reviewed', page('Owner: legal\nReviewed: 2027-01-31\n'), 'its review is in the future (2027-01-31)'],
    ['is due', page('Owner: legal\nReviewed: 2026-01-31\nNext review: 2026-02-15\n'), 'its next review was due on 2026-02-15'],
  ])('a document that %s is found', async (_, files, measured) => {
    const { found, results } = await about(files);
    expect(found).toEqual(['P2 docs/privacy.md']);
    expect(results[0]?.measured).toBe(measured);
  });

  test.each([
    ['in its front matter', page('---\nowner: legal\nlast_reviewed: 2026-01-31\n---\n')],
    ['in a table', page('| Owner | Legal team |\n|---|---|\n| Last reviewed | 2025-12-31 |\n')],
    ['in CODEOWNERS', { ...page('**Last reviewed:** 2026-02-01\n'), CODEOWNERS: 'docs/privacy.md @acme/legal\n' }],
  ])('a document with its owner %s and a review of this year is silent', async (_, files) => {
    expect(await about(files)).toMatchObject({ state: 'collected', found: [] });
  });

  test('each may have its own time, and without a list nobody asks', async () => {
    const files = page('Owner: legal\nReviewed: 2026-01-01\n');
    expect((await about(files, [{ path: 'docs/privacy.md', max_age: '30d' }])).found).toEqual(['P2 docs/privacy.md']);
    expect(await audit('REL-09', files)).toMatchObject({ state: 'not-applicable' });
  });
});
