import type { Tried } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { nonce, send } from '../openapi/call.ts';
import { tryOf, type Working } from '../openapi/tries.ts';
import { countOf, goodRequest, searchWords, withValue } from './places.ts';

/** A search for a word that stands nowhere. */
export async function emptyResult(working: Working, context: CheckContext): Promise<Tried | undefined> {
  const place = searchWords(working.map.described.document, working.operation);
  if (!place) return undefined;
  const control = tryOf('the example of the document', await send(context, goodRequest(working)));
  const request = withValue(working, place, `gauntlet${nonce()}`);
  const answer = await send(context, request);
  const count = countOf(answer);
  const one = { ...tryOf('a word that stands nowhere', answer, request), ...(count === undefined ? {} : { note: `${count} results` }) };
  return { subject: working.operation.name, control, tries: [one] };
}
