import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import type { Container } from '../live/containers.ts';
import { KINDS, recognise, type Kind } from '../live/kinds.ts';
import { consumersOf, type Consumer } from '../live/logins.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { askFrom, type Heard } from './inside.ts';
import { ReachFacts } from './judge.ts';

const WAYS = 30;

/** Is a store reached from where those run who use it, and not from the host alone? */
export const reach: readonly CheckPlugin[] = [
  row('DB-01', 'every service reaches its databases from its own network', ['postgres', 'mysql', 'mongodb']),
  row('RED-01', 'every service reaches its Redis from its own network', ['redis']),
];

type Way = ReachFacts['ways'][number];

function row(code: string, summary: string, kinds: readonly Kind[]): CheckPlugin {
  return defineCheck<ReachFacts>({ code, summary, needs: 'live', facts: ReachFacts, collect: (context) => collect(context, code, kinds) });
}

async function collect(context: CheckContext, code: string, kinds: readonly Kind[]): Promise<Collected<ReachFacts>> {
  const found = await storesOf(context, ...kinds);
  if (!isStores(found)) return found;
  const pairs = await Promise.all(
    found.stores.map(async (store) => (await consumersOf(context, store)).map((consumer) => ({ store, consumer }))),
  );
  const ways = await Promise.all(
    pairs
      .flat()
      .slice(0, WAYS)
      .map(({ store, consumer }) => wayOf(context, store, consumer)),
  );
  if (ways.length + found.unasked.length === 0)
    return { state: 'not-applicable', because: `no other service of the stack is set up to use what ${code} looks at` };
  return { state: 'collected', facts: { unasked: [...found.unasked], ways }, sources: [] };
}

async function wayOf(context: CheckContext, store: Store, { service: consumer }: Consumer): Promise<Way> {
  const { kind, service, port } = store;
  const { protocol, title } = KINDS[kind];
  const host = nameUsed(consumer.env, service.names) ?? service.name;
  const base = { from: consumer.name, to: service.name, title, address: `${host}:${port}` };
  const [container] = consumer.containers;
  if (!container || protocol.speaks !== 'bytes') return { ...base, state: 'unknown', heard: 'it runs in no container', by: 'nobody' };
  const ask = async (): Promise<Pick<Way, 'state' | 'heard' | 'by'>> =>
    told(await askFrom(context, container, { host, port, send: protocol.send, bytes: protocol.bytes }), protocol.is);
  const first = await ask();
  if (first.state === 'answers') return { ...base, ...first };
  // A container without CPU to spare is late: what is said against it must be said twice, and by the network too.
  const again = first.state === 'unknown' ? first : await ask();
  if (again.state === 'answers' || again.state === 'no-name') return { ...base, ...again };
  const beside = await besideEachOther(context, store, container);
  if (beside === undefined) return { ...base, ...again };
  if (again.state !== 'unknown')
    return { ...base, state: 'unknown', heard: `${again.by} heard nothing, and it answers on ${beside}, which both are in`, by: 'nobody' };
  return { ...base, state: 'answers', heard: `both are in ${beside}, where it answers at its address`, by: 'this machine' };
}

function told(heard: Heard, is: (bytes: Uint8Array) => boolean): Pick<Way, 'state' | 'heard' | 'by'> {
  if (heard.state === 'unknown') return { state: 'unknown', heard: heard.why, by: 'nobody' };
  if (heard.state !== 'heard') return { state: heard.state, heard: heard.why, by: heard.by };
  const text = heard.bytes.toString('latin1').replaceAll(/[^\x20-\x7e]+/g, '·');
  const shown = heard.bytes.length === 0 ? 'nothing came back' : `${heard.bytes.length} bytes, ${text}`;
  return { state: is(heard.bytes) ? 'answers' : 'other', heard: shown, by: heard.by };
}

/** A network in which both are, and in which the store answers at its own address. */
async function besideEachOther(context: CheckContext, { kind, service, port }: Store, container: Container): Promise<string | undefined> {
  const own = service.containers.flatMap(({ networks }) => networks);
  for (const { name, address } of own) {
    if (address === '' || !container.networks.some((network) => network.name === name)) continue;
    if ((await recognise(context, kind, { host: address, port, shown: address })).state === 'known') return name;
  }
  return undefined;
}

/** The name by which its settings call the store. */
function nameUsed(env: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  const values = Object.values(env);
  return names.find((name) =>
    values.some((value) => value === name || value.includes(`@${name}:`) || value.includes(`//${name}:`) || value.startsWith(`${name}:`)),
  );
}
