import type { CaseStatus } from '../../model/tests.ts';

/** One line of TAP without its indentation. */
export type TapLine =
  | { readonly kind: 'point'; readonly point: Point }
  | { readonly kind: 'plan'; readonly count: number; readonly skip: string | undefined }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'bail-out'; readonly reason: string }
  | { readonly kind: 'subtest'; readonly name: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'pragma' }
  | { readonly kind: 'open' }
  | { readonly kind: 'close' };

export interface Point {
  readonly ok: boolean;
  readonly number: number | undefined;
  readonly description: string;
  readonly directive: 'skip' | 'todo' | undefined;
  /** What stands behind the directive. */
  readonly reason: string;
  readonly durationMs: number | undefined;
  /** The subtests of this point stand behind it, up to a `}`. */
  readonly opens: boolean;
}

const POINT = /^(not )?ok\b(?:[ \t]+(\d{1,9})(?=[ \t]|$))?[ \t]*(?:-(?=[ \t]|$)[ \t]*)?(.*)$/;
const PLAN = /^1\.\.(\d{1,9})\s*(?:#\s*(.*))?$/;
const VERSION = /^K?TAP version (\d{1,3})\s*$/i;

/** What a line says to a TAP harness; `undefined` for everything else. */
export function tapLine(text: string): TapLine | undefined {
  switch (text.charCodeAt(0)) {
    case 0x6e /* n */:
    case 0x6f /* o */:
      return pointLine(text);
    case 0x31 /* 1 */:
      return planLine(text);
    case 0x23 /* # */:
      return comment(text.slice(1));
    case 0x42 /* B */:
    case 0x62 /* b */:
      return /^Bail out!/i.test(text) ? { kind: 'bail-out', reason: text.slice(9).trim() } : undefined;
    case 0x7b /* { */:
      return text.trimEnd() === '{' ? { kind: 'open' } : undefined;
    case 0x7d /* } */:
      return text.trimEnd() === '}' ? { kind: 'close' } : undefined;
    case 0x70 /* p */:
      return /^pragma [+-]\w/.test(text) ? { kind: 'pragma' } : undefined;
    default: {
      const version = VERSION.exec(text)?.[1];
      return version === undefined ? undefined : { kind: 'version', version: Number(version) };
    }
  }
}

function pointLine(text: string): TapLine | undefined {
  const match = POINT.exec(text.length > 4_000 ? text.slice(0, 4_000) : text);
  if (match === null) return undefined;
  const [, not, number, rest = ''] = match;
  // `okay`, `ok: …` and `ok  \tpackage` of Go are somebody else's.
  if (number === undefined && /^(?:[^\s#{-]| *\t)/.test(text.slice(not === undefined ? 2 : 6))) return undefined;
  const opens = /(?:^|\s)\{\s*$/.test(rest);
  const whole = opens ? rest.trimEnd().slice(0, -1) : rest;
  const { description, directive, reason, durationMs } = described(whole);
  return {
    kind: 'point',
    point: {
      ok: not === undefined,
      number: number === undefined ? undefined : Number(number),
      description,
      directive,
      reason,
      durationMs,
      opens,
    },
  };
}

const DIRECTIVE = /(?:^|\s)#\s*(skip|todo)\S*[ \t]*(.*)$/i;
/** node-tap writes ` # time=12.3ms`, bats with `--timing` ` in 12ms`. */
const TIME = /(?:^|\s)(?:#\s*time=|in )(\d+(?:\.\d+)?)(ms|s|sec)\s*$/;

function described(text: string): Pick<Point, 'description' | 'directive' | 'reason' | 'durationMs'> {
  const said = DIRECTIVE.exec(text);
  const before = said === null ? text : text.slice(0, said.index);
  const time = TIME.exec(before) ?? (said === null ? null : TIME.exec(said[2] ?? ''));
  const name = time === null || said?.[2]?.includes(time[0]) === true ? before : before.slice(0, time.index);
  const directive = said?.[1]?.toLowerCase();
  return {
    description: name.trim().replaceAll(/\\([#\\])/g, '$1'),
    directive: directive === 'skip' || directive === 'todo' ? directive : undefined,
    reason: (said?.[2] ?? '')
      .replace(TIME, '')
      .replace(/^[-:]\s*/, '')
      .trim(),
    durationMs: time === null ? undefined : Number(time[1]) * (time[2] === 'ms' ? 1 : 1000),
  };
}

function planLine(text: string): TapLine | undefined {
  const match = PLAN.exec(text.trimEnd());
  if (match === null) return undefined;
  const [, count = '0', said] = match;
  return { kind: 'plan', count: Number(count), skip: count === '0' ? said?.replace(/^skip\S*:?\s*/i, '') : undefined };
}

function comment(text: string): TapLine {
  const name = /^\s*Subtest:\s*(.*)$/.exec(text)?.[1];
  return name === undefined
    ? { kind: 'comment', text: text.trim() }
    : { kind: 'subtest', name: name.trim().replaceAll(/\\([#\\])/g, '$1') };
}

/**
 * How a point ended. What is to do is expected to fail and counts as skipped, whether it passes or not. bats writes
 * skipped tests as `not ok … # SKIP`.
 */
export function pointStatus({ ok, directive }: Point): CaseStatus {
  if (directive !== undefined) return 'skipped';
  return ok ? 'passed' : 'failed';
}
