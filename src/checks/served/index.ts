import type { TlsVersion } from '../../ports/index.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { liveServices, type LiveService } from '../live/services.ts';
import { resolvedStack } from '../repository/compose.ts';
import { covers } from './covers.ts';
import { NameFacts, PortFacts, ServedFacts, TrustFacts, WeakFacts, type Served } from './judge.ts';
import { handshakes, isPlain, servedCertificates, type Look } from './look.ts';
import { production, TLS03, TLS21, verified } from './trust.ts';

const SHAKE_MS = 3_000;
const OLD: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1'];

/** TLS-01: certificates that are served, and how long they last. */
const lasting = defineCheck<ServedFacts>({
  code: 'TLS-01',
  summary: 'certificates that the stack serves are valid for a month or more',
  needs: 'live',
  facts: ServedFacts,
  collect: (context) => overServed(context, async (served) => served.map(plainFacts)),
});

/** TLS-11: they are for the names that their clients call. */
const named = defineCheck<NameFacts>({
  code: 'TLS-11',
  summary: 'certificates of the stack are for the names by which services call each other',
  needs: 'live',
  facts: NameFacts,
  collect: (context) =>
    overServed(context, async (served) => {
      const services = (await liveServices(context)) ?? [];
      return served.flatMap((one) => {
        const used = usesOf(services, one.look).map((use) => ({ ...use, covered: covers(one, use.name) }));
        return used.length === 0 ? [] : [{ ...plainFacts(one), used }];
      });
    }),
});

/** TLS-12: nothing older than TLS 1.2 is accepted. */
const strong = defineCheck<WeakFacts>({
  code: 'TLS-12',
  summary: 'no port of the stack accepts weak TLS',
  needs: 'live',
  facts: WeakFacts,
  collect: (context) =>
    overServed(context, (served) =>
      Promise.all(
        served.map(async (one) => ({
          ...plainFacts(one),
          old: await Promise.all(OLD.map((version) => tryOld(context, one.look, version))),
        })),
      ),
    ),
});

/** TLS-18: where one port is encrypted, all are. */
const everyPort = defineCheck<PortFacts>({
  code: 'TLS-18',
  summary: 'services that are encrypted on one port are so on all',
  needs: 'live',
  facts: PortFacts,
  collect: async (context) => {
    const looks = await handshakes(context);
    if (!looks) return notUp(context);
    const services = [...Map.groupBy(looks, ({ service }) => service.name)].flatMap(([service, those]) => {
      const encrypted = those.filter(({ handshake }) => handshake.state === 'done').map(({ port }) => port);
      // Port 80 beside 443 sends browsers on.
      const plain = those
        .filter(isPlain)
        .map(({ port }) => port)
        .filter((port) => !(port === 80 || port === 8080) || !encrypted.some((one) => one === 443 || one === 8443));
      return encrypted.length > 0 && those.length > 1 ? [{ service, encrypted, plain }] : [];
    });
    if (services.length === 0)
      return { state: 'not-applicable', because: 'no service of the stack has several ports, one of them with TLS' };
    return { state: 'collected', facts: { services, unasked: [] }, sources: [] };
  },
});

/** TLS-03: what users of production meet leads to an authority that they know. */
const trusted: CheckPlugin = {
  ...defineCheck<TrustFacts>({
    code: 'TLS-03',
    summary: 'in production no certificate is signed by itself: each leads to a public authority, or to the one that is named',
    needs: 'live',
    facts: TrustFacts,
    collect: production,
  }),
  options: TLS03,
};

/** TLS-21: a client that verifies gets in, also at a service that has just started. */
const verifying: CheckPlugin = {
  ...defineCheck<TrustFacts>({
    code: 'TLS-21',
    summary: 'a client that verifies with the authority of the stack gets in, at a service that has just started too',
    needs: 'live',
    facts: TrustFacts,
    collect: verified,
  }),
  options: TLS21,
};

/** Encryption as a client meets it. */
export const served: readonly CheckPlugin[] = [lasting, trusted, named, strong, everyPort, verifying];

async function overServed<One>(
  context: CheckContext,
  read: (served: readonly (Served & { look: Look })[]) => Promise<One[]>,
): Promise<Collected<{ unasked: { service: string; because: string }[]; served: One[] }>> {
  const found = await servedCertificates(context);
  if (!found) return notUp(context);
  const facts = await read(found.served);
  if (facts.length + found.unasked.length === 0)
    return {
      state: 'not-applicable',
      because:
        found.served.length === 0 ? 'no port of the stack speaks TLS' : 'no setting of the stack calls a port that speaks TLS by its name',
    };
  return { state: 'collected', facts: { served: facts, unasked: [...found.unasked] }, sources: [] };
}

function plainFacts({ look: _look, ...facts }: Served & { look: Look }): Served {
  return facts;
}

async function tryOld(
  { ports, signal }: CheckContext,
  { place, service }: Look,
  version: TlsVersion,
): Promise<WeakFacts['served'][number]['old'][number]> {
  const shake = await ports.tls.handshake(
    { host: place.host, port: place.port, timeoutMs: SHAKE_MS, signal },
    { name: service.name, only: version },
  );
  if (shake.state === 'done') return { version, state: 'accepted', said: shake.cipher };
  const refused = shake.reason === 'alert' || shake.reason === 'not-tls';
  return { version, state: refused ? 'refused' : 'unknown', said: shake.message };
}

/** Names in URLs of other services that end at this port: `https://qdrant:6333`. */
function usesOf(services: readonly LiveService[], { service, port }: Look): { name: string; from: string }[] {
  const uses = services
    .filter((one) => one !== service)
    .flatMap(({ name: consumer, env }) =>
      Object.entries(env).flatMap(([key, value]) => {
        const match = /^(?:https|wss|rediss|amqps|grpcs):\/\/(?:[^@/\s]*@)?([\w.-]+)(?::(\d+))?/.exec(value);
        const name = match?.[1] ?? '';
        const to = match?.[2] === undefined ? 443 : Number(match[2]);
        return service.names.includes(name) && to === port ? [{ name, from: `${consumer}: ${key}` }] : [];
      }),
    );
  return uses.slice(0, 20);
}

async function notUp(context: CheckContext): Promise<Collected<never>> {
  const stack = await resolvedStack(context);
  if (typeof stack === 'string') return { state: 'gap', because: stack };
  return stack?.services.length
    ? { state: 'gap', because: 'the stack is not up, so nothing could be asked' }
    : { state: 'not-applicable', because: 'no stack is up, and no compose file describes one' };
}
