import type { TriesFacts, Try } from '../../model/api-tries.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { requestFor, sendOnce } from '../openapi/call.ts';
import { apiMap, isMap } from '../openapi/map.ts';
import { clientFor, CLIENTS_LINE, factsOf, isAdmin, tryOf } from '../openapi/tries.ts';

const READY_MS = 20_000;
const LATER = { times: 12, pauseMs: 500 } as const;

/** Starts the service once more, and is its first caller in the moment in which it says that it is ready. */
export async function firstCall(context: CheckContext): Promise<Collected<TriesFacts>> {
  const map = await apiMap(context);
  if (!isMap(map)) return map;
  const operation = map.operations.find(
    (one) => one.secured && one.method === 'GET' && !isAdmin(one) && !one.path.includes('{') && requestFor(map.base, one),
  );
  if (!operation) return { state: 'not-applicable', because: `${map.described.where} describes no protected operation that can be read` };
  const client = clientFor(map, operation);
  if (!client) return { state: 'collected', facts: { ...factsOf(map, { tried: [], skipped: [] }), missing: CLIENTS_LINE }, sources: [] };
  const boots = await context.boots?.();
  const service = (await boots?.services())?.find((one) => one.service === map.target.service);
  if (!boots || !service) return { state: 'not-applicable', because: `${map.target.name} cannot be started once more here` };
  const calls: Try[] = [];
  const booting = await boots.start({
    service: service.service,
    env: {},
    withinMs: READY_MS,
    visit: async (url) => {
      const own = requestFor(map.base.replace(map.target.origin, url), operation);
      if (!own) return;
      const request = { ...own, headers: { ...own.headers, ...client.headers } };
      const call = async (name: string): Promise<Try> => tryOf(name, await sendOnce(context, request), request);
      calls.push(await call('the first call'));
      for (let round = 0; round < LATER.times; round += 1) {
        const later = await call('the same call later');
        calls[1] = later;
        if (later.status !== null && later.status < 300) return;
        await context.ports.clock.sleep(LATER.pauseMs, context.signal);
      }
    },
  });
  const [first, second] = calls;
  const control = second ?? {
    case: 'the same call later',
    status: null,
    because: `the service is ${booting.ended} (${booting.tail.at(-1) ?? ''})`,
    ms: 0,
  };
  return {
    state: 'collected',
    facts: factsOf(map, { tried: [{ subject: operation.name, control, tries: first ? [first] : [] }], skipped: [] }),
    sources: [],
  };
}
