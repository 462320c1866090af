/** A condition as Python, JavaScript and Go write it; what is not understood is `unknown`, never guessed. */
export type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  /** A variable of the environment. `strict` reading of one that is not set ends the program. */
  | { readonly kind: 'env'; readonly name: string; readonly fallback: Expression; readonly strict: boolean }
  | { readonly kind: 'name'; readonly path: string }
  | { readonly kind: 'call'; readonly path: string; readonly on?: Expression; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or' | 'nullish'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'equal' | 'in'; readonly left: Expression; readonly right: Expression; readonly negated: boolean }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression };

export type Value = string | boolean | null | readonly Value[] | typeof UNKNOWN | typeof ENDS;

/** What an expression gives when some part of it is not understood. */
export const UNKNOWN = Symbol('unknown');
/** The program ends there: nothing is sent at all. */
export const ENDS = Symbol('ends');
/** A call that no program can write: is it the text `0`? */
export const IS_ZERO = '= 0';

const OPAQUE: Expression = { kind: 'value', value: UNKNOWN };
const NONE: Expression = { kind: 'value', value: null };
const TOKEN =
  /\s+|([rbu]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|`[^`$]*`)|([A-Za-z_$][\w$]*)|(\d+)|(===|!==|==|!=|&&|\|\||\?\?|\?\.|:=|[!?:()[\]{},.=])/y;
/** Calls that read a variable; the second argument, or `default=`, is what holds when it is not set. */
const READS =
  /^(?:os\.getenv|getenv|os\.environ\.get|environ\.get|env(?:\.(?:str|get|bool))?|(?:decouple\.)?config|os\.Getenv|Deno\.env\.get|get_?env(?:_?or(?:_?default)?|_?default|_?with_?default|_?str(?:ing)?)?|env_?or(?:_?default)?)$/i;
const MOST_TOKENS = 200;
const DEEP = 30;

interface Token {
  readonly kind: 'text' | 'word' | 'number' | 'sign';
  readonly text: string;
}

/** Reads the expression at the start of a text, as far as it goes. */
export function parseExpression(text: string): Expression {
  return new Parser(tokensOf(text)).expression(0);
}

/** Tokens up to the end of the expression: the bracket, comma, line or word that it does not hold. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length && tokens.length < MOST_TOKENS) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) break;
    const [all, quoted, word, number, sign] = found;
    // A line that ends where nothing is open ends the expression, unless the next one goes on with it.
    if (quoted === undefined && all.includes('\n') && sign === undefined && word === undefined && depth === 0 && tokens.length > 0) {
      const rest = text.slice(at + all.length, at + all.length + 3);
      if (!/^(?:&&|\|\||\?[?\s]|:\s)/.test(rest) && !/^(?:&&|\|\||\?|:|===?|!==?|and|or)$/.test(tokens.at(-1)?.text ?? '')) break;
    }
    at += all.length;
    if (sign !== undefined) {
      if (/^[([{]$/.test(sign)) depth += 1;
      if (/^[)\]}]$/.test(sign) && --depth < 0) break;
      if (sign === ',' && depth === 0) break;
      tokens.push({ kind: 'sign', text: sign });
    } else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/^[rbu]?["'`]/, '').slice(0, -1) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(depth: number): Expression {
    if (depth > DEEP) return OPAQUE;
    const first = this.#either(depth);
    if (this.#take('?')) {
      const yes = this.expression(depth + 1);
      return this.#take(':') ? { kind: 'choice', test: first, yes, no: this.expression(depth + 1) } : OPAQUE;
    }
    if (this.#take('if')) {
      const test = this.#either(depth);
      return this.#take('else') ? { kind: 'choice', test, yes: first, no: this.expression(depth + 1) } : OPAQUE;
    }
    return first;
  }

  #either(depth: number): Expression {
    let left = this.#both(depth);
    for (;;) {
      if (this.#take('||') || this.#take('or')) left = { kind: 'or', left, right: this.#both(depth) };
      else if (this.#take('??')) left = { kind: 'nullish', left, right: this.#both(depth) };
      else return left;
    }
  }

  #both(depth: number): Expression {
    let left = this.#negation(depth);
    while (this.#take('&&') || this.#take('and')) left = { kind: 'and', left, right: this.#negation(depth) };
    return left;
  }

  #negation(depth: number): Expression {
    if (depth > DEEP) return OPAQUE;
    if (this.#take('!') || this.#take('not')) return { kind: 'not', of: this.#negation(depth + 1) };
    const left = this.#operand(depth);
    if (this.#take('==') || this.#take('===')) return { kind: 'equal', left, right: this.#operand(depth), negated: false };
    if (this.#take('!=') || this.#take('!==')) return { kind: 'equal', left, right: this.#operand(depth), negated: true };
    if (this.#take('is')) {
      const negated = this.#take('not');
      return { kind: 'equal', left, right: this.#operand(depth), negated };
    }
    const negated = this.#peek() === 'not' && this.#tokens[this.#at + 1]?.text === 'in';
    if (negated) this.#at += 1;
    return this.#take('in') ? { kind: 'in', left, right: this.#operand(depth), negated } : left;
  }

  #operand(depth: number): Expression {
    const token = this.#tokens[this.#at++];
    if (!token) return OPAQUE;
    if (token.kind === 'text') return this.#rest({ kind: 'value', value: token.text }, '', depth);
    if (token.kind === 'number') return { kind: 'value', value: Number(token.text) > 0 && token.text };
    if (token.text === '(' || token.text === '[' || token.text === '{') return this.#rest(this.#group(token.text, depth), '', depth);
    if (token.kind !== 'word') return OPAQUE;
    if (/^(?:true|True)$/.test(token.text)) return { kind: 'value', value: true };
    if (/^(?:false|False)$/.test(token.text)) return { kind: 'value', value: false };
    if (/^(?:None|null|undefined|nil)$/.test(token.text)) return NONE;
    if (token.text === 'new') return OPAQUE;
    return this.#rest(undefined, token.text, depth);
  }

  /** What follows an operand: members, calls, indices. */
  #rest(start: Expression | undefined, name: string, depth: number): Expression {
    let on = start;
    let path = name;
    const whole = (): Expression => on ?? envOf(path) ?? { kind: 'name', path };
    for (;;) {
      if (this.#take('.') || this.#take('?.')) {
        const member = this.#tokens[this.#at++]?.text ?? '';
        // What is called on a value is a method; what is called on a path is a function of that name.
        if (this.#peek() === '(' && (on !== undefined || envOf(path) !== undefined || METHODS.has(member))) {
          this.#at += 1;
          on = { kind: 'call', path: member, on: whole(), args: this.#list(')', depth) };
        } else if (isSettings(on)) {
          // `get_settings().environment` is a field of the settings, as `settings.environment` is.
          on = undefined;
          path = `settings.${member}`;
        } else if (on === undefined) path = `${path}.${member}`;
        else on = OPAQUE;
      } else if (on === undefined && this.#take('(')) {
        on = callOf(path, this.#list(')', depth));
      } else if (on === undefined && this.#take('[')) {
        const [key] = this.#list(']', depth);
        on = key?.kind === 'value' && typeof key.value === 'string' ? (envOf(`${path}.${key.value}`, true) ?? OPAQUE) : OPAQUE;
      } else if (this.#peek() === '!' && !/^[=!]/.test(this.#tokens[this.#at + 1]?.text ?? '')) this.#at += 1;
      else if (this.#peek() === '(' || this.#peek() === '[' || this.#peek() === '{' || this.#peek() === '=') return OPAQUE;
      else return whole();
    }
  }

  #group(opening: string, depth: number): Expression {
    const items = this.#list(opening === '(' ? ')' : opening === '[' ? ']' : '}', depth);
    const [only] = items;
    return opening === '(' && items.length === 1 && only !== undefined && !this.#trailed ? only : { kind: 'list', items };
  }

  #trailed = false;

  #list(closing: string, depth: number): Expression[] {
    const items: Expression[] = [];
    this.#trailed = false;
    let trailed = false;
    while (this.#at < this.#tokens.length && !this.#take(closing)) {
      trailed = false;
      const [name, sign] = this.#tokens.slice(this.#at, this.#at + 2);
      if (name?.kind === 'word' && (sign?.text === '=' || (sign?.text === ':' && closing === '}'))) this.#at += 2;
      const before = this.#at;
      items.push(this.expression(depth + 1));
      if (this.#take(',')) trailed = true;
      else if (this.#peek() !== closing) this.#skip(closing);
      if (this.#at === before) this.#at += 1;
    }
    this.#trailed = trailed;
    return items;
  }

  /** Past what is not understood, up to the end of the list. */
  #skip(closing: string): void {
    let open = 0;
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const text = this.#peek();
      if (open === 0 && text === closing) return;
      if (/^[([{]$/.test(text)) open += 1;
      else if (/^[)\]}]$/.test(text)) open -= 1;
    }
  }

  #peek(): string {
    const token = this.#tokens[this.#at];
    return token === undefined || token.kind === 'text' ? '' : token.text;
  }

  #take(text: string): boolean {
    if (this.#peek() !== text) return false;
    this.#at += 1;
    return true;
  }
}

const METHODS: ReadonlySet<string> = new Set([
  'lower',
  'upper',
  'strip',
  'casefold',
  'toLowerCase',
  'toUpperCase',
  'trim',
  'startsWith',
  'startswith',
  'includes',
]);

function isSettings(on: Expression | undefined): boolean {
  return on?.kind === 'call' && on.on === undefined && on.args.length === 0 && /(?:settings|config)$/i.test(on.path);
}

function envOf(path: string, index = false): Expression | undefined {
  const name = /^(?:process\.env|import\.meta\.env|Bun\.env|os\.environ|environ)\.(\w+)$/.exec(path)?.[1];
  if (name === undefined || name === 'get') return undefined;
  return { kind: 'env', name, fallback: NONE, strict: index && path.includes('environ') };
}

function callOf(path: string, args: readonly Expression[]): Expression {
  const [first, second] = args;
  if (READS.test(path) && first?.kind === 'value' && typeof first.value === 'string' && /^[A-Z][A-Z0-9_]*$/i.test(first.value)) {
    // Of `os.Getenv` an empty text comes, of the configurations of decouple and environs nothing at all.
    const unset: Expression = { kind: 'value', value: path === 'os.Getenv' ? '' : null };
    const strict = second === undefined && /^(?:env\b|(?:decouple\.)?config$)/.test(path);
    return { kind: 'env', name: first.value, fallback: second ?? unset, strict };
  }
  return { kind: 'call', path, args };
}
