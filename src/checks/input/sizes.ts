import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { memoryOf } from '../live/memory.ts';
import { send } from '../openapi/call.ts';
import { tryOf, type Working } from '../openapi/tries.ts';
import { countOf, goodRequest, listed, textFields, withValue, type Place } from './places.ts';

const LARGE = 10_000_000;
const FIELDS = 3;

/** Texts of the body: at their limit, one more, ten times as much; and 10 MB of the one that may be longest. */
export async function sizes(working: Working, context: CheckContext, usual: number): Promise<Tried | undefined> {
  const fields = textFields(working.map.described.document, working.operation).map((place) => ({ place, declared: declaredOf(place) }));
  const longest = fields.toSorted((a, b) => (b.declared ?? usual) - (a.declared ?? usual))[0];
  if (!longest) return undefined;
  const ask = async (name: string, place: Place, length: number): Promise<Try> => {
    const request = withValue(working, place, 'a'.repeat(length));
    return tryOf(name, await send(context, request), { ...request, body: `{"${place.name}": "a" × ${length}}` });
  };
  const control = tryOf('the example of the document', await send(context, goodRequest(working)));
  const tries: Try[] = [];
  for (const { place, declared } of fields.filter((field) => field.declared !== undefined || field === longest).slice(0, FIELDS)) {
    const limit = declared ?? usual;
    if (limit > LARGE / 10) continue;
    // What a text with a pattern may be is not known.
    if (declared !== undefined && place.schema['pattern'] === undefined)
      tries.push(await ask(`${limit} characters of \`${place.name}\`, its limit`, place, limit));
    const note = declared === undefined ? { note: 'no maxLength is declared' } : {};
    for (const length of [limit + 1, limit * 10])
      tries.push({ ...(await ask(`${length} characters of \`${place.name}\``, place, length)), ...note });
  }
  const { service } = working.map.target;
  const before = await memoryOf(context, service);
  const large = await ask(`10 MB of \`${longest.place.name}\``, longest.place, LARGE);
  const after = await memoryOf(context, service);
  // A new height since then is this text's doing, or that of what else was asked meanwhile.
  const rose = before && after && after.highestBytes > before.highestBytes ? Math.max(0, after.highestBytes - before.bytes) : 0;
  tries.push(before && after ? { ...large, memoryBytes: rose } : large);
  return { subject: working.operation.name, control, tries };
}

function declaredOf({ schema }: Place): number | undefined {
  return typeof schema['maxLength'] === 'number' ? schema['maxLength'] : undefined;
}

/** More results than the cap, all of them, none, and fewer than none. */
export async function caps(working: Working, context: CheckContext, usual: number): Promise<Tried | undefined> {
  const { operation } = working;
  const parameter = listed(operation);
  if (!parameter) return undefined;
  const { maximum } = parameter.schema;
  const cap = typeof maximum === 'number' ? maximum : usual;
  const place = { name: parameter.name, where: 'query', schema: parameter.schema } as const;
  const control = tryOf('the example of the document', await send(context, goodRequest(working)));
  const tries: Try[] = [];
  for (const asked of [cap + 1, 10_000, 0, -1]) {
    const request = withValue(working, place, String(asked));
    const answer = await send(context, request);
    const count = countOf(answer);
    tries.push({
      ...tryOf(`${parameter.name}=${asked}`, answer, request),
      ...(count === undefined ? {} : { note: `${count} results, at most ${cap} allowed`, effect: count > cap }),
    });
  }
  return { subject: operation.name, control, tries };
}
