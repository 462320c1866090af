import { createHash } from 'node:crypto';

import type { CallStack, DiagnosticKind, StackFrame } from '../model/diagnostic.ts';
import type { Block } from './scanner.ts';

/** A report that was taken apart. Paths of frames are as the program printed them. */
export interface Report {
  readonly kind: DiagnosticKind;
  readonly tool: string;
  readonly message: string;
  readonly stacks: readonly CallStack[];
}

const STACKS = 4;
const FRAMES = 12;

const GO_FILE = /^\s+(\/?[^\s:][^:]*\.(?:go|s|c|cgo)):(\d+)(?: \+0x[0-9a-f]+)?\s*$/;
const CREATED = /^\s*created by (\S+)/;
const RUST_PLACE = /panicked at (?:'.*', )?([^\s:]+):(\d+):(\d+)/;
const UB_PLACE = /^(\S[^:]*):(\d+):(\d+): runtime error: (.*)$/;
const HEADINGS =
  /^\s*(?:(?:Previous )?(?:atomic )?(?:[Rr]ead|[Ww]rite)\b.* by |(?:Goroutine|Thread T)\S* .*created|goroutine \d+|\[Goroutine \d+|Direct leak|Indirect leak|(?:freed|previously allocated|allocated) by|Location is|READ of|WRITE of|Mutex \S+ )/;

/** Takes a report apart: what it says, and who called what. */
export function parseBlock<Origin>({ kind, tool, lines }: Pick<Block<Origin>, 'kind' | 'tool' | 'lines'>): Report {
  const stacks = stacksOf(lines).filter(({ frames }) => frames.length > 0);
  return { kind, tool, message: messageOf(kind, lines), stacks: stacks.slice(0, STACKS) };
}

function stacksOf(lines: readonly string[]): CallStack[] {
  const single = singlePlace(lines[0] ?? '');
  if (single !== undefined) return [{ title: 'at', frames: [single] }];
  const stacks: CallStack[] = [];
  let call: string | undefined;
  const current = (): CallStack => {
    const last = stacks.at(-1);
    if (last !== undefined) return last;
    stacks.push({ title: 'at', frames: [] });
    return stacks[0] ?? { title: 'at', frames: [] };
  };
  const push = (frame: StackFrame): void => {
    if (current().frames.length < FRAMES) current().frames.push(frame);
  };
  for (const line of lines) {
    const numbered = numberedFrame(line);
    const file = GO_FILE.exec(line);
    if (HEADINGS.test(line)) stacks.push({ title: titleOf(line), frames: [] });
    else if (numbered !== undefined) push(numbered);
    else if (file !== null && call !== undefined) {
      push(frameOf(call, file[1], file[2]));
      call = undefined;
    } else call = CREATED.test(line) ? undefined : (goCall(line) ?? call);
  }
  return stacks;
}

/** `#1 0x55d4 in boom /app/a.c:2 (app+0x11)`. Taken apart by hand: what a program prints must not make a pattern think for hours. */
function numberedFrame(line: string): StackFrame | undefined {
  const text = line.trim();
  if (!/^#\d{1,4}\s/.test(text)) return undefined;
  const parts = text.split(/\s+/).slice(1);
  if (parts[1] === 'in' && /^0x[0-9a-f]+$/.test(parts[0] ?? '')) parts.splice(0, 2);
  // The module and its offset: `(app+0x11)`, `(BuildId: …)`.
  const module = parts.findLastIndex((part) => part.startsWith('(') && !/:\d+\)?$/.test(part));
  const told = module > 0 && parts.at(-1)?.endsWith(')') === true && !/:\d+\)$/.test(parts.at(-1) ?? '') ? parts.slice(0, module) : parts;
  const place = placeOf(told.at(-1) ?? '');
  const name = (place === undefined ? told : told.slice(0, -1)).join(' ');
  return name === '' ? undefined : { function: name, ...(place === undefined ? {} : { location: place }) };
}

function placeOf(text: string): StackFrame['location'] | undefined {
  const parts = text.replace(/^\(/, '').replace(/\)$/, '').split(':');
  const numbers = parts.slice(-2).filter((part) => /^\d{1,9}$/.test(part));
  const [line] = parts.length > 2 && numbers.length === 2 ? numbers : numbers.slice(-1);
  const path = parts.slice(0, parts.length > 2 && numbers.length === 2 ? -2 : -1).join(':');
  return line === undefined || path === '' || !/^\d/.test(parts.at(-1) ?? '') ? undefined : { path, line: Number(line) };
}

