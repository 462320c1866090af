import { parseExpression, type Expression } from './expression.ts';

export type Language = 'python' | 'script' | 'go';

/** A condition that must hold for a place of a program to be reached. */
export interface Gate {
  readonly test: Expression;
  readonly negated: boolean;
}

const FAR = 20_000;
/** Where nobody writes semicolons a line that begins like this is a new statement. */
const STATEMENT =
  /^\s*(?:export|const|let|var|return|await|throw|if|else|for|while|switch|try|case|default|[\w.$\]['"]+\s*=[^=>]|[\w.$]+\()/;

/** The conditions around a place, as far as its own function and file show them. */
export function gatesAround(text: string, at: number, language: Language): Gate[] {
  return language === 'python' ? byIndentation(text, at) : byBrackets(text, at, language);
}

function byIndentation(text: string, at: number): Gate[] {
  const lines = text.slice(Math.max(0, at - FAR), at).split('\n');
  let inner = indentOf(text.slice(text.lastIndexOf('\n', at - 1) + 1, at + 1));
  const gates: Gate[] = [];
  /** Indentation of an `else` or `elif` whose `if` is still to come. */
  let chain: number | undefined;
  for (const line of lines.slice(0, -1).toReversed()) {
    if (line.trim() === '' || /^\s*#/.test(line)) continue;
    const indent = indentOf(line);
    const [, word, condition = ''] = /^\s*(if|elif|else)\b\s*(.*?):\s*(?:#.*)?$/.exec(line) ?? [];
    if (chain === indent && (word === 'if' || word === 'elif')) {
      gates.push({ test: parseExpression(condition), negated: true });
      if (word === 'if') chain = undefined;
      continue;
    }
    if (indent >= inner) continue;
    inner = indent;
    chain = undefined;
    if (/^\s*(?:async\s+)?(?:def|class)\b/.test(line)) break;
    if (word === 'if' || word === 'elif') gates.push({ test: parseExpression(condition), negated: false });
    if (word === 'elif' || word === 'else') chain = indent;
  }
  return gates;
}

function indentOf(line: string): number {
  return /^[ \t]*/.exec(line)?.[0].length ?? 0;
}

interface Frame {
  readonly open: number;
  /** Where what leads to the bracket begins. */
  readonly from: number;
}

/** Brackets that are open at the place, the innermost first; each tells by what stands before it whether it is a condition's. */
function byBrackets(text: string, at: number, language: Language): Gate[] {
  const start = Math.max(0, at - FAR);
  const frames: Frame[] = [];
  const closed = new Map<number, number>();
  let from = start;
  for (const { index, sign } of signs(text, start, at)) {
    if ('([{'.includes(sign)) {
      frames.push({ open: index, from });
      from = index + 1;
    } else if (')]}'.includes(sign)) {
      const frame = frames.pop();
      if (frame) closed.set(index, frame.open);
      from = sign === '}' && isStatement(text, frame) ? index + 1 : (frame?.from ?? from);
    } else from = index + 1;
  }
  const leads = [
    ...frames.map(({ open, from: begin }) => ({ lead: text.slice(begin, open), open })),
    { lead: text.slice(from, at), open: at },
  ];
  return leads.flatMap(({ lead, open }) => [
    ...(text[open] === '{' ? blockGates({ text, open, lead, closed, language }) : []),
    ...(text[open] === '{' ? [] : bareGates(lead)),
    ...choiceGates(lead),
  ]);
}

function isStatement(text: string, frame: Frame | undefined): boolean {
  return (
    frame !== undefined && /^\s*(?:if\b|else\b|for\b|while\b|func\b|function\b|try\b|\}?\s*$)/.test(text.slice(frame.from, frame.open))
  );
}

/** Brackets and what ends a part, outside of texts and comments. */
function* signs(text: string, start: number, end: number): Generator<{ index: number; sign: string }> {
  const pattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[()[\]{},;]/g;
  pattern.lastIndex = start;
  for (let found = pattern.exec(text); found && found.index < end; found = pattern.exec(text))
    if (found[0].length === 1) yield { index: found.index, sign: found[0] };
}

interface Block {
  readonly text: string;
  readonly open: number;
  readonly lead: string;
  readonly closed: ReadonlyMap<number, number>;
  readonly language: Language;
}

function blockGates({ text, open, lead, closed, language }: Block): Gate[] {
  const condition = conditionOf(lead, language);
  if (condition !== undefined) return [{ test: parseExpression(condition), negated: false }];
  if (!/\belse\s*$/.test(lead) && !/^\s*else\b/.test(lead)) return [];
  const before = /\}\s*$/.exec(text.slice(Math.max(0, open - 200), open).replace(/else\s*$/, ''));
  if (!before) return [];
  const end = text.lastIndexOf('}', open);
  const opened = closed.get(end);
  if (opened === undefined) return [];
  const head = text.slice(Math.max(0, opened - 300), opened);
  const other = conditionOf(head.slice(Math.max(head.lastIndexOf('\n'), 0)), language);
  return other === undefined ? [] : [{ test: parseExpression(other), negated: true }];
}

function conditionOf(lead: string, language: Language): string | undefined {
  const found = language === 'go' ? /\bif\s+(?:[^;{}\n]*;\s*)?([^;{}\n]+?)\s*$/.exec(lead) : /\bif\s*\(([\s\S]{1,500})\)\s*$/.exec(lead);
  return found?.[1];
}

/** `if (dev) process.env.X = …`, without a block of its own. */
function bareGates(lead: string): Gate[] {
  const condition = /\bif\s*\(([^\n]{1,300})\)\s*[\w$.[\]'"]*$/.exec(lead)?.[1];
  return condition === undefined ? [] : [{ test: parseExpression(condition), negated: false }];
}

/** `dev ? {…`, `dev && {…`, `prod ? x : {…` before a bracket or a value. */
function choiceGates(lead: string): Gate[] {
  const lines = lead.split('\n');
  const own = lines
    .slice(
      Math.max(
        0,
        lines.findLastIndex((line) => STATEMENT.test(line)),
      ),
    )
    .join('\n')
    .replace(/^[\s\S]*?(?:\breturn\b|=>|(?<![=!<>])=(?!=)|^\s*["']?[\w-]+["']?\s*:(?!:)|\.\.\.)\s*\(*/, '');
  const no = /^([^?]{1,300}?)\?(?![.?])([^?]{0,300}?)\s:\s*[^?:]*$/.exec(own);
  if (no) return [{ test: parseExpression(no[1] ?? ''), negated: true }];
  const yes = /^([^?]{1,300}?)\?(?![.?])[^?:]*$/.exec(own);
  if (yes) return [{ test: parseExpression(yes[1] ?? ''), negated: false }];
  const also = /^([\s\S]{1,300})&&[^&]*$/.exec(own);
  return also ? [{ test: parseExpression(also[1] ?? ''), negated: false }] : [];
}
