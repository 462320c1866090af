import { ENDS, IS_ZERO, UNKNOWN, type Expression, type Value } from './expression.ts';

export interface World {
  /** What a variable of the environment is set to; `undefined` when it is not. */
  readonly env: (name: string) => string | undefined;
  /** What a name of the program stands for. */
  readonly named: (path: string) => Expression | undefined;
}

const DEEP = 20;
const MOST_STEPS = 1_000;
/** What is verified with, whatever it is exactly: a file of authorities, or a context. */
const AUTHORITIES = /(?:^|[._])(?:ca|cas|certs?|cacerts?|cafile|bundle|certifi|pem|ssl_?context|context|ctx)(?:[._]|$)/i;
const TRUE_WORDS = /^(?:1|t|true|y|yes|on)$/i;

/** What an expression gives in a world; `UNKNOWN` as soon as it depends on anything that is not understood. */
export function evaluate(expression: Expression, world: World): Value {
  return valueOf(expression, { world, steps: { left: MOST_STEPS }, depth: 0 });
}

interface Way {
  readonly world: World;
  readonly steps: { left: number };
  readonly depth: number;
}

function valueOf(expression: Expression, { world, steps, depth }: Way): Value {
  // Names may stand for themselves, and twice.
  if (depth > DEEP || (steps.left -= 1) < 0) return UNKNOWN;
  const of = (one: Expression): Value => valueOf(one, { world, steps, depth: depth + 1 });
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'list':
      return expression.items.map(of);
    case 'env': {
      const set = world.env(expression.name);
      return set ?? (expression.strict ? ENDS : of(expression.fallback));
    }
    case 'name': {
      const named = world.named(expression.path);
      if (named !== undefined) return of(named);
      return AUTHORITIES.test(expression.path) ? expression.path : UNKNOWN;
    }
    case 'not':
      return whether(of(expression.of), (truth) => !truth);
    case 'and':
    case 'or': {
      const left = of(expression.left);
      const truth = truthOf(left);
      if (typeof truth === 'symbol') return truth;
      return truth === (expression.kind === 'or') ? left : of(expression.right);
    }
    case 'nullish': {
      const left = of(expression.left);
      return left === null ? of(expression.right) : left;
    }
    case 'choice': {
      const truth = truthOf(of(expression.test));
      return typeof truth === 'symbol' ? truth : of(truth ? expression.yes : expression.no);
    }
    case 'equal':
      return both(of(expression.left), of(expression.right), (left, right) => (left === right) !== expression.negated);
    case 'in':
      return both(of(expression.left), of(expression.right), (left, right) => {
        const held = holds(right, left);
        return held === UNKNOWN ? UNKNOWN : held !== expression.negated;
      });
    case 'call':
      return call(expression, of);
  }
}

/** Is it taken for true? Python, JavaScript and Go agree on texts, truths and nothing. */
export function truthOf(value: Value): boolean | typeof UNKNOWN | typeof ENDS {
  if (value === UNKNOWN || value === ENDS) return value;
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== '' && value !== false;
}

function whether(value: Value, then: (truth: boolean) => boolean): Value {
  const truth = truthOf(value);
  return typeof truth === 'symbol' ? truth : then(truth);
}

function both(left: Value, right: Value, then: (left: Value, right: Value) => Value): Value {
  if (left === ENDS || right === ENDS) return ENDS;
  return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : then(left, right);
}

function holds(whole: Value, part: Value): boolean | typeof UNKNOWN {
  if (Array.isArray(whole)) {
    if (whole.includes(part)) return true;
    return whole.includes(UNKNOWN) ? UNKNOWN : false;
  }
  return typeof whole === 'string' && typeof part === 'string' ? whole.includes(part) : UNKNOWN;
}

function call({ path, on, args }: Extract<Expression, { kind: 'call' }>, of: (one: Expression) => Value): Value {
  const subject = on === undefined ? (args[0] === undefined ? UNKNOWN : of(args[0])) : of(on);
  const other = args[on === undefined ? 1 : 0];
  const second = other === undefined ? UNKNOWN : of(other);
  switch (path) {
    case 'lower':
    case 'casefold':
    case 'toLowerCase':
    case 'strings.ToLower':
      return mapped(subject, (text) => text.toLowerCase());
    case 'upper':
    case 'toUpperCase':
    case 'strings.ToUpper':
      return mapped(subject, (text) => text.toUpperCase());
    case 'strip':
    case 'trim':
    case 'strings.TrimSpace':
    case 'str':
    case 'String':
      return mapped(subject, (text) => text.trim());
    case 'startsWith':
    case 'startswith':
    case 'strings.HasPrefix':
      return both(subject, second, (left, right) =>
        typeof left === 'string' && typeof right === 'string' ? left.startsWith(right) : UNKNOWN,
      );
    case 'strings.EqualFold':
      return both(subject, second, (left, right) =>
        typeof left === 'string' && typeof right === 'string' ? left.toLowerCase() === right.toLowerCase() : UNKNOWN,
      );
    case 'includes':
      return both(subject, second, holds);
    case IS_ZERO:
      return typeof subject === 'symbol' ? subject : subject === '0' || subject === false;
    case 'int':
    case 'Number':
    case 'parseInt':
      return typeof subject !== 'string' ? subject : /^\d+$/.test(subject) ? Number(subject) > 0 && subject : ENDS;
    case 'JSON.parse':
    case 'json.loads':
      return subject === 'true' || subject === 'false' ? subject === 'true' : UNKNOWN;
    case 'certifi.where':
    case 'ssl.create_default_context':
      return path;
    case 'bool':
    case 'Boolean':
      // Any text counts, "false" and "0" too.
      return typeof subject === 'string' ? subject !== '' : whether(subject, (truth) => truth);
    default:
      return /(?:^|\.)(?:strtobool|str_?2_?bool|str_?to_?bool|parse_?bool|to_?bool(?:ean)?|is_?true|is_?truthy)$/i.test(path)
        ? typeof subject === 'string'
          ? TRUE_WORDS.test(subject.trim())
          : whether(subject, (truth) => truth)
        : UNKNOWN;
  }
}

/** A method of nothing ends a program in Python and in JavaScript. */
function mapped(value: Value, change: (text: string) => string): Value {
  if (value === null) return ENDS;
  return typeof value === 'string' ? change(value) : typeof value === 'symbol' ? value : UNKNOWN;
}
