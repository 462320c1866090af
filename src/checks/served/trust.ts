import { join } from 'node:path';

import { z } from 'zod';

import type { Unasked } from '../../model/live-look.ts';
import type { Handshake } from '../../ports/index.ts';
import type { CheckContext, Collected } from '../contract.ts';
import type { TrustFacts } from './judge.ts';
import { servedCertificates, type Look } from './look.ts';

const SHAKE_MS = 3_000;
const START_MS = 20_000;

const CA = z.string().describe('File with the certificate of the authority (PEM), from the root of the repository.');
export const TLS03 = z.strictObject({
  ca: CA.optional().describe('File with the certificate of an authority of your own (PEM). Without it: the public ones.'),
  ports: z
    .array(z.string().regex(/^[\w.-]+:\d+$/, 'not a service and its port, such as proxy:443'))
    .optional()
    .describe('Ports that users of production meet: `[proxy:443]`. Without it: all that speak TLS.'),
});
export const TLS21 = z.strictObject({ ca: CA });

type One = TrustFacts['served'][number];

/** Targets of a system that runs somewhere already, or what the configuration says is production. */
export async function production(context: CheckContext): Promise<Collected<TrustFacts>> {
  const { manifest } = context;
  const told = context.options?.['TLS-03'] === undefined ? undefined : TLS03.parse(context.options['TLS-03']);
  if (!manifest) return { state: 'not-applicable', because: 'no stack is up' };
  if (told === undefined && manifest.kind !== 'external')
    return {
      state: 'not-applicable',
      because:
        'nothing says that this is production, where a certificate may not sign itself: `check_options: {TLS-03: {ports: [proxy:443]}}`',
    };
  const ca = await authorityOf(context, told?.ca);
  if (typeof ca === 'object') return ca;
  const authority = told?.ca ?? 'the public authorities';
  const doors = manifest.targets.flatMap((target) => {
    const url = URL.canParse(target.url) ? new URL(target.url) : undefined;
    if (manifest.kind !== 'external' || !url || !/^(?:https|wss):$/.test(url.protocol)) return [];
    return [{ service: target.name, host: url.hostname, port: Number(url.port === '' ? 443 : url.port) }];
  });
  const unasked: Unasked[] = [];
  const served: One[] = [];
  for (const { service, host, port } of doors.slice(0, 20)) {
    const { shaken, ms } = await shake(context, { host, port, name: host, ca });
    if (shaken.state === 'done')
      served.push(oneOf(shaken, { service, place: `${host}:${String(port)}`, port, name: host, ms, cold: false }));
    else unasked.push({ service, because: `${host}:${String(port)}: ${shaken.message}` });
  }
  const looked = manifest.kind === 'external' ? undefined : await servedCertificates(context);
  for (const { look } of looked?.served ?? []) {
    const { service, port } = look;
    if (told?.ports && !told.ports.includes(`${service.name}:${String(port)}`)) continue;
    served.push(await again(context, look, ca));
  }
  unasked.push(...(looked?.unasked ?? []));
  const seen = new Set(served.map(({ service, port }) => `${service}:${String(port)}`));
  for (const wanted of told?.ports ?? [])
    if (!seen.has(wanted)) unasked.push({ service: wanted, because: `${wanted} was not seen to speak TLS` });
  if (served.length + unasked.length === 0) return { state: 'not-applicable', because: 'nothing of it speaks TLS' };
  return { state: 'collected', facts: { served, unasked, authority }, sources: [] };
}

/** Every port that speaks TLS, and once more at the very start of those services that may be started once more. */
export async function verified(context: CheckContext): Promise<Collected<TrustFacts>> {
  const told = TLS21.safeParse(context.options?.['TLS-21']);
  const line = 'which authority signs for the stack is not said: `check_options: {TLS-21: {ca: certs/ca.pem}}`';
  if (!told.success) return context.named ? { state: 'gap', because: line } : { state: 'not-applicable', because: line };
  const ca = await authorityOf(context, told.data.ca);
  if (typeof ca === 'object') return ca;
  const looked = await servedCertificates(context);
  if (!looked) return { state: 'gap', because: 'the stack is not up, so nothing could be asked' };
  const served: One[] = [];
  for (const { look } of looked.served) served.push((await fresh(context, look, ca)) ?? (await again(context, look, ca)));
  if (served.length + looked.unasked.length === 0) return { state: 'not-applicable', because: 'no port of the stack speaks TLS' };
  return {
    state: 'collected',
    facts: { served, unasked: [...looked.unasked], authority: told.data.ca },
    sources: [{ file: told.data.ca }],
  };
}

async function authorityOf({ ports, root }: CheckContext, file: string | undefined): Promise<string | undefined | Collected<never>> {
  if (file === undefined) return undefined;
  try {
    const text = await ports.files.readText(join(root, file));
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch {
    // Told below.
  }
  return { state: 'gap', because: `${file} holds no certificate (PEM), or is not there` };
}

async function again(context: CheckContext, { service, port, place }: Look, ca: string | undefined): Promise<One> {
  const { shaken, ms } = await shake(context, { host: place.host, port: place.port, name: service.name, ca });
  const facts = { service: service.name, place: place.shown, port, name: service.name, ms, cold: false };
  return shaken.state === 'done' ? oneOf(shaken, facts) : { ...facts, ...NOBODY, untrusted: shaken.message };
}

/** The first handshake of a service that was started for it; `undefined` where that is not possible or shows another port. */
async function fresh(context: CheckContext, { service, port }: Look, ca: string | undefined): Promise<One | undefined> {
  const boots = await context.boots?.();
  const bootable = (await boots?.services())?.some((one) => one.service === service.name) === true;
  const [main] = service.published;
  if (!boots || !bootable || main?.container !== port) return undefined;
  let seen: One | undefined;
  await boots.start({
    service: service.name,
    env: {},
    withinMs: START_MS,
    visit: async (url) => {
      const { hostname: host, port: own } = new URL(url);
      const { shaken, ms } = await shake(context, { host, port: Number(own), name: service.name, ca });
      const facts = {
        service: service.name,
        place: `${service.name}:${String(port)}, just started`,
        port,
        name: service.name,
        ms,
        cold: true,
      };
      seen = shaken.state === 'done' ? oneOf(shaken, facts) : { ...facts, ...NOBODY, untrusted: shaken.message };
    },
  });
  return seen;
}

const NOBODY = { subject: 'nobody', issuer: 'nobody', selfIssued: false, certificates: 0 } as const;

interface Shaking {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly ca: string | undefined;
}

async function shake({ ports, signal }: CheckContext, { host, port, name, ca }: Shaking): Promise<{ shaken: Handshake; ms: number }> {
  const began = ports.clock.monotonicMs();
  const shaken = await ports.tls.handshake({ host, port, timeoutMs: SHAKE_MS, signal }, { name, ca });
  return { shaken, ms: ports.clock.monotonicMs() - began };
}

function oneOf(
  { chain, untrusted }: Extract<Handshake, { state: 'done' }>,
  facts: Pick<One, 'service' | 'place' | 'port' | 'name' | 'ms' | 'cold'>,
): One {
  const [leaf] = chain;
  return {
    ...facts,
    subject: leaf?.subject ?? 'nobody',
    issuer: leaf?.issuer ?? 'nobody',
    selfIssued: leaf?.selfIssued ?? false,
    certificates: chain.length,
    ...(untrusted === undefined ? {} : { untrusted }),
  };
}
