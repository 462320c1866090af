import { readFile } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';

import { describe, expect, it } from 'vitest';

import { coverageFormats } from '../../src/coverage/registry.ts';
import { collectResults, type Collected } from '../../src/results/collect.ts';
import { resultsFormats } from '../../src/results/registry.ts';
import { files, fixtures, inspected, withReports } from './results-support.ts';

const all = await fixtures();
const own = all.filter(({ kind, broken }) => kind === 'results' && !broken);

describe('every result and coverage fixture is claimed by its own format and by no other', () => {
  it.each(all)('$kind/$format $path', async ({ kind, format, path }) => {
    const text = (await readFile(path, 'utf8')).slice(0, 65_536);
    const head = { path, text };
    const claiming = [
      ...resultsFormats.filter(({ sniff }) => sniff(head)).map((plugin) => `results/${plugin.format}`),
      ...coverageFormats.filter(({ sniff }) => sniff(head)).map((plugin) => `coverage/${plugin.format}`),
    ];
    expect(claiming).toEqual([`${kind}/${format}`]);
  });

  it('has fixtures of every result format', () => {
    expect([...new Set(own.map(({ format }) => format))].sort()).toEqual(resultsFormats.map(({ format }) => format).sort());
  });
});

describe.each(own)('$format $path', ({ format, path }) => {
  it('is read to its end', async () => {
    const read = await inspected(path);
    expect(read).toMatchObject({ file: basename(path), format });
    expect(read.gap).toBeUndefined();
    expect(read.tests).toBeGreaterThan(0);
  });

  it('is a gap when it is cut anywhere', async () => {
    const bytes = await readFile(path);
    const whole = await inspected(path);
    for (const part of [0, 0.01, 0.1, 0.33, 0.5, 0.77, 0.9, 0.99]) {
      const length = Math.floor(bytes.length * part);
      // Blank lines at the end are no loss.
      if (bytes.subarray(length).toString().trim() === '') continue;
      const { tests, gaps } = await collectOne(bytes.subarray(0, length));
      expect(gaps, `cut at byte ${length}`).not.toEqual([]);
      expect(tests.counts.tests).toBeLessThanOrEqual(whole.tests + 1);
    }
  });

  it('reads the same in UTF-16 and behind a byte-order mark', async () => {
    const text = await readFile(path, 'utf8');
    const plain = await collectOne(text);
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const bytes of [Buffer.from(`\uFEFF${text}`), little, Buffer.from(little).swap16(), little.subarray(2)]) {
      const { tests, gaps } = await collectOne(bytes);
      expect(gaps).toEqual([]);
      expect(tests.counts).toEqual(plain.tests.counts);
    }
  });

  it('survives bytes that are no UTF-8, and says so', async () => {
    const broken = Buffer.from(await readFile(path));
    broken[await indifferentByte(broken)] = 0xff;
    const { gaps, notes } = await collectOne(broken);
    expect(gaps).toEqual([]);
    expect(notes.map(({ message }) => message)).toContain('some bytes are not utf-8 and were replaced');
  });

  it('is a gap with NUL bytes in it', async () => {
    const bytes = Buffer.from(await readFile(path));
    bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length * 0.75));
    const { gaps } = await collectOne(bytes);
    expect(gaps.map(({ reason }) => reason)).toContain('encoding');
  });

  it('knows its repository-relative path and hash', async () => {
    const root = dirname(path);
    const { tests } = await collectResults({ ports: { files }, root, redact: same, attempts: [{ attempt: 1, paths: [path] }] });
    expect(tests.files[0]?.source).toMatchObject({
      file: relative(root, path),
      format,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });
});

describe('what is no report is a gap and never a pass', () => {
  const deep = `${'<testsuite name="x">'.repeat(10_000)}<testcase name="a"/>`;
  const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><testsuites><testsuite name="&b;"><testcase name="a"/></testsuite></testsuites>`;
  it.each([
    ['an empty file', '', 'empty', 0],
    ['blank lines', ' \n\r\n ', 'empty', 0],
    ['a log', 'all tests passed\n', 'unrecognised', 0],
    ['JSON of something else', '{"ok": true}', 'unrecognised', 0],
    ['a binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1]), 'encoding', 0],
    ['no suite', '<testsuites/>', 'zero-tests', 0],
    ['an empty suite', '<testsuite name="a" tests="0"></testsuite>', 'zero-tests', 0],
    ['CTRF without tests', '{"results":{"tool":{"name":"x"},"summary":{"tests":0},"tests":[]}}', 'zero-tests', 0],
    ['an entity bomb', bomb, 'hostile', 0],
    ['ten thousand nested suites', deep, 'hostile', 0],
    ['deeply nested JSON', `{"results":{"tool":{},"tests":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`, 'hostile', 0],
    ['two documents in one file', '<testsuite><testcase name="a"/></testsuite><testsuite><testcase name="b"/></testsuite>', 'malformed', 1],
    ['crossed tags', '<testsuite><testcase name="a"></testsuite></testcase>', 'malformed', 1],
    ['CTRF whose tests are no list', '{"results":{"tool":{},"summary":{},"tests":{}}}', 'malformed', 0],
  ])('%s', async (_, content, reason, tests) => {
    const collected = await collectOne(content);
    expect(collected.gaps.map((gap) => gap.reason)).toEqual([reason]);
    expect(collected.gaps[0]?.message).toContain('report: ');
    expect(collected.gaps[0]?.fix).toBeTruthy();
    expect(collected.tests.counts.tests).toBe(tests);
  });

  it('a file that is not there', async () => {
    const { gaps } = await collectResults({
      ports: { files },
      root: '/nowhere',
      redact: same,
      attempts: [{ attempt: 1, paths: ['a.xml'] }],
    });
    expect(gaps).toMatchObject([{ reason: 'missing', message: 'a.xml: the file is not there' }]);
  });

  it('a name of a megabyte is bounded', async () => {
    const { tests, gaps } = await collectOne(
      `<testsuite><testcase name="${'x'.repeat(1_000_000)}"><failure message="${'y'.repeat(1_000_000)}"/></testcase></testsuite>`,
    );
    expect(gaps).toEqual([]);
    expect(tests.failed[0]?.name).toHaveLength(1000);
    expect(tests.failed[0]?.message).toHaveLength(4000);
  });
});

/** Where one letter less changes no count: in a name or a message, wherever the format keeps those. */
async function indifferentByte(bytes: Buffer): Promise<number> {
  const said = ({ tests, gaps }: Collected) => JSON.stringify([tests.counts, tests.files.map(({ disagreements }) => disagreements), gaps]);
  const whole = said(await collectOne(bytes));
  for (let at = bytes.length - 1; at >= 0; at -= 3) {
    if (!/[a-z]/.test(String.fromCharCode(bytes[at] ?? 0))) continue;
    if (said(await collectOne(Buffer.from(bytes).fill('?', at, at + 1))) === whole) return at;
  }
  throw new Error('the fixture holds no text that could be replaced: give it a test with a name');
}

function same(text: string): string {
  return text;
}

function collectOne(content: string | Uint8Array): Promise<Collected> {
  return withReports({ report: content }, (root, paths) =>
    collectResults({ ports: { files }, root, redact: same, attempts: [{ attempt: 1, paths }] }),
  );
}
