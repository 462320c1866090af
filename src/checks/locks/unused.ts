import { closing, lineAt, maskGo, maskPython, maskScript } from '../repository/mask.ts';
import type { LockFacts } from './judge.ts';

export interface Code {
  readonly path: string;
  readonly text: string;
}

/** What a lock is made with, in each language. Where everything runs on one thread (asyncio, JavaScript) nothing is lost without one. */
export const HINTS: readonly string[] = [
  'Lock()',
  'sync.Mutex',
  'sync.RWMutex',
  'ReentrantLock(',
  'object _',
  'new object()',
  'new Object()',
];
const FILES = /\.(?:py|go|java|cs)$/;
const PER_FILE = 20;

export function mayHoldLock(path: string): boolean {
  return FILES.test(path);
}

export interface Looked {
  readonly locks: number;
  readonly unused: LockFacts['unused'];
}

/** Locks of one file that nothing takes although something is counted beside them. `beside` are the other files of its folder. */
export function unusedLocks(code: Code, beside: readonly Code[]): Looked {
  if (code.path.endsWith('.py')) return inPython(code);
  if (code.path.endsWith('.go')) return inGo(code, beside);
  return inClasses(code);
}

type Unused = LockFacts['unused'][number];

function inPython({ path, text }: Code): Looked {
  const masked = maskPython(text);
  const made = [
    ...masked.matchAll(/^[ \t]+self\.(\w+)(?:\s*:[^=\n]{1,60})?\s*=\s*(?:threading\.|multiprocessing\.)?R?Lock\(\)/gm).take(PER_FILE),
  ];
  // `Lock` of asyncio by its bare name.
  if (/\bfrom\s+asyncio\b|\bfrom\s+anyio\b|\bfrom\s+trio\b/.test(masked)) return { locks: 0, unused: [] };
  const unused = made.flatMap(({ index, 1: lock = '' }): Unused[] => {
    if (wordsOf(masked, lock) > declarationsOf(made, lock)) return [];
    const { from, to, name } = classAround(masked, index);
    const count = [...masked.slice(from, to).matchAll(/\bself\.(\w+)\s*(?:[+-]=|=\s*self\.\1\s*[+-])/g)].find(
      (one) => !/\bdef\s+__init__\b/.test(methodAround(masked, from + one.index)),
    );
    return count
      ? [
          {
            path,
            line: lineAt(text, index + 1),
            lock,
            owner: name,
            counter: `self.${count[1] ?? ''}`,
            countedAt: lineAt(text, from + count.index),
          },
        ]
      : [];
  });
  return { locks: made.length, unused };
}

function classAround(masked: string, at: number): { from: number; to: number; name: string } {
  const head = [...masked.slice(0, at).matchAll(/^([ \t]*)class\s+(\w+)/gm)].at(-1);
  if (!head) return { from: 0, to: masked.length, name: 'the module' };
  const from = head.index + head[0].length;
  const indent = head[1]?.length ?? 0;
  const end = new RegExp(String.raw`^[ \t]{0,${String(indent)}}[^\s#)\]}"']`, 'm').exec(masked.slice(masked.indexOf('\n', from) + 1));
  const to = end ? masked.indexOf('\n', from) + 1 + end.index : masked.length;
  return { from, to, name: head[2] ?? '' };
}

function methodAround(masked: string, at: number): string {
  return [...masked.slice(0, at).matchAll(/^[ \t]*(?:async\s+)?def\s+\w+/gm)].at(-1)?.[0] ?? '';
}

