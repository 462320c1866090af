import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { describe, expect, it } from 'vitest';

import { collectCoverage, inspectCoverage, type CollectedCoverage } from '../../src/coverage/collect.ts';
import { coverageFormats } from '../../src/coverage/registry.ts';
import { inspectResults } from '../../src/results/collect.ts';
import { files, fixtures, withReports } from './results-support.ts';

const all = await fixtures();
const own = all.filter(({ kind, broken }) => kind === 'coverage' && !broken);

it('has fixtures of every coverage format', () => {
  expect([...new Set(own.map(({ format }) => format))].sort()).toEqual(coverageFormats.map(({ format }) => format).sort());
});

/** Reports of lines, not of a document that has an end. */
const LINES = /\.(?:out|info|gcov|csv)$/;

it.each(all)('$kind/$format: only its own kind inspects $path', async ({ kind, path }) => {
  const [results, coverage] = [await inspectResults(files, dirname(path), path), await inspectCoverage(files, dirname(path), path)];
  expect([results.format !== undefined, coverage !== undefined]).toEqual([kind === 'results', kind === 'coverage']);
});

describe.each(own)('$format $path', ({ format, path }) => {
  it('is read to its end', async () => {
    const read = await inspectCoverage(files, dirname(path), path);
    expect(read).toMatchObject({ file: basename(path), format });
    expect(read?.gap).toBeUndefined();
    expect(read?.lines.total).toBeGreaterThan(0);
  });

  it('is a gap when it is cut in the middle of a line', async () => {
    const bytes = await readFile(path);
    const whole = await inspectCoverage(files, dirname(path), path);
    for (const part of [0, 0.05, 0.2, 0.5, 0.8, 0.95]) {
      const at = Math.floor(bytes.length * part);
      // The middle of a line: a cover profile that ends between two lines looks like a whole one.
      const end = LINES.test(path) ? bytes.indexOf(0x0a, at) - 2 : at;
      const { coverage, gaps } = await collectOne(bytes.subarray(0, Math.max(0, part === 0 ? 0 : end)));
      expect(gaps, `cut at byte ${end}`).not.toEqual([]);
      expect(coverage.lines.total).toBeLessThanOrEqual(whole?.lines.total ?? 0);
    }
  });

  it('reads the same in UTF-16', async () => {
    const text = await readFile(path, 'utf8');
    const { coverage, gaps } = await collectOne(Buffer.from(`\uFEFF${text}`, 'utf16le'));
    expect(gaps).toEqual([]);
    expect(coverage.lines).toEqual((await collectOne(text)).coverage.lines);
  });

  it('survives bytes that are no UTF-8, and says so', async () => {
    const bytes = Buffer.from(await readFile(path));
    // In the name of a file, where any character may stand.
    const at = bytes.toString('latin1').search(/[a-z](?=\.(?:c|cc|cpp|cs|go|java|js|kt|mjs|php|py|rb|rs|swift|ts)\b)/i);
    expect(at).toBeGreaterThan(-1);
    bytes[at] = 0xff;
    const { coverage } = await collectOne(bytes);
    expect(coverage.notes).toContain('report: some bytes are not utf-8 and were replaced');
  });

  it('is a gap with NUL bytes in it', async () => {
    const bytes = Buffer.from(await readFile(path));
    bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 20);
    expect((await collectOne(bytes)).gaps.map(({ reason }) => reason)).toContain('encoding');
  });
});

