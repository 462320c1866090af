import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { isServerError, send } from '../openapi/call.ts';
import { tryOf, type Working } from '../openapi/tries.ts';
import { goodRequest, places, sendTwice, withValue } from './places.ts';

/** Values at which programs are known to stumble; a seed picks the order, so that a bounded run can be repeated. */
const EDGES: readonly (readonly [string, unknown])[] = [
  ['nothing', ''],
  ['a space', ' '],
  ['a line break', 'a\r\nb'],
  ['a null character', 'a\u0000b'],
  ['a lone surrogate', '\ud800'],
  ['an emoji', '👩‍👩‍👧'],
  ['right to left', '\u202Eabc'],
  ['5,000 characters', 'x'.repeat(5_000)],
  ['a percent sign', '%'],
  ['a backslash', '\\'],
  ['a number', '0'],
  ['minus one', '-1'],
  ['2^31', '2147483648'],
  ['2^63', '9223372036854775808'],
  ['1e308', '1e308'],
  ['NaN', 'NaN'],
  ['null', 'null'],
  ['true', 'true'],
  ['a list', '[]'],
  ['an object', '{}'],
  ['a date that is none', '2026-02-30'],
  ['a prototype', '__proto__'],
];
const RAW: readonly (readonly [string, unknown])[] = [
  ['null itself', null],
  ['a number itself', -1],
  ['a large number itself', 2 ** 60],
  ['true itself', true],
  ['a list itself', []],
  ['an object itself', {}],
  ['a deep list', JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`)],
];
const MOST = 90;

/** Edge values at every place of the operation: any refusal is right, an error of the server is not. */
export async function edges(working: Working, context: CheckContext): Promise<Tried | undefined> {
  const control = tryOf('the example of the document', await send(context, goodRequest(working)));
  const all = places(working.map.described.document, working.operation).flatMap((place) =>
    [...EDGES, ...(place.where === 'body' ? RAW : [])].map(([name, value]) => ({ place, name, value })),
  );
  if (all.length === 0) return undefined;
  const tries: Try[] = [];
  for (const { place, name, value } of shuffled(all, context.seed ?? 1).slice(0, MOST)) {
    const request = withValue(working, place, value);
    const answer = await sendTwice(context, request, (one) => isServerError(one) || one.state === 'failed');
    tries.push(tryOf(`${name} in \`${place.name}\``, answer, request));
  }
  return { subject: working.operation.name, control, tries };
}

/** mulberry32 and Fisher–Yates. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const list = [...items];
  let state = seed >>> 0;
  for (let last = list.length - 1; last > 0; last -= 1) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const index = ((mixed ^ (mixed >>> 14)) >>> 0) % (last + 1);
    [list[last], list[index]] = [list[index] as Item, list[last] as Item];
  }
  return list;
}