function inGo({ path, text }: Code, beside: readonly Code[]): Looked {
  const masked = maskGo(text);
  const whole = [masked, ...beside.map((one) => maskGo(one.text))].join('\n');
  const structs = [...masked.matchAll(/\btype\s+(\w+)(?:\[[^\]\n]{1,80}\])?\s+struct\s*\{/g).take(200)];
  let locks = 0;
  const unused = structs.flatMap(({ index, 0: head, 1: owner = '' }): Unused[] => {
    const open = index + head.length - 1;
    const body = masked.slice(open, closing(masked, open) ?? open);
    return [...body.matchAll(/^[ \t]+(?:(\w+)\s+)?\*?sync\.(?:RW)?Mutex\b/gm)].flatMap((field): Unused[] => {
      locks += 1;
      const lock = field[1];
      // What begins with a capital, or is part of the type itself, others may take.
      if (lock === undefined ? /^[A-Z]/.test(owner) || /\.R?Lock\(\)/.test(whole) : /^[A-Z_]/.test(lock)) return [];
      if (lock !== undefined && new RegExp(String.raw`\.${lock}\b`).test(whole)) return [];
      const count = countInMethods(masked, owner);
      const at = open + field.index + field[0].search(/\S/);
      return count === undefined
        ? []
        : [{ path, line: lineAt(text, at), lock: lock ?? 'Mutex', owner, counter: count.name, countedAt: lineAt(text, count.at) }];
    });
  });
  return { locks, unused };
}

function countInMethods(masked: string, owner: string): { name: string; at: number } | undefined {
  for (const method of masked.matchAll(new RegExp(String.raw`\bfunc\s*\(\s*(\w+)\s+\*${owner}\b[^)]*\)[^{\n]*\{`, 'g'))) {
    const open = method.index + method[0].length - 1;
    const body = masked.slice(open, closing(masked, open) ?? open);
    const count = new RegExp(String.raw`\b${method[1] ?? ''}\.(\w+)\s*(?:\+\+|--|[+-]=)`).exec(body);
    if (count) return { name: `${owner}.${count[1] ?? ''}`, at: open + count.index };
  }
  return undefined;
}

/** Java and C#: a private lock whose name stands nowhere else, and a private number that is counted. */
function inClasses({ path, text }: Code): Looked {
  const masked = maskScript(text);
  const made = [
    ...masked
      .matchAll(
        /\bprivate\s+(?:static\s+)?(?:final\s+|readonly\s+)?(?:(?:Reentrant)?Lock|[Oo]bject)\s+(\w*[Ll]ock\w*|\w*[Mm]utex\w*|_?sync\w*)\s*=\s*new\s*(?:ReentrantLock|[Oo]bject)?\s*\(/g,
      )
      .take(PER_FILE),
  ];
  if (made.length === 0 || /\bsynchronized\b|\bInterlocked\b|\bMethodImplOptions\.Synchronized\b/.test(masked))
    return { locks: made.length, unused: [] };
  const unused = made.flatMap(({ index, 1: lock = '' }): Unused[] => {
    if (wordsOf(masked, lock) > declarationsOf(made, lock)) return [];
    const counts = [...masked.matchAll(/\bprivate\s+(?:static\s+)?(?:int|long|double)\s+(\w+)\s*(?:=[^;\n]{1,60})?;/g)].flatMap(
      ({ 1: name = '' }) => {
        const count = new RegExp(String.raw`(?<![\w.])(?:this\.)?${name}\s*(?:\+\+|--|[+-]=)`).exec(masked);
        return count ? [{ name, at: count.index }] : [];
      },
    );
    const [count] = counts;
    const owner = [...masked.slice(0, index).matchAll(/\bclass\s+(\w+)/g)].at(-1)?.[1] ?? 'the class';
    return count ? [{ path, line: lineAt(text, index), lock, owner, counter: count.name, countedAt: lineAt(text, count.at) }] : [];
  });
  return { locks: made.length, unused };
}

function wordsOf(masked: string, name: string): number {
  return masked.match(new RegExp(String.raw`\b${name}\b`, 'g'))?.length ?? 0;
}

function declarationsOf(made: readonly RegExpExecArray[], name: string): number {
  return made.filter((one) => one[1] === name).length;
}
