import { oneLine } from './text.ts';

/** A frame of a stack trace, of JavaScript or of the JVM. */
const FRAME = /^\s*at (?:async )?\S/;
/** Frames of runtimes and test runners: true, and no help to whoever has to repair the code. */
const FOREIGN = /[(/\s](?:node:|java\.base\/|jdk\.internal\.|sun\.reflect\.|org\.junit\.|junit\.)|\/node_modules\/|^\s*at (?:async )?node:/;
/** `node --test` wraps every error in one of its own, with the real one as its cause: https://nodejs.org/api/errors.html#err_test_failure */
const WRAPPED = /^\[?Error \[ERR_TEST_FAILURE\][\s\S]*?\n\s*cause: /;

/**
 * What a failed test says, for people: the message once, what the runner adds, and the frames of the project's own code.
 * The whole of it stays in the report file.
 */
export function readableFailure(message = '', detail = ''): string {
  const lines = detail.trim().replace(WRAPPED, '').split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  const last = lines.findLastIndex((line) => FRAME.test(line));
  const before = (first < 0 ? lines : lines.slice(0, first)).join('\n').trim();
  const frames = first < 0 ? [] : lines.slice(first, last + 1).filter((line) => !FOREIGN.test(line));
  const trace = frames.map((line) => line.replace(/ \{$/, '').trimEnd()).join('\n');
  const said = saidBy(before, message) ? '' : message.trim();
  return [said, before, trace]
    .filter((part) => part.trim() !== '')
    .join('\n')
    .replace(/\n\s*\n/g, '\n');
}

/** pytest writes the message again, of several lines, behind its `E`s. */
function saidBy(detail: string, message: string): boolean {
  const said = oneLine(message);
  if (oneLine(detail).includes(said)) return true;
  const errors = detail.split('\n').filter((line) => /^E( |$)/.test(line));
  return message.includes('\n') && oneLine(errors.map((line) => line.slice(1)).join('\n')).includes(said);
}

/** The line of `file` that a trace names first. */
export function lineInTrace(file: string, detail = ''): number | undefined {
  const at = detail.split('\n').find((line) => line.includes(`${file}:`));
  const line = Number(/^\d{1,7}/.exec(at?.slice(at.indexOf(`${file}:`) + file.length + 1) ?? '')?.[0]);
  return line > 0 ? line : undefined;
}
