import type { Handshake } from '../../ports/index.ts';
import type { Unasked } from '../../model/live-look.ts';
import type { CheckContext } from '../contract.ts';
import { liveServices, placeOf, type LiveService, type Place } from '../live/services.ts';
import { once } from '../repository/files.ts';
import type { Served } from './judge.ts';

const SHAKE_MS = 3_000;
const PORTS = 60;
const DAY_MS = 86_400_000;
/** Ports on which servers speak first, or a protocol of their own that begins in the clear: a TLS hello there says nothing. */
const OWN_PROTOCOL = new Set([22, 25, 53, 1433, 3306, 4222, 5432, 5672, 6379, 9042, 11211, 27017]);

export interface Look {
  readonly service: LiveService;
  readonly port: number;
  readonly place: Place;
  readonly handshake: Handshake;
}

/** A handshake with every port of the stack that says it is one. */
export function handshakes(context: CheckContext): Promise<readonly Look[] | undefined> {
  return once(context, 'handshakes', async () => {
    const services = await liveServices(context);
    if (!services) return undefined;
    const doors = services.flatMap((service) => service.ports.map((port) => ({ service, port })));
    const looks = await Promise.all(
      doors.slice(0, PORTS).map(async ({ service, port }): Promise<Look | undefined> => {
        const place = await placeOf(context, service, port);
        if (!place) return undefined;
        const handshake = await context.ports.tls.handshake(
          { host: place.host, port: place.port, timeoutMs: SHAKE_MS, signal: context.signal },
          { name: service.name },
        );
        return { service, port, place, handshake };
      }),
    );
    return looks.filter((look) => look !== undefined);
  });
}

/** Certificates that are served, and ports that began a handshake and did not come to its end. */
export async function servedCertificates(
  context: CheckContext,
): Promise<{ served: readonly (Served & { look: Look })[]; unasked: readonly Unasked[] } | undefined> {
  const looks = await handshakes(context);
  if (!looks) return undefined;
  return {
    served: looks.flatMap((look) => describe(context, look)),
    unasked: looks.flatMap(({ service, place, handshake }) =>
      handshake.state === 'failed' && handshake.reason === 'alert'
        ? [{ service: service.name, because: `${place.shown} speaks TLS and refused the handshake: ${handshake.message}` }]
        : [],
    ),
  };
}

/** Does this port speak no TLS, though it could? */
export function isPlain({ port, handshake }: Look): boolean {
  return !OWN_PROTOCOL.has(port) && handshake.state === 'failed' && handshake.reason === 'not-tls';
}

function describe(context: CheckContext, look: Look): (Served & { look: Look })[] {
  const { service, port, place, handshake } = look;
  const leaf = handshake.state === 'done' ? handshake.chain[0] : undefined;
  if (handshake.state !== 'done' || !leaf) return [];
  const now = Date.parse(context.ports.clock.now());
  const started =
    context.manifest?.services
      .find(({ name }) => name === service.name)
      ?.replicas.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [Date.parse(startedAt)])) ?? [];
  return [
    {
      look,
      service: service.name,
      place: place.shown,
      port,
      version: handshake.version,
      subject: leaf.subject,
      issuer: leaf.issuer,
      serial: leaf.serial,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
      daysLeft: Math.floor((Date.parse(leaf.notAfter) - now) / DAY_MS),
      names: [...leaf.names],
      key: leaf.keyType,
      ...(leaf.keyBits === undefined ? {} : { keyBits: leaf.keyBits }),
      signature: leaf.signature,
      selfIssued: leaf.selfIssued,
      minted: Date.parse(leaf.notBefore) >= Math.min(now - DAY_MS, ...started.map((at) => at - DAY_MS / 24)),
      published: service.open.includes(port),
    },
  ];
}
