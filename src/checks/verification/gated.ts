import { gatesAround, type Gate, type Language } from './blocks.ts';
import { evaluate, truthOf, type World } from './evaluate.ts';
import { ENDS, IS_ZERO, parseExpression, UNKNOWN, type Expression, type Value } from './expression.ts';
import { definitionOf, type Source } from './names.ts';
import { textsIn, variablesOf } from './parts.ts';

/** A place where the verification of certificates is on or off, depending on the environment. */
export interface Gated {
  readonly line: number;
  /** The line as it stands there, bounded. */
  readonly code: string;
  readonly variable: string;
  /** What becomes of the verification: with the variable not set, and with each value. */
  readonly table: readonly { readonly value: string | null; readonly verifies: Verifies }[];
}

export type Verifies = 'on' | 'off' | 'ends';

interface Setting {
  readonly language: Language;
  readonly pattern: RegExp;
  /** What the setting says when verification is on. */
  readonly on: boolean;
  /** Only as an argument of what connects. */
  readonly argument?: true;
}

const CLIENT =
  /requests|httpx|session|client|aiohttp|http|connect|adapter|elastic|opensearch|qdrant|weaviate|vault|minio|sdk|\.(?:get|post|put|patch|delete|request)$/i;
const NO_CLIENT = /jwt|jws|token|decode|form|serializ|\.save$|\.verify$/i;

