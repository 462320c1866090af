import { oneLine } from '../../lib/text.ts';
import type { Bootable, Booting, Boots } from '../../model/boot.ts';
import type { BootCase } from '../../model/boots.ts';
import type { CheckContext } from '../contract.ts';
import { once } from '../repository/files.ts';
import type { Change } from './changes.ts';

const GOOD_MS = 30_000;
/** How much longer than the good start a bad one may take to say that it is bad. */
const PATIENCE = { times: 3, leastMs: 4_000 } as const;

/** One start with nothing changed; the rows of one run share it. */
export function controlOf(context: CheckContext, boots: Boots, { service }: Bootable): Promise<BootCase> {
  return once(context, `boot ${service}`, () =>
    inTurn(context, async () => toCase('nothing changed', await boots.start({ service, env: {}, withinMs: GOOD_MS }))),
  );
}

/** One start with one thing changed. The same change of another row is not made twice. */
export function bootOnce(
  context: CheckContext,
  { boots, service, change, afterMs }: { boots: Boots; service: string; change: Change; afterMs: number },
): Promise<BootCase> {
  return once(context, `boot ${service} ${change.case}`, () =>
    inTurn(context, async () => {
      let seen: { seen: string; effect: boolean } | undefined;
      const visit = change.visit;
      const booting = await boots.start({
        service,
        env: change.env,
        ...(change.without ? { without: change.without } : {}),
        withinMs: Math.max(PATIENCE.leastMs, afterMs * PATIENCE.times),
        ...(visit ? { visit: async (url: string) => void (seen = await visit(url)) } : {}),
      });
      return { ...toCase(change.case, booting), ...seen };
    }),
  );
}

/** Starts one after the other: more of them would be a load, and the clock of the good start no measure. */
async function inTurn<Result>(context: CheckContext, work: () => Promise<Result>): Promise<Result> {
  const queue = await once(context, 'boots in turn', async () => ({ last: Promise.resolve() as Promise<unknown> }));
  const own = queue.last.then(work, work);
  queue.last = own.catch(() => undefined);
  return own;
}

function toCase(name: string, { ended, code, afterMs, tail }: Booting): BootCase {
  const said = oneLine(tail.findLast((line) => line.trim() !== '') ?? '').slice(0, 200);
  return { case: name, ended, ...(code === undefined ? {} : { code }), afterMs: Math.round(afterMs), said };
}
