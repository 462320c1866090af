import type { CheckContext } from '../contract.ts';
import { consumersOf } from './logins.ts';
import type { Store } from './stores.ts';

/** The key of a Qdrant, by its own settings or by those of who uses it. */
export async function keyOf(context: CheckContext, store: Store): Promise<Record<string, string>> {
  const own = store.service.env['QDRANT__SERVICE__API_KEY'];
  const theirs = (await consumersOf(context, store)).flatMap(({ service }) =>
    Object.entries(service.env).flatMap(([name, value]) => (/(?:QDRANT|VECTOR)\w*API_KEY$/.test(name) ? [value] : [])),
  );
  const key = own ?? theirs[0];
  return key === undefined || key === '' ? {} : { 'api-key': key };
}