const SETTINGS: readonly Setting[] = [
  { language: 'python', pattern: /\bverify=(?!=)/g, on: true, argument: true },
  { language: 'python', pattern: /\.verify\s=\s(?!=)/g, on: true },
  {
    language: 'python',
    pattern: /\b(?:verify_ssl|verify_certs|ssl_verify|verify_tls|validate_certs|check_hostname)\s?=\s?(?!=)/g,
    on: true,
  },
  { language: 'script', pattern: /\brejectUnauthorized["']?\s*:\s*/g, on: true },
  { language: 'script', pattern: /\b(?:const|let|var)\s+rejectUnauthorized\s*(?::\s*boolean\s*)?=\s*/g, on: true },
  { language: 'script', pattern: /\bstrictSSL\s*:\s*/g, on: true },
  { language: 'script', pattern: /\bNODE_TLS_REJECT_UNAUTHORIZED["'\]]{0,2}\s*=\s*(?!=)/g, on: true },
  { language: 'go', pattern: /\bInsecureSkipVerify\s*(?::\s|=\s)\s*/g, on: false },
];
/** Whole statements of Python that choose a context which verifies nothing. */
const UNVERIFIED = /\bssl\._create_unverified_context(?:\(\))?/g;

export const HINTS: readonly string[] = [
  'verify=',
  '.verify =',
  'verify_ssl',
  'verify_certs',
  'ssl_verify',
  'verify_tls',
  'validate_certs',
  'check_hostname',
  '_create_unverified_context',
  'rejectUnauthorized',
  'strictSSL',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'InsecureSkipVerify',
];

const PER_FILE = 20;
const ENVIRONMENTS: readonly string[] = ['production', 'development'];
const SWITCHES: readonly string[] = ['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'];

export function languageOf(path: string): Language | undefined {
  if (path.endsWith('.py')) return 'python';
  if (path.endsWith('.go')) return 'go';
  return /\.[cm]?[jt]sx?$/.test(path) ? 'script' : undefined;
}

/** Places of one file at which verification depends on a variable of the environment. */
export function gatedIn(source: Source, settings: readonly Source[]): Gated[] {
  const language = languageOf(source.path);
  if (language === undefined) return [];
  const { text } = source;
  // A verification of its own in place of the usual one: https://pkg.go.dev/crypto/tls#Config
  if (language === 'go' && /\bVerify(?:PeerCertificate|Connection)\s*[:=]/.test(text)) return [];
  const sites = SETTINGS.filter((setting) => setting.language === language).flatMap(({ pattern, on, argument }) =>
    [...text.matchAll(pattern).take(PER_FILE)].flatMap(({ index, 0: found }) => {
      if (isComment(text, index, language) || (argument && !isArgument(text, index))) return [];
      const written = parseExpression(text.slice(index + found.length, index + found.length + 600));
      return [{ at: index, on, expression: found.startsWith('NODE_TLS') ? notZero(written) : written }];
    }),
  );
  const contexts =
    language === 'python' ? [...text.matchAll(UNVERIFIED).take(PER_FILE)].flatMap(({ index }) => contextAt(text, index)) : [];
  return [...sites, ...contexts].flatMap(({ at, on, expression }) => {
    const gates = gatesAround(text, at, language);
    const known = new Map<string, Expression | undefined>();
    const named = (path: string): Expression | undefined => {
      if (!known.has(path)) known.set(path, definitionOf(path, source, { settings, language }));
      return known.get(path);
    };
    const decided = decide({ expression, on, gates }, named);
    return decided === undefined ? [] : [{ line: lineOf(text, at), code: codeAt(text, at), ...decided }];
  });
}

/** Node verifies unless it is `0`: https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue */
function notZero(left: Expression): Expression {
  return { kind: 'not', of: { kind: 'call', path: IS_ZERO, args: [left] } };
}

/** The statement around the call, in which the call itself stands for no verification. */
function contextAt(text: string, at: number): { at: number; on: boolean; expression: Expression }[] {
  if (isComment(text, at, 'python')) return [];
  const from = text.lastIndexOf('\n', at) + 1;
  const line = text.slice(from, endOf(text, at));
  const right = /(?:\breturn\s|(?<![=!<>])=(?!=)\s?)(.*)$/.exec(line)?.[1];
  if (right === undefined) return [];
  const stated = right.replaceAll(UNVERIFIED, 'False').replaceAll(/\bssl\.create_default_context(?:\([^()]*\))?/g, 'True');
  return [{ at, on: true, expression: parseExpression(stated) }];
}

interface Deciding {
  readonly expression: Expression;
  readonly on: boolean;
  readonly gates: readonly Gate[];
}

function decide({ expression, on, gates }: Deciding, named: World['named']): Pick<Gated, 'variable' | 'table'> | undefined {
  const asked = new Set<string>();
  const known = gates.filter(({ test }) => variablesOf(test, named).size > 0);
  for (const one of [expression, ...known.map(({ test }) => test)]) for (const name of variablesOf(one, named)) asked.add(name);
  if (asked.size === 0) return undefined;
  const verifies = (variable: string, value: string | undefined): Verifies | undefined => {
    const world: World = { env: (name) => (name === variable ? value : undefined), named };
    for (const { test, negated } of known) {
      const truth = truthOf(evaluate(test, world));
      if (truth === UNKNOWN) return undefined;
      if (truth === ENDS) return 'ends';
      // Not reached: what holds there is the default of the library.
      if (truth === negated) return 'on';
    }
    const result: Value = evaluate(expression, world);
    // Nothing at all is the default of the library, and what that is differs.
    if (result === null && on) return undefined;
    const truth = truthOf(result);
    return truth === UNKNOWN ? undefined : truth === ENDS ? 'ends' : truth === on ? 'on' : 'off';
  };
  for (const variable of asked) {
    const unset = verifies(variable, undefined);
    if (unset === undefined) return undefined;
    const literals = [expression, ...known.map(({ test }) => test)].flatMap((one) => textsIn(one, named)).filter((one) => one !== variable);
    const isSwitch = literals.every((text) => SWITCHES.includes(text.toLowerCase()));
    const tried = isSwitch ? [...SWITCHES, ...ENVIRONMENTS] : [...ENVIRONMENTS, ...SWITCHES];
    const rows = [...new Set([...tried, ...literals])].flatMap((value) => {
      const state = value === '' ? undefined : verifies(variable, value);
      return state === undefined ? [] : [{ value, verifies: state }];
    });
    const other = rows.find((row) => row.verifies !== unset && row.verifies !== 'ends');
    if (other === undefined) continue;
    // Values that the code names; with those of an environment where it names one.
    const wanted = new Set(isSwitch ? literals : [...ENVIRONMENTS, ...literals]);
    const shown = rows.filter(({ value }) => wanted.has(value)).slice(0, 6);
    const enough = shown.some((row) => row.verifies === other.verifies);
    return { variable, table: [{ value: null, verifies: unset }, ...shown, ...(enough ? [] : [other])] };
  }
  return undefined;
}

/** Is it an argument of a call that connects to something? */
function isArgument(text: string, at: number): boolean {
  let open = 0;
  for (let index = at - 1; index >= Math.max(0, at - 1_500); index -= 1) {
    const sign = text[index];
    if (sign === ')' || sign === ']' || sign === '}') open += 1;
    else if ((sign === '(' || sign === '[' || sign === '{') && open-- === 0) {
      const name = /[\w.]+(?:\(\)\.\w+)?$/.exec(text.slice(Math.max(0, index - 100), index))?.[0] ?? '';
      return CLIENT.test(name) && !NO_CLIENT.test(name);
    }
  }
  return false;
}

function isComment(text: string, at: number, language: Language): boolean {
  const before = text.slice(Math.max(text.lastIndexOf('\n', at) + 1, at - 1_000), at);
  if (/^\s*(?:#|\/\/|\*|\/\*)/.test(before)) return true;
  if (language === 'python' ? /\s#\s/.test(before) : /\s\/\/\s/.test(before)) return true;
  const rest = before.replaceAll(/\\./g, '').replace(/["']$/, '');
  const quoted = ['"', "'", '`'].some((quote) => rest.split(quote).length % 2 === 0);
  return quoted || (language === 'python' && (text.slice(0, at).match(/"""|'''/g)?.length ?? 0) % 2 === 1);
}

function lineOf(text: string, at: number): number {
  return (text.slice(0, at).match(/\n/g)?.length ?? 0) + 1;
}

function codeAt(text: string, at: number): string {
  return text
    .slice(text.lastIndexOf('\n', at) + 1, endOf(text, at))
    .trim()
    .slice(0, 160);
}

function endOf(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at === -1 ? text.length : at;
}
