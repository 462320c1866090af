import type { CaseStatus } from '../../model/tests.ts';

/** What `test result: …` states. */
export interface Stated {
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly measured: number;
}

export type LibtestLine =
  | { readonly kind: 'binary'; readonly name: string }
  | { readonly kind: 'running'; readonly count: number }
  | { readonly kind: 'test'; readonly name: string; readonly end: TestEnd }
  /** A test began, and something else was printed before its end. */
  | { readonly kind: 'begun'; readonly name: string; readonly guess: TestEnd | undefined }
  /** The end of the test that began last. */
  | { readonly kind: 'end'; readonly end: TestEnd }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'section'; readonly name: string }
  | { readonly kind: 'failures' }
  | { readonly kind: 'result'; readonly stated: Stated }
  | { readonly kind: 'crash'; readonly message: string }
  | { readonly kind: 'build'; readonly message: string };

export interface TestEnd {
  readonly status: CaseStatus;
  readonly message: string | undefined;
  readonly durationMs: number | undefined;
}

/** Characters of a line that are looked at: what backtracks must not do so for long. */
const LENGTH = 2_000;
/** Characters kept of what cargo says. */
const MESSAGE = 1_000;
const TEST = /^test (\S.*?) \.\.\. (.*)$/;
/** Behind the output of a test that printed without ending its line. */
const TAIL = /test (\S+(?: - \S.*?)?) \.\.\. (ok|FAILED|ignored(?:, .*)?)$/;
const END = /^(ok|FAILED|ignored|bench: .*?)(?:, (.*?))?(?: \((time limit exceeded|.*?)\))?(?: <(\d+(?:\.\d+)?)s>)?$/;
const RESULT = /^test result: (ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; (?:(\d+) measured; )?/;
const BINARY = /^\s+Running (?:unittests )?(\S.*?)(?: \(.*\))?$/;
const DOC_TESTS = /^\s+Doc-tests (\S+)$/;
const SECTION = /^---- (.+?) (?:stdout|stderr) ----$/;
/** cargo, of a binary that did not end by itself: a failing test ends with status 101. */
const CRASH =
  /^(?:\s+process didn't exit successfully: .*\((?:signal: .*|exit code: 0x[cC]0.*|exit status: (?!101\b).*)\)|.*: process didn't exit successfully: .*\(signal: .*\)|fatal runtime error: .*|thread '.*' has overflowed its stack)\s*$/;

/** What a line of `cargo test` says; `undefined` for the output of compilers and tests. */
export function libtestLine(whole: string): LibtestLine | undefined {
  const text = whole.length > LENGTH ? whole.slice(0, LENGTH) : whole;
  if (text.startsWith('test ')) return testLine(text, whole);
  switch (text) {
    case 'failures:':
    case 'successes:':
      return { kind: 'failures' };
    case 'ok':
    case 'FAILED':
    case 'ignored':
      return { kind: 'end', end: endOf(text) as TestEnd };
  }
  const running = /^running (\d{1,9}) tests?$/.exec(text)?.[1];
  if (running !== undefined) return { kind: 'running', count: Number(running) };
  const section = SECTION.exec(text)?.[1];
  if (section !== undefined) return { kind: 'section', name: section };
  const binary = BINARY.exec(text)?.[1] ?? DOC_TESTS.exec(text)?.[1];
  if (binary !== undefined)
    return {
      kind: 'binary',
      name: text.trimStart().startsWith('Doc-tests') ? `doc-tests ${binary}` : binary.replace(/^`(?:.*[\\/])?(.*)`$/, '$1'),
    };
  if (CRASH.test(text)) return { kind: 'crash', message: text.trim().slice(0, MESSAGE) };
  if (/^error(?:\[E\d+\])?: could not compile `/.test(text)) return { kind: 'build', message: text.slice(0, MESSAGE) };
  // `--quiet` prints a mark for each test, and names those that fail.
  const failed = /^(\S.*?) --- FAILED$/.exec(text)?.[1];
  if (failed !== undefined) return { kind: 'test', name: failed, end: endOf('FAILED') as TestEnd };
  if (/^[.Fiab]+(?: \d+\/\d+)?$/.test(text)) return { kind: 'quiet' };
  return tailOf(text);
}

function testLine(text: string, whole: string): LibtestLine | undefined {
  const stated = RESULT.exec(text);
  if (stated !== null) {
    const [, how, passed, failed, ignored, measured = '0'] = stated;
    return {
      kind: 'result',
      stated: { ok: how === 'ok', passed: Number(passed), failed: Number(failed), ignored: Number(ignored), measured: Number(measured) },
    };
  }
  const test = TEST.exec(text);
  if (test === null) return undefined;
  const [, name = '', rest = ''] = test;
  const end = endOf(rest);
  return end === undefined
    ? (tailOf(rest) ?? { kind: 'begun', name, guess: endOf(/(?:ok|FAILED)$/.exec(whole.slice(-6))?.[0] ?? '') })
    : { kind: 'test', name, end };
}

function tailOf(text: string): LibtestLine | undefined {
  if (!text.includes(' ... ')) return undefined;
  const [, name, how] = TAIL.exec(text) ?? [];
  const end = how === undefined ? undefined : endOf(how);
  return name === undefined || end === undefined ? undefined : { kind: 'test', name, end };
}

function endOf(text: string): TestEnd | undefined {
  const match = END.exec(text.trimEnd());
  if (match === null) return undefined;
  const [, how = '', reason, remark, seconds] = match;
  const message = reason ?? remark;
  const status: CaseStatus = how === 'FAILED' ? 'failed' : how === 'ignored' ? 'skipped' : 'passed';
  return { status, message, durationMs: seconds === undefined ? undefined : Math.round(Number(seconds) * 1e6) / 1e3 };
}
