import type { VacuousKind } from './judge.ts';
import { closing, lineAt, maskGo, maskPython, maskScript } from '../repository/mask.ts';

export interface Suspect {
  readonly line: number;
  readonly name: string;
  readonly kind: VacuousKind;
}

export interface Scan {
  readonly tests: number;
  readonly suspects: readonly Suspect[];
}

/** The body of one test: as written, and masked. */
interface Body {
  readonly name: string;
  readonly line: number;
  readonly text: string;
  readonly masked: string;
}

type Language = 'script' | 'python' | 'go';

/** Which test language a path is; `undefined` for what is no test file by its name. */
export function testLanguage(path: string): Language | undefined {
  if (/(?:^|\/)(?:node_modules|vendor|testdata|fixtures?|__fixtures__|dist|build|third_party)\//.test(path)) return undefined;
  if (/(?:[._-](?:test|spec)|\/__tests__\/[^/]+)\.[cm]?[jt]sx?$/.test(path)) return 'script';
  if (/(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/.test(path)) return 'python';
  return path.endsWith('_test.go') ? 'go' : undefined;
}

/** Tests that cannot fail, whatever the code does. What is not certain is passed over: a call may assert inside. */
export function scanTests(text: string, language: Language): Scan {
  const bodies = language === 'script' ? scriptTests(text) : language === 'python' ? pythonTests(text) : goTests(text);
  const suspects = bodies.flatMap((body) => {
    const kind = vacuity(body, language);
    return kind === undefined ? [] : [{ line: body.line, name: body.name, kind }];
  });
  return { tests: bodies.length, suspects };
}

function vacuity({ text, masked }: Body, language: Language): VacuousKind | undefined {
  const code = masked.trim();
  if (code === '' || code === ';' || (language === 'python' && isPythonNothing(masked)))
    // The examples of a docstring are tests of their own.
    return text.includes('>>>') ? undefined : 'empty';
  if (text.length <= SHORT && statementsOf(text, masked, language).every((line) => CONSTANT[language].test(line))) return 'constant';
  if (language === 'python' ? pythonSwallows(masked) : language === 'script' && scriptSwallows(code)) return 'swallowed';
  if (LEAVES[language].test(code)) return 'leaves-when-empty';
  return WORKS[language].test(code) ? undefined : 'no-call';
}

/** A body that only asserts constants is not longer. Characters. */
const SHORT = 5_000;

const LITERAL = String.raw`(?:true|false|null|undefined|None|True|False|-?\d+(?:\.\d+)?|"[^"]*"|'[^']*'|\[\]|\{\})`;
/** One statement that holds whatever happens. */
const CONSTANT: Readonly<Record<Language, RegExp>> = {
  script: new RegExp(
    String.raw`^(?:expect\(\s*${LITERAL}\s*\)(?:\.not)?\.to(?:\w+|(?:\.\w+)+)(?:\(\s*(?:${LITERAL})?\s*\))?|assert(?:\.(?:ok|equal|strictEqual|deepEqual|isTrue))?\(\s*${LITERAL}(?:\s*,\s*${LITERAL})?\s*\))$`,
  ),
  python: new RegExp(
    String.raw`^(?:assert\s+${LITERAL}(?:\s*(?:==|is)\s*${LITERAL})?|self\.assert(?:True|Equal|Equals|IsNone)\(\s*${LITERAL}(?:\s*,\s*${LITERAL})?\s*\)|pass)$`,
  ),
  go: /^(?:assert|require)\.(?:True|Equal|NoError)\(t,\s*(?:true|nil|-?\d+(?:,\s*-?\d+)?)\)$/,
};

/** Anything that could fail or assert inside: a call, a wait, a throw, JSX, a member that may not be there. */
const WORKS: Readonly<Record<Language, RegExp>> = {
  script: /[\w$\])]\s*(?:<[^<>()]*>)?\(|`|\bawait\b|\bthrow\b|\bimport\b|\bnew\b|\byield\b|\.[A-Za-z_$]|\[|<\w/,
  python: /\w\s*\(|\bassert\b|\braise\b|\bwith\b|\bawait\b|\bimport\b|\byield\b|\.[A-Za-z_]|\[|\bdel\b/,
  go: /\w\s*\(|\bpanic\b|<-|\[|\{|\.[A-Za-z_]/,
};

/** The first thing that the body does with what it got is to leave when that is empty. */
const LEAVES: Readonly<Record<Language, RegExp>> = {
  script:
    /^(?:(?!\b(?:expect|assert|should|t)\b)[^;{}]*;\s*)*if\s*\(\s*(?:!\s*[\w.?]+\.(?:length|size)|[\w.?]+\.(?:length|size)\s*===?\s*0)\s*\)\s*(?:\{\s*return;?\s*\}|return\b\s*;)/,
  python:
    /^(?:(?!\s*(?:assert|if|for|while|with|try|self\.assert)\b)[^\n]*\n)*\s*if\s+(?:len\(\s*[\w.]+\s*\)\s*==\s*0|not\s+[\w.]*(?:rows|items|results|list|records|entries|data|docs)\w*)\s*:\s*(?:\n\s*)?return\s*(?:\n|$)/,
  go: /^(?:(?!\b(?:if|for|assert|require|t\.)\b)[^\n{}]*\n)*\s*if\s+len\(\s*[\w.]+\s*\)\s*==\s*0\s*\{\s*return\s*\}/,
};

/** `try {…} catch {}` is all of the body. */
function scriptSwallows(code: string): boolean {
  const open = /^try\s*\{/.exec(code);
  const end = open ? closing(code, open[0].length - 1) : undefined;
  return end !== undefined && /^\s*catch\s*(?:\([^)]*\)\s*)?\{\s*\}\s*;?\s*$/.test(code.slice(end + 1));
}

/** The same with `except Exception: pass`, which catches the failed assertion too. */
function pythonSwallows(masked: string): boolean {
  const lines = masked.split('\n').filter((line) => line.trim() !== '');
  const indent = /^\s*/.exec(lines[0] ?? '')?.[0] ?? '';
  const own = lines.filter((line) => line.startsWith(indent) && !/^\s/.test(line.slice(indent.length))).map((line) => line.trim());
  const [first, second] = own;
  const except = /^except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:\s*(pass|\.\.\.)?$/.exec(second ?? '');
  if (own.length !== 2 || first !== 'try:' || !except) return false;
  const last = lines.at(-1)?.trim() ?? '';
  return (
    except[1] !== undefined ||
    (/^(?:pass|\.\.\.)$/.test(last) && lines.indexOf(lines.findLast((line) => line.trim() === second) ?? '') === lines.length - 2)
  );
}

function statementsOf(text: string, masked: string, language: Language): string[] {
  // Offsets of the masked text say where comments are: they are taken out of the text as written.
  const isComment = (at: number) => masked[at] === ' ' && text[at] !== ' ' && !inString(masked, at);
  const written = Array.from({ length: text.length }, (_, at) => (isComment(at) ? ' ' : (text[at] ?? ''))).join('');
  const parts = language === 'script' ? written.split(/;|\n/) : written.split('\n');
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** A blank of the masked text lies within quotes when the quotes before it on its line are odd in number. */
function inString(masked: string, at: number): boolean {
  const from = masked.lastIndexOf('\n', at) + 1;
  return (masked.slice(from, at).match(/["'`]/g)?.length ?? 0) % 2 === 1;
}

