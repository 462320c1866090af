import { createReadStream } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Diagnostic } from '../model/diagnostic.ts';
import type { Files } from '../ports/index.ts';
import { DiagnosticJournal } from './journal.ts';
import { frameLocator } from './locate.ts';
import { readLog } from './logs.ts';
import { ownFrame } from './trace.ts';

const files = { stream: (path: string) => createReadStream(path) } as Partial<Files> as Files;
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

function newJournal(): DiagnosticJournal {
  return new DiagnosticJournal({
    redact: (text) => text.replaceAll('hunter2', '***'),
    locate: (path) => (path.startsWith('/app/') ? path.slice(5) : undefined),
  });
}

async function read(name: string): Promise<readonly Diagnostic[]> {
  const journal = newJournal();
  await readLog(files, fixture(name), { journal, origin: { source: name } });
  return journal.finish().reports;
}

function tops({ stacks }: Diagnostic): string[] {
  return stacks.map((stack) => {
    const frame = ownFrame(stack);
    return `${frame?.function} ${frame?.location?.path}:${frame?.location?.line}`;
  });
}

describe('reports in real output', () => {
  it('gathers two races between the same functions, whichever side came first, and shows both stacks', async () => {
    const [race, ...rest] = await read('go-race.log');
    expect(rest).toEqual([]);
    expect(race).toMatchObject({ kind: 'data-race', tool: 'Go race detector', count: 2, seen: [{ source: 'go-race.log', count: 2 }] });
    expect(race?.stacks.map(({ title }) => title)).toEqual([
      'Read by goroutine',
      'Previous write by goroutine',
      'Goroutine (running) created at',
    ]);
    expect(race && tops(race).slice(0, 2)).toEqual([
      'example.com/gate.(*Gate).Allowed.func2 gate.go:4',
      'example.com/gate.(*Gate).Set.func1 gate.go:9',
    ]);
  });

  it.each([
    ['go-map.log', 'concurrent-map', 'fatal error: concurrent map writes', 'main.(*registry).Mark main.go:13'],
    ['go-deadlock.log', 'deadlock', 'fatal error: all goroutines are asleep - deadlock!', 'main.wait dl/main.go:5'],
    [
      'go-panic.log',
      'panic',
      'panic: runtime error: invalid memory address or nil pointer dereference',
      'main.(*registry).Mark main.go:13',
    ],
    ['gcc-asan.log', 'memory-error', 'AddressSanitizer: heap-buffer-overflow', 'boom src/asan.c:2'],
    ['gcc-lsan.log', 'memory-leak', '192 byte(s) leaked in 3 allocation(s).', 'keep src/lsan.c:3'],
    ['gcc-tsan.log', 'data-race', 'data race', 'bump src/tsan.c:4'],
    ['goleak-unverified.log', 'goroutine-leak', 'found unexpected goroutines', 'example.com/gate.(*Hub).run hub.go:31'],
  ] as const)('%s is a %s', async (name, kind, message, top) => {
    const [found, ...rest] = await read(name);
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ kind, message, count: 1 });
    expect(found && tops(found)[0]).toBe(top);
  });

  it('counts requests that panic in the same place as one cause', async () => {
    const [found, ...rest] = await read('go-http.log');
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ kind: 'panic', tool: 'net/http', count: 2 });
    expect(found && tops(found)[0]).toBe('main.(*registry).Mark main.go:13');
  });

  it('knows undefined behaviour and a deadlock of the JVM by a line', async () => {
    expect(await read('gcc-ub.log')).toMatchObject([{ kind: 'undefined-behavior', count: 1 }]);
    expect(await read('java-deadlock-unverified.log')).toMatchObject([{ kind: 'deadlock', count: 1 }]);
  });
});

describe('what is no report', () => {
  it.each([
    'the docs say that WARNING: DATA RACE is printed',
    'fatal error: stdio.h: No such file or directory',
    'panic: see the runbook',
    'gave up: runtime error: timed out',
    'error: found unexpected goroutines in the report',
  ])('%s', (line) => {
    const journal = newJournal();
    for (const text of [line, 'compilation terminated.', ...Array.from({ length: 20 }, (_, index) => `line ${index}`)])
      journal.line('log', text, { source: 'log' });
    expect(journal.finish()).toEqual({ reports: [], omitted: 0 });
  });
});

describe('streams', () => {
  const race = (name: string): string[] => [
    'WARNING: DATA RACE',
    'Read at 0x00c0 by goroutine 9:',
    `  example.com/gate.${name}()`,
    '      /app/gate.go:4 +0xb1',
    '  token hunter2',
    '==================',
  ];

  it('keeps streams that come mixed apart, and pieces of lines together', () => {
    const journal = newJournal();
    const [a, b] = [race('A'), race('B')];
    for (const [index, line] of a.entries()) {
      journal.text('one', line.slice(0, 5), { source: 'r', test: 'TestA' });
      journal.text('two', `${b[index]}\n`, { source: 'r', test: 'TestB' });
      journal.text('one', `${line.slice(5)}\n`, { source: 'r', test: 'TestA' });
    }
    const { reports } = journal.finish();
    expect(reports.map(({ stacks, seen }) => [stacks[0]?.frames[0]?.function, seen[0]?.test])).toEqual([
      ['example.com/gate.B', 'TestB'],
      ['example.com/gate.A', 'TestA'],
    ]);
    expect(reports[0]?.text).not.toContain('hunter2');
  });

  it('tells a report that the end cut off, and bounds a million lines and a thousand causes', () => {
    const journal = newJournal();
    for (let cause = 0; cause < 1_000; cause += 1)
      for (const line of race(`F${String.fromCodePoint(97 + (cause % 26)).repeat(1 + Math.floor(cause / 26))}`))
        journal.line('log', line, { source: 'log' });
    for (const line of race('Last').slice(0, 4)) journal.line('cut', line, { source: 'log' });
    for (let line = 0; line < 100_000; line += 1) journal.line('cut', `      /app/gate.go:${line}`, { source: 'log' });
    const { reports, omitted } = journal.finish();
    expect([reports.length, omitted]).toEqual([100, 901]);
  });
});

it('finds the files of stack traces in the repository, and never guesses between two', () => {
  const locate = frameLocator('/repo', ['main.go', 'internal/a/gate.go', 'internal/b/gate.go', 'cmd/api/server.go']);
  expect(
    [
      '/repo/main.go',
      './main.go',
      '/app/internal/b/gate.go',
      '/build/gate.go',
      '/usr/local/go/src/main.go',
      '/x/api/server.go',
      '/x/y/main.go',
    ].map(locate),
  ).toEqual(['main.go', 'main.go', 'internal/b/gate.go', undefined, undefined, 'cmd/api/server.go', 'main.go']);
});

it('is not held up by lines that are made to make patterns think', () => {
  const lines = [
    '#1 ' + ' '.repeat(480) + '(',
    '  #1 ' + 'a:1'.repeat(160) + ' (',
    'a.'.repeat(249),
    '(*a.'.repeat(120),
    'a[b]'.repeat(120) + '(',
    '  Read ' + ' by'.repeat(160),
  ];
  const journal = newJournal();
  for (const line of lines)
    for (let block = 0; block < 20; block += 1)
      for (const text of ['WARNING: DATA RACE', ...Array.from({ length: 150 }, () => line), '=================='])
        journal.line('log', text, { source: 'log' });
  expect(journal.finish().reports.reduce((sum, { count }) => sum + count, 0)).toBe(20 * lines.length);
});
