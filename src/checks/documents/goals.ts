import type { DocumentLine } from './lines.ts';

/** A row of a table that says that a goal is reached. */
export interface StatedGoal {
  readonly line: number;
  readonly metric: string;
  readonly value: string;
  readonly goal: string;
  /** What must hold between them, and why it is known. */
  readonly op: '>=' | '<=' | '>' | '<';
  readonly because: string;
  readonly status: string;
  /** In one unit. */
  readonly numbers: { readonly value: number; readonly goal: number };
}

const GOAL = /^(?:goal|target|objective|required|requirement)s?$/i;
const VALUE = /^(?:after|actual|current|achieved|measured|now|value|result)s?$/i;
const BEFORE = /^(?:before|baseline|previous|start)$/i;
const STATUS = /^(?:status|verdict|outcome|state|achieved\?|met\?|ok\?)$/i;
/** Only a cell that says nothing else is a statement that the goal is reached. */
const REACHED = /^(?:✅|☑️?|✔️?|🎉|🎯)?\s*(?:goal |target )?(exceeded|achieved|met|reached|passed|pass)?\s*(?:✅|☑️?|✔️?|!)?$/iu;
/** What is better the more there is of it, by its name alone. */
const MORE = /\b(?:coverage|throughput|uptime|availability|(?:tests?|checks?) pass(?:ed|ing)|pass(?:ing)? (?:tests?|rate)|success rate)\b/i;

/** Rows of tables with a value, a goal and a status that says that the goal is reached, where it is known what reaching means. */
export function statedGoals(lines: readonly DocumentLine[]): StatedGoal[] {
  const found: StatedGoal[] = [];
  let head: Head | undefined;
  for (const [index, { line, text }] of lines.entries()) {
    if (!text.includes('|')) {
      head = undefined;
      continue;
    }
    const next = lines[index + 1];
    if (next?.line === line + 1 && /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$/.test(next.text)) head = headOf(cellsOf(text));
    else if (head) {
      const stated = rowOf(head, cellsOf(text));
      if (stated) found.push({ line, ...stated });
    }
  }
  return found;
}

interface Head {
  readonly width: number;
  readonly goal: number;
  readonly value: number;
  readonly status: number;
  readonly before: number;
}

/** Each column once: a table with two goals is read by nobody but its author. */
function headOf(cells: readonly string[]): Head | undefined {
  const only = (known: RegExp): number => {
    const at = cells.flatMap((cell, index) => (index > 0 && known.test(cell) ? [index] : []));
    return at.length === 1 ? (at[0] ?? -1) : -1;
  };
  const head = { width: cells.length, goal: only(GOAL), value: only(VALUE), status: only(STATUS), before: only(BEFORE) };
  return head.goal > 0 && head.value > 0 && head.status > 0 ? head : undefined;
}

function rowOf({ width, goal, value, status, before }: Head, cells: readonly string[]): Omit<StatedGoal, 'line'> | undefined {
  if (cells.length !== width) return undefined;
  const [said = '', asked = '', has = ''] = [cells[status], cells[goal], cells[value]];
  const metric = cells[0] ?? '';
  if (said === '' || !REACHED.test(said)) return undefined;
  const [, sign, bound = ''] = /^(≥|≤|>=|<=|>|<|at least|at most|up to|min\.?|max\.?)?\s*(.*)$/i.exec(asked) ?? [];
  const [wanted, got] = [quantityOf(bound), quantityOf(has)];
  if (!wanted || !got || wanted.unit !== got.unit) return undefined;
  const start = before < 0 ? undefined : quantityOf(cells[before] ?? '');
  const direction = directionOf({ sign, metric, start: start?.unit === wanted.unit ? start.number : undefined, goal: wanted.number });
  if (!direction) return undefined;
  return {
    metric: metric.slice(0, 120),
    value: has,
    goal: asked,
    status: said,
    ...direction,
    numbers: { value: got.number, goal: wanted.number },
  };
}

interface Direction {
  readonly sign: string | undefined;
  readonly metric: string;
  readonly start: number | undefined;
  readonly goal: number;
}

/** Whether more or less is meant: by the sign of the goal, by where it began, or by a name that leaves no doubt. */
function directionOf({ sign, metric, start, goal }: Direction): Pick<StatedGoal, 'op' | 'because'> | undefined {
  const because = 'the goal says so';
  switch (sign?.toLowerCase().replace('.', '')) {
    case '≥':
    case '>=':
    case 'at least':
    case 'min':
      return { op: '>=', because };
    case '≤':
    case '<=':
    case 'at most':
    case 'up to':
    case 'max':
      return { op: '<=', because };
    case '>':
      return { op: '>', because };
    case '<':
      return { op: '<', because };
    default:
      break;
  }
  if (start !== undefined && start !== goal)
    return start < goal ? { op: '>=', because: 'it began below the goal' } : { op: '<=', because: 'it began above the goal' };
  return MORE.test(metric) ? { op: '>=', because: 'more of it is better' } : undefined;
}

const UNITS: Readonly<Record<string, readonly [string, number]>> = {
  '': ['', 1],
  '%': ['%', 1],
  ms: ['ms', 1],
  s: ['ms', 1_000],
  sec: ['ms', 1_000],
  seconds: ['ms', 1_000],
  min: ['ms', 60_000],
  kb: ['bytes', 1e3],
  mb: ['bytes', 1e6],
  gb: ['bytes', 1e9],
  rps: ['rps', 1],
  'req/s': ['rps', 1],
};

/** `26 (100%)`, `1,200 ms`, `6/6`: one number with at most a remark behind it. Ranges, estimates and prose are none. */
function quantityOf(cell: string): { readonly number: number; readonly unit: string } | undefined {
  const plain = cell
    .replaceAll(/[*`_]/g, '')
    .replace(/\s*\([^)]*\)\s*$/, '')
    .trim();
  const part = /^(\d{1,6})\s*\/\s*(\d{1,6})$/.exec(plain);
  if (part) return { number: Number(part[1]), unit: `of ${part[2] ?? ''}` };
  const [, digits = '', unit = ''] = /^(\d{1,3}(?:,\d{3})+|\d{1,12}(?:\.\d{1,6})?)\s*([a-z%/]*)$/i.exec(plain) ?? [];
  const known = UNITS[unit.toLowerCase()];
  if (digits === '' || !known) return undefined;
  return { number: Number(digits.replaceAll(',', '')) * known[1], unit: known[0] };
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll(/\*\*|__|~~/g, '').trim());
}