function isPythonNothing(masked: string): boolean {
  const lines = masked.split('\n').map((line) => line.trim());
  return lines.every((line) => line === '' || line === 'pass' || line === '...' || /^[rbuf]*"\s*"?$/i.test(line) || /^"+\s*"*$/.test(line));
}

const SCRIPT_TEST = /(?<![\w$.])(?:it|test)(?:\.(?:only|concurrent|sequential))?\s*\(/g;

function scriptTests(text: string): Body[] {
  const masked = maskScript(text);
  return [...masked.matchAll(SCRIPT_TEST)].flatMap((found): Body[] => {
    const open = found.index + found[0].length - 1;
    const end = closing(masked, open);
    const title = /^\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1\s*,/.exec(text.slice(open + 1, open + 600));
    if (end === undefined || !title) return [];
    const rest = open + 1 + title[0].length;
    // The body is the first block of the callback: `() => {`, `async function () {`, `(t) => {`.
    const callback = /^\s*(?:async\s+)?(?:function\s*\w*\s*\([^()]*\)|\([^()]*\)\s*(?::\s*[\w<>]+\s*)?=>|\w+\s*=>)\s*\{/.exec(
      masked.slice(rest, end),
    );
    if (!callback) return [];
    const brace = rest + callback[0].length - 1;
    const close = closing(masked, brace);
    // Arguments of a callback are told what happens by others: `done`, `t`, a fixture that works by being asked for.
    if (close === undefined || !/\(\s*\)|function\s*\w*\s*\(\s*\)/.test(callback[0])) return [];
    return [
      {
        name: (title[2] ?? '').slice(0, 200) || '(no name)',
        line: lineAt(text, found.index),
        text: text.slice(brace + 1, close),
        masked: masked.slice(brace + 1, close),
      },
    ];
  });
}

const PYTHON_TEST = /^([ \t]*)(?:async[ \t]+)?def[ \t]+(test_\w+|test[A-Z]\w*)[ \t]*\(([^)]*)\)[^\n]*:[ \t]*(.*)$/gm;

function pythonTests(text: string): Body[] {
  const masked = maskPython(text);
  return [...masked.matchAll(PYTHON_TEST)].flatMap((found): Body[] => {
    const [whole, indent = '', name = '', parameters = '', inline = ''] = found;
    const from = found.index + whole.length - inline.length;
    const next = new RegExp(String.raw`^[ \t]{0,${indent.length}}\S`, 'gm');
    next.lastIndex = found.index + whole.length;
    const to = next.exec(masked)?.index ?? masked.length;
    // A fixture may be all that a test is about; a decorator may skip it, expect it to fail, or fill it.
    const plain = parameters.split(',').every((parameter) => ['', 'self', 'cls'].includes(parameter.trim()));
    const decorated = /(?:^|\n)[ \t]*@[^\n]*\n(?:[ \t]*@[^\n]*\n|[ \t]*\)[^\n]*\n)*$/.test(
      masked.slice(Math.max(0, found.index - 2_000), found.index),
    );
    if (!plain || decorated || !isCollected(masked.slice(0, found.index), indent)) return [];
    return [{ name, line: lineAt(text, found.index), text: text.slice(from, to), masked: masked.slice(from, to) }];
  });
}

/** A function of the module, or a method of a test class of the module: what a runner collects. */
function isCollected(before: string, indent: string): boolean {
  if (indent === '') return true;
  const around = before.match(/^(?:(?:async[ \t]+)?def|class)\b[^\n]*/gm)?.at(-1);
  const lesser = before.match(new RegExp(String.raw`^[ \t]{0,${indent.length - 1}}(?:(?:async[ \t]+)?def|class)\b[^\n]*`, 'gm'))?.at(-1);
  return around !== undefined && lesser === around && /^class[^\n]*Test/.test(around);
}

const GO_TEST = /^func (Test[A-Z_]\w*|Test)\(\s*\w+ \*testing\.T\s*\)\s*\{/gm;

function goTests(text: string): Body[] {
  const masked = maskGo(text);
  return [...masked.matchAll(GO_TEST)].flatMap((found): Body[] => {
    const brace = found.index + found[0].length - 1;
    const close = closing(masked, brace);
    if (close === undefined) return [];
    const at = { name: found[1] ?? '', line: lineAt(text, found.index) };
    return [{ ...at, text: text.slice(brace + 1, close), masked: masked.slice(brace + 1, close) }];
  });
}