describe('what is no coverage is a gap', () => {
  it.each([
    ['an empty file', '', ['empty']],
    ['a log', 'coverage: 100%', ['unrecognised']],
    ['lcov without lines', 'TN:\nSF:a.js\nend_of_record\n', ['empty']],
    ['lcov that states lines and lists none', 'TN:\nSF:a.js\nLF:10\nLH:10\nend_of_record\n', ['malformed']],
    ['lcov without its end', 'TN:\nSF:a.js\nDA:1,1\n', ['truncated']],
    ['lcov with a line number of a hostile size', 'SF:a.js\nDA:1,1\nDA:4000000000,1\nend_of_record\n', ['malformed']],
    ['a go profile without blocks', 'mode: set\n', ['empty']],
    ['a go profile with a block of a hostile size', 'mode: set\na.go:1.1,9000000000.1 1 1\n', ['malformed']],
    ['cobertura without packages', '<coverage line-rate="1"><packages/></coverage>', ['empty']],
    ['jacoco without packages', '<report name="x"><sessioninfo id="a" start="1" dump="2"/></report>', ['empty']],
    [
      'jacoco with a line of a hostile size',
      `<report name="x"><package name="a"><sourcefile name="B.java"><line nr="4000000000" mi="0" ci="1"/><line nr="1" mi="0" ci="1"/></sourcefile></package></report>`,
      ['malformed'],
    ],
    ['jacoco with an entity bomb', '<!DOCTYPE r [<!ENTITY a "a">]><report name="x"><package name="a"/></report>', ['hostile']],
    ['clover without files', '<coverage generated="1"><project timestamp="1"><metrics statements="0"/></project></coverage>', ['empty']],
    ['clover nested ten thousand deep', `<coverage generated="1"><project>${'<package>'.repeat(10_000)}`, ['hostile']],
    ['opencover without modules', '<CoverageSession><Modules/></CoverageSession>', ['empty']],
    ['opencover with an entity bomb', '<!DOCTYPE c [<!ENTITY a "a">]><CoverageSession/>', ['hostile']],
    ['istanbul of no statement', '{"a.js": {"path": "a.js", "statementMap": {}, "s": {}}}', ['empty']],
    [
      'istanbul with a line of a hostile size',
      '{"a.js": {"path": "a.js", "statementMap": {"0": {"start": {"line": 4e9}}, "1": {"start": {"line": 1}}}, "s": {"1": 1, "0": 1}}}',
      ['malformed'],
    ],
    ['istanbul nested ten thousand deep', `{"a.js": {"statementMap": ${'['.repeat(10_000)}`, ['hostile']],
    [
      'istanbul with a second document',
      '{"a.js": {"path": "a.js", "statementMap": {"0": {"start": {"line": 1}}}, "s": {"0": 1}}}\n{}',
      ['malformed'],
    ],
    ['a summary without numbers', '{"total": {"lines": {"pct": 100}, "statements": {"pct": 100}}}', ['malformed']],
    ['v8 of no script', '{"result": [{"scriptId": "1", "url": "node:fs", "functions": []}]}', ['empty']],
    ['coverage.py without files', '{"meta": {"branch_coverage": true}, "files": {}, "totals": {}}', ['empty']],
    [
      'coverage.py with a line of a hostile size',
      '{"files": {"a.py": {"executed_lines": [1, 4000000000], "missing_lines": []}}}',
      ['malformed'],
    ],
    ['llvm-cov without files', '{"data": [{"files": [], "totals": {"regions": {}}}], "type": "llvm.coverage.json.export"}', ['empty']],
    ['simplecov without lines', '{"RSpec": {"coverage": {"a.rb": {"lines": [null]}}}}', ['empty']],
    ['gcov without lines', '{"gcc_version": "12", "files": []}', ['empty']],
    [
      'gcov with a line of a hostile size',
      '{"gcc_version": "12", "files": [{"file": "a.c", "lines": [{"line_number": 4e9, "count": 1}, {"line_number": 1, "count": 1}]}]}',
      ['malformed'],
    ],
    ['coveralls without lines', '{"source_files": [{"name": "a.c", "coverage": [null]}]}', ['empty']],
    ['codecov without lines', '{"coverage": {"a.c": {"1": null}}}', ['empty']],
    ['codecov with a line of a hostile size', '{"coverage": {"a.c": {"1": 1, "4000000000": 1}}}', ['malformed']],
    ['a summary of gcovr without files', '{"gcovr/summary_format_version": "0.6", "files": []}', ['empty']],
    ['gcov text without lines', '        -:    0:Source:a.c\n', ['empty']],
    ['cobertura with an entity bomb', '<!DOCTYPE c [<!ENTITY a "a">]><coverage line-rate="1"><packages/></coverage>', ['hostile']],
    ['cobertura nested ten thousand deep', `<coverage line-rate="1">${'<packages>'.repeat(10_000)}`, ['hostile']],
  ])('%s', async (_, content, reasons) => {
    expect((await collectOne(content)).gaps.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('passes over a DOCTYPE that only names a DTD, as Cobertura itself writes it', async () => {
    const { coverage, gaps } = await collectOne(
      '<?xml version="1.0"?>\n<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n<coverage line-rate="1"><packages><package><classes><class filename="a.py"><lines><line number="1" hits="2"/></lines></class></classes></package></packages></coverage>',
    );
    expect(gaps).toEqual([]);
    expect(coverage.lines).toEqual({ covered: 1, total: 1 });
  });
});

function collectOne(content: string | Uint8Array): Promise<CollectedCoverage> {
  return withReports({ report: content }, (root, paths) =>
    collectCoverage({ ports: { files }, root, paths, tracked: [], redact: (text) => text }),
  );
}