/** `example.com/gate.(*Gate).Allowed(0xc000…)` without what it was called with. */
function goCall(line: string): string | undefined {
  const text = line.trim();
  let at = text.indexOf('(');
  // `.(*Gate)` is a receiver.
  while (at > 0 && text[at - 1] === '.') at = text.indexOf('(', at + 1);
  if (at <= 0 || !text.endsWith(')')) return undefined;
  const name = text.slice(0, at);
  return /^[\w./~%()*[\]·…,{}-]+$/.test(name) ? name : undefined;
}

function singlePlace(first: string): StackFrame | undefined {
  const place = UB_PLACE.exec(first) ?? RUST_PLACE.exec(first);
  return place === null ? undefined : frameOf('(source)', place[1], place[2]);
}

function frameOf(name: string, path: string | undefined, line: string | undefined): StackFrame {
  const plain = name.trim();
  return path === undefined ? { function: plain } : { function: plain, location: { path, line: Number(line) } };
}

/** `Previous write by goroutine`: without addresses and numbers, which differ from run to run. */
function titleOf(line: string): string {
  return line
    .trim()
    .replace(/^\[/, '')
    .replace(/,? with .*$/, '')
    .replace(/\b(?:at )?0x[0-9a-f]+\b/g, '')
    .replace(/\bof size (\d+)/, '($1 bytes)')
    .replace(/\b(by|[Gg]oroutine|thread|Thread) T?\d+\b/g, '$1')
    .replace(/\(mutexes:[^)]*\)/, '')
    .replace(/[\s:]+$/, '')
    .replace(/\s+/g, ' ');
}

function messageOf(kind: DiagnosticKind, lines: readonly string[]): string {
  const first = (lines[0] ?? '').trim();
  const summary = lines.findLast((line) => line.startsWith('SUMMARY: '));
  if (kind === 'data-race') return 'data race';
  if (kind === 'memory-leak' && summary !== undefined) return summary.replace(/^SUMMARY: \w+: /, '').trim();
  if (kind === 'goroutine-leak') {
    const goroutines = lines.filter((line) => /^\s*\[?[Gg]oroutine \d+ in state/.test(line)).length;
    return `found unexpected goroutines${goroutines > 1 ? ` (${goroutines})` : ''}`;
  }
  return first
    .replace(/^==\d+==/, '')
    .replace(/^(?:ERROR|WARNING): /, '')
    .replace(/ \(pid=\d+\)/, '')
    .replace(/ on (?:unknown )?address 0x.*$/, '')
    .replace(/\b0x[0-9a-f]+\b/g, '0x…')
    .slice(0, 300);
}

/** Runtimes, standard libraries and test runners: true, and the same for every cause. */
const FOREIGN =
  /^(?:runtime[./]|internal\/|sync[./]|testing\.|panic$|net\/http\.|go\.uber\.org\/goleak|__(?:interceptor_|tsan|asan|libc)|std::|core::|malloc$|calloc$|realloc$|free$|operator new|pthread_)|^(?:memcpy|memset|memmove|strlen|strcpy)$/;

/** The innermost call of the project's own code, or of anybody when there is none. */
export function ownFrame({ frames }: CallStack): StackFrame | undefined {
  return (
    frames.find(({ function: name, location }) => !FOREIGN.test(name) && !/\/(?:go|golang)\/src\/|\/rustc\//.test(location?.path ?? '')) ??
    frames[0]
  );
}

/** The stacks that tell one cause from another: both sides of a race, the first call otherwise. */
export function tellingStacks({ kind, stacks }: Pick<Report, 'kind' | 'stacks'>): readonly CallStack[] {
  return stacks.slice(0, kind === 'data-race' ? 2 : 1);
}

/**
 * The same for every report of one cause: kind and innermost own calls, without lines, addresses, numbers of threads and
 * of closures. The two sides of a race come in any order.
 */
export function fingerprintOf(report: Report): string {
  const tops = tellingStacks(report).flatMap((stack) => {
    const frame = ownFrame(stack);
    return frame === undefined ? [] : [`${plainName(frame.function)}@${frame.location?.path.replace(/^.*\//, '') ?? ''}`];
  });
  const key = [report.kind, ...new Set(tops.sort()), ...(tops.length === 0 ? [report.message.replace(/\d+/g, 'N')] : [])];
  return createHash('sha256').update(key.join('\0')).digest('hex').slice(0, 16);
}

/** `pkg.Handler.func2.1` is `pkg.Handler`: closures are numbered by their order in the file. */
export function plainName(name: string): string {
  return name.replace(/(?:\.func\d+(?:\.\d+)*|\.gowrap\d+|-range\d+)+$/, '').replace(/\[[^\]]*\]/g, '');
}
