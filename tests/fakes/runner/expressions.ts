/** Contexts (`inputs`, `steps`, `github`, `env` …) and the status of the job so far. */
export interface ExpressionScope {
  contexts: Record<string, unknown>;
  status: 'success' | 'failure' | 'cancelled';
}

type Token = { kind: 'text' | 'number' | 'name' | 'sign'; value: string };

const LEXER = /\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?![\w.]))|([A-Za-z_][\w-]*)|(&&|\|\||==|!=|<=|>=|[!<>()[\].,*]))/y;
const STATUS_FUNCTION = /\b(always|success|failure|cancelled)\s*\(/i;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  LEXER.lastIndex = 0;
  while (LEXER.lastIndex < end) {
    const at = LEXER.lastIndex;
    const found = LEXER.exec(source);
    if (found === null) throw new Error(`Unexpected symbol at ${at} in expression: ${source}`);
    const [, text, number, name, sign] = found;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', value: number });
    else if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else tokens.push({ kind: 'sign', value: sign ?? '' });
  }
  return tokens;
}

/** GitHub's truth: false, 0, NaN, '' and null are false. */
export function truthy(value: unknown): boolean {
  return !(value === false || value === 0 || value === '' || value === null || value === undefined || Number.isNaN(value));
}

/** GitHub's text: null is empty, objects are named by their kind. */
export function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return Array.isArray(value) ? 'Array' : 'Object';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function toNumber(value: unknown): number {
  if (value === null || value === undefined || value === '') return 0;
  return typeof value === 'object' ? Number.NaN : Number(value);
}

/** Texts compare without regard to case, unlike kinds as numbers. */
function compare(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [left.toLowerCase(), right.toLowerCase()];
    return a === b ? 0 : a < b ? -1 : 1;
  }
  if (left === right) return 0;
  return toNumber(left) - toNumber(right);
}

function property(target: unknown, name: unknown): unknown {
  if (typeof target !== 'object' || target === null) return null;
  if (Array.isArray(target)) return target[toNumber(name)] ?? null;
  const wanted = toText(name).toLowerCase();
  const key = Object.keys(target).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? null : ((target as Record<string, unknown>)[key] ?? null);
}

function format(pattern: string, values: unknown[]): string {
  return pattern.replaceAll(/\{\{|\}\}|\{(\d+)\}/g, (found, index: string | undefined) => {
    if (index === undefined) return found[0] ?? '';
    if (Number(index) >= values.length) throw new Error(`format: no value for {${index}}`);
    return toText(values[Number(index)]);
  });
}

function contains(where: unknown, what: unknown): boolean {
  if (Array.isArray(where)) return where.some((item) => compare(item, what) === 0);
  return toText(where).toLowerCase().includes(toText(what).toLowerCase());
}

function callFunction(name: string, args: unknown[], scope: ExpressionScope): unknown {
  const [first, second] = args;
  switch (name.toLowerCase()) {
    case 'always':
      return true;
    case 'success':
    case 'failure':
    case 'cancelled':
      return scope.status === name.toLowerCase();
    case 'format':
      return format(toText(first), args.slice(1));
    case 'contains':
      return contains(first, second);
    case 'startswith':
      return toText(first).toLowerCase().startsWith(toText(second).toLowerCase());
    case 'endswith':
      return toText(first).toLowerCase().endsWith(toText(second).toLowerCase());
    case 'join':
      return Array.isArray(first) ? first.map(toText).join(second === undefined ? ',' : toText(second)) : toText(first);
    case 'tojson':
      return JSON.stringify(first ?? null, null, 2);
    case 'fromjson':
      return JSON.parse(toText(first)) as unknown;
    default:
      throw new Error(`Unrecognized function: '${name}'`);
  }
}

class Parser {
  readonly #tokens: Token[];
  readonly #scope: ExpressionScope;
  #at = 0;

  constructor(tokens: Token[], scope: ExpressionScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  #sign(...values: string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || !values.includes(token.value)) return undefined;
    this.#at += 1;
    return token.value;
  }

  #expect(value: string): void {
    if (this.#sign(value) === undefined) throw new Error(`'${value}' expected in expression`);
  }

  run(): unknown {
    const value = this.#or();
    if (this.#at < this.#tokens.length) throw new Error(`Unexpected '${this.#tokens[this.#at]?.value}' in expression`);
    return value;
  }

  // `a || b` and `a && b` give an operand, not a boolean; both sides are evaluated, which costs nothing here.
  #or(): unknown {
    let left = this.#and();
    while (this.#sign('||') !== undefined) {
      const right = this.#and();
      left = truthy(left) ? left : right;
    }
    return left;
  }

  #and(): unknown {
    let left = this.#comparison();
    while (this.#sign('&&') !== undefined) {
      const right = this.#comparison();
      left = truthy(left) ? right : left;
    }
    return left;
  }

  #comparison(): unknown {
    let left = this.#unary();
    for (let sign = this.#sign('==', '!=', '<', '<=', '>', '>='); sign !== undefined;) {
      const order = compare(left, this.#unary());
      if (sign === '==') left = order === 0;
      else if (sign === '!=') left = order !== 0;
      else if (sign.startsWith('<')) left = sign === '<' ? order < 0 : order <= 0;
      else left = sign === '>' ? order > 0 : order >= 0;
      sign = this.#sign('==', '!=', '<', '<=', '>', '>=');
    }
    return left;
  }

  #unary(): unknown {
    if (this.#sign('!') !== undefined) return !truthy(this.#unary());
    let value = this.#primary();
    for (;;) {
      if (this.#sign('.') !== undefined) value = property(value, this.#tokens[this.#at++]?.value);
      else if (this.#sign('[') !== undefined) {
        value = property(value, this.#or());
        this.#expect(']');
      } else return value;
    }
  }

  #primary(): unknown {
    if (this.#sign('(') !== undefined) {
      const value = this.#or();
      this.#expect(')');
      return value;
    }
    const token = this.#tokens[this.#at++];
    if (token === undefined || token.kind === 'sign') throw new Error('Value expected in expression');
    if (token.kind === 'text') return token.value;
    if (token.kind === 'number') return Number(token.value);
    return this.#name(token.value);
  }

  #name(name: string): unknown {
    if (this.#sign('(') !== undefined) {
      const args: unknown[] = [];
      while (this.#sign(')') === undefined) {
        args.push(this.#or());
        if (this.#sign(',') === undefined) {
          this.#expect(')');
          break;
        }
      }
      return callFunction(name, args, this.#scope);
    }
    if (name === 'true' || name === 'false') return name === 'true';
    if (name === 'null') return null;
    if (!(name in this.#scope.contexts)) throw new Error(`Unrecognized named-value: '${name}'`);
    return this.#scope.contexts[name];
  }
}

/** The value of one expression, without its `${{ }}`. */
export function evaluate(source: string, scope: ExpressionScope): unknown {
  return new Parser(tokenize(source), scope).run();
}

/** A text with every `${{ … }}` replaced. */
export function interpolate(text: string, scope: ExpressionScope): string {
  return text.replaceAll(/\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g, (_all, source: string) => toText(evaluate(source, scope)));
}

/** An `if:`: bare or in `${{ }}`, and joined to `success()` unless it asks for a status itself. */
export function condition(source: string | boolean | undefined, scope: ExpressionScope): boolean {
  if (source === undefined) return scope.status === 'success';
  const text = String(source).trim();
  const bare = /^\$\{\{([\s\S]*)\}\}$/.exec(text)?.[1] ?? text;
  const value = truthy(evaluate(bare, scope));
  return STATUS_FUNCTION.test(bare) ? value : value && scope.status === 'success';
}
