import type { DiagnosticKind } from '../model/diagnostic.ts';

/** How the report of one tool begins and where it is over. */
export interface Shape {
  readonly kind: DiagnosticKind;
  readonly tool: string;
  readonly begins: RegExp;
  /** The line that ends the report; it belongs to it. */
  readonly ends?: RegExp;
  /** The report is one line. */
  readonly single?: boolean;
  /** Without such a line among the first few it was somebody's prose. */
  readonly proof?: RegExp;
}

const RULE = /^={18,}\s*$/;
const GOROUTINE = /^(?:goroutine \d+(?: gp=\S+)?(?: m=\S+(?: mp=\S+)?)? \[|runtime stack:|\[signal )/;

/**
 * Every report that is known, the most telling first. A line begins at most one of them.
 * Formats: go.dev/doc/articles/race_detector, github.com/google/sanitizers/wiki, go.dev/src/runtime/panic.go.
 */
export const SHAPES: readonly Shape[] = [
  { kind: 'data-race', tool: 'Go race detector', begins: /^WARNING: DATA RACE\s*$/, ends: RULE },
  {
    kind: 'data-race',
    tool: 'ThreadSanitizer',
    begins: /^WARNING: ThreadSanitizer: (?:data race|race on vptr|heap-use-after-free)/,
    ends: /^(?:SUMMARY: ThreadSanitizer:|={18,}\s*$)/,
  },
  {
    kind: 'deadlock',
    tool: 'ThreadSanitizer',
    begins: /^WARNING: ThreadSanitizer: lock-order-inversion/,
    ends: /^SUMMARY: ThreadSanitizer:/,
  },
  { kind: 'fatal', tool: 'ThreadSanitizer', begins: /^WARNING: ThreadSanitizer: /, ends: /^SUMMARY: ThreadSanitizer:/ },
  { kind: 'memory-leak', tool: 'LeakSanitizer', begins: /^(?:==\d+==)?ERROR: LeakSanitizer: /, ends: /^SUMMARY: \w+Sanitizer:/ },
  {
    kind: 'memory-error',
    tool: 'AddressSanitizer',
    begins: /^(?:==\d+==)?ERROR: (?:Hw)?AddressSanitizer\b/i,
    ends: /^SUMMARY: \w+Sanitizer:/,
  },
  { kind: 'memory-error', tool: 'MemorySanitizer', begins: /^(?:==\d+==)?WARNING: MemorySanitizer: /, ends: /^SUMMARY: MemorySanitizer:/ },
  { kind: 'undefined-behavior', tool: 'UndefinedBehaviorSanitizer', begins: /^\S[^:]{0,300}:\d+:\d+: runtime error: /, single: true },
  { kind: 'concurrent-map', tool: 'Go runtime', begins: /^fatal error: concurrent map / },
  { kind: 'deadlock', tool: 'Go runtime', begins: /^fatal error: all goroutines are asleep - deadlock!/ },
  { kind: 'fatal', tool: 'Go runtime', begins: /^fatal error: /, proof: GOROUTINE },
  { kind: 'panic', tool: 'Go runtime', begins: /^panic: /, proof: GOROUTINE },
  { kind: 'panic', tool: 'net/http', begins: /\bhttp: panic serving \S+: /, proof: GOROUTINE },
  { kind: 'goroutine-leak', tool: 'goleak', begins: /\bfound unexpected goroutines:\s*$/ },
  {
    kind: 'deadlock',
    tool: 'Java virtual machine',
    begins: /^Found (?:one|\d+) Java-level deadlocks?:/,
    ends: /^Found \d+ deadlocks?\.?\s*$/,
  },
  { kind: 'panic', tool: 'Rust runtime', begins: /^thread '[^']{0,200}' (?:\(\d+\) )?panicked at / },
];

/** What any line holds that begins a report or shows a detector: one cheap look at every other line. */
export const HINT =
  /WARNING: (?:DATA RACE|ThreadSanitizer|MemorySanitizer)|ERROR: (?:Leak|Address|Hw|HW)|: runtime error: |fatal error: |panic: |http: panic|found unexpected goroutines|Java-level deadlock|panicked at |Running under ThreadSanitizer|race detected during|data race\(s\)/;

/** The report that a line begins, of the lines that `HINT` knows. */
export function shapeOf(line: string): Shape | undefined {
  return SHAPES.find(({ begins }) => begins.test(line));
}

/**
 * A line that only a runtime with a detector in it prints: at its start with `verbosity=1` in GORACE or TSAN_OPTIONS, or
 * when a test failed over a race.
 */
export const DETECTOR_MARK =
  /\*{5} Running under ThreadSanitizer|^\s*(?:testing\.go:\d+: )?race detected during execution of test|^Found \d+ data race\(s\)|^WARNING: DATA RACE\s*$/;
