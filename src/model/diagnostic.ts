import { z } from 'zod';

import { Location } from './source.ts';

/** What a runtime, a sanitizer or a leak checker reports about a running program. */
export const DiagnosticKind = z.enum([
  'data-race',
  'concurrent-map',
  'deadlock',
  'fatal',
  'panic',
  'memory-error',
  'undefined-behavior',
  'memory-leak',
  'goroutine-leak',
]);
export type DiagnosticKind = z.output<typeof DiagnosticKind>;

/** One call of a stack; `location` is a path of the repository where the frame's file could be found in it. */
export const StackFrame = z.object({ function: z.string(), location: Location.optional() });
export type StackFrame = z.output<typeof StackFrame>;

/** `Previous write by goroutine`, with its calls, innermost first. */
export const CallStack = z.object({ title: z.string(), frames: z.array(StackFrame) });
export type CallStack = z.output<typeof CallStack>;

/** Where a report was seen: a file of the run or a result file, and the test that printed it. */
export const DiagnosticSighting = z.object({
  source: z.string(),
  service: z.string().optional(),
  suite: z.string().optional(),
  test: z.string().optional(),
  count: z.number(),
});
export type DiagnosticSighting = z.output<typeof DiagnosticSighting>;

/** Reports of one cause: the same kind in the same functions, whatever the addresses, threads and lines. */
export const Diagnostic = z.object({
  kind: DiagnosticKind,
  /** Who says so: `Go race detector`, `AddressSanitizer`. */
  tool: z.string(),
  message: z.string(),
  /** Stable over addresses, thread numbers and moved lines. */
  fingerprint: z.string(),
  stacks: z.array(CallStack),
  /** The first report as it was printed, bounded and redacted. */
  text: z.string(),
  count: z.number(),
  seen: z.array(DiagnosticSighting),
});
export type Diagnostic = z.output<typeof Diagnostic>;

/** Whether a race detector or sanitizer was really on while a command ran, and what shows it. */
export const Detector = z.object({ state: z.enum(['on', 'off', 'unknown']), shows: z.string() });
export type Detector = z.output<typeof Detector>;

/** Lines of one service that are critical by their own level, alike but for times, ids and numbers. */
export const CriticalLines = z.object({
  service: z.string(),
  level: z.string(),
  /** The line without what changes from one to the next; stable over runs. */
  pattern: z.string(),
  count: z.number(),
  /** The first one as it was printed, bounded and redacted. */
  first: z.string(),
  /** When they were printed (ISO 8601), as the engine says: the first ones, where it does. */
  at: z.array(z.string()),
  source: z.string(),
});
export type CriticalLines = z.output<typeof CriticalLines>;

/** What was looked through for reports and critical lines, and what was found. */
export const DiagnosticsFields = {
  /** The command that was looked through; services of the stack without it. */
  command: z.string().optional(),
  /** Only where a race detector was asked for. */
  detector: Detector.optional(),
  reports: z.array(Diagnostic),
  /** Causes beyond the bound. */
  omitted: z.number(),
  critical: z.array(CriticalLines).optional(),
  /** Files that were looked through. */
  sources: z.array(z.string()),
  /** Why a report may have been missed. */
  incomplete: z.string().optional(),
};
