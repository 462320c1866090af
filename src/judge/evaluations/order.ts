import { atPath } from '../../lib/json.ts';
import { counted, quoted } from '../../lib/text.ts';
import type { AnsweredCase, Score } from '../../model/evaluation.ts';
import { numberOf, shown, textsOf, type Scored } from './answered.ts';

interface Lived {
  readonly start: number;
  readonly end: number;
}

/** Every step of a workflow begins after those that it waits for have ended. */
export function inOrder(score: Extract<Score, { kind: 'order' }>, { captured }: AnsweredCase): Omit<Scored, 'name'> {
  const expected = 'every step begins after those that it waits for';
  const events = captured[score.events];
  if (!Array.isArray(events)) return { right: false, measured: `no list of events: ${shown(events)}`, expected };
  const lived = new Map<string, Lived[]>();
  for (const event of events) {
    const [name] = textsOf(atPath(event, score.step));
    const [start, end] = [momentOf(atPath(event, score.start)), momentOf(atPath(event, score.end))];
    if (name === undefined || start === undefined || end === undefined)
      return { right: false, measured: `an event without a step and its times: ${shown(event)}`, expected };
    lived.set(name, [...(lived.get(name) ?? []), { start, end }]);
  }
  const wrong = Object.entries(score.after).flatMap(([step, before]) => before.flatMap((needed) => violation(lived, step, needed) ?? []));
  if (wrong.length > 0) return { right: false, measured: wrong.slice(0, 3).join('; '), expected };
  return { right: true, measured: `${counted(events.length, 'event')} in order`, expected };
}

function violation(lived: ReadonlyMap<string, readonly Lived[]>, step: string, needed: string): string | undefined {
  const [runs, before] = [lived.get(step), lived.get(needed)];
  if (!runs) return `no event of ${quoted(step)}`;
  if (!before) return `no event of ${quoted(needed)}`;
  const first = Math.min(...runs.map(({ start }) => start));
  const last = Math.max(...before.map(({ end }) => end));
  return first >= last ? undefined : `${quoted(step)} began ${last - first} ms before ${quoted(needed)} had ended`;
}

/** Milliseconds, as a number or a date. */
function momentOf(value: unknown): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) return number;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
