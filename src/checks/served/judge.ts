import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** One port of the stack that speaks TLS, as a client saw it. */
const Served = z.object({
  service: z.string(),
  place: z.string(),
  port: z.number(),
  version: z.string(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  notBefore: z.string(),
  notAfter: z.string(),
  /** At the time of the run. */
  daysLeft: z.number(),
  names: z.array(z.string()),
  key: z.string(),
  keyBits: z.number().optional(),
  signature: z.string(),
  selfIssued: z.boolean(),
  /** It was made while the stack came up: its expiry says nothing about the one in production. */
  minted: z.boolean(),
  published: z.boolean(),
});
export type Served = z.output<typeof Served>;

export const ServedFacts = z.object({ unasked: z.array(Unasked), served: z.array(Served) });
export type ServedFacts = z.output<typeof ServedFacts>;

export const NameFacts = z.object({
  unasked: z.array(Unasked),
  served: z.array(
    Served.extend({
      /** Names under which clients are set up to call it, with where that is said. */ used: z.array(
        z.object({ name: z.string(), from: z.string(), covered: z.boolean() }),
      ),
    }),
  ),
});
export type NameFacts = z.output<typeof NameFacts>;

export const WeakFacts = z.object({
  unasked: z.array(Unasked),
  served: z.array(
    Served.extend({
      /** What became of handshakes limited to one old version; the control is the handshake of today. */
      old: z.array(z.object({ version: z.string(), state: z.enum(['accepted', 'refused', 'unknown']), said: z.string() })),
    }),
  ),
});
export type WeakFacts = z.output<typeof WeakFacts>;

export const PortFacts = z.object({
  unasked: z.array(Unasked),
  services: z.array(z.object({ service: z.string(), encrypted: z.array(z.number()), plain: z.array(z.number()) })),
});
export type PortFacts = z.output<typeof PortFacts>;

export const TrustFacts = z.object({
  unasked: z.array(Unasked),
  /** Whom the client trusts, for the reader. */
  authority: z.string(),
  served: z.array(
    z.object({
      service: z.string(),
      place: z.string(),
      port: z.number(),
      /** The name that the client asks for. */
      name: z.string(),
      subject: z.string(),
      issuer: z.string(),
      selfIssued: z.boolean(),
      certificates: z.number(),
      /** Why a client that verifies goes away; absent when it does not. */
      untrusted: z.string().optional(),
      ms: z.number(),
      /** The service was started for it, and this was its first handshake. */
      cold: z.boolean(),
    }),
  ),
});
export type TrustFacts = z.output<typeof TrustFacts>;

const LASTS = 'valid for 30 days or more';
const NAMED = 'a certificate for the name that its clients call';
const STRONG = 'TLS 1.2 and later alone, RSA of 2048 bits or more, no SHA-1';
const TRUSTED = 'a chain to an authority that users know';
const VERIFIED = 'a handshake that verifies';
const ALL = 'every port of a service encrypted, once one is';

export const judges: readonly RowJudge[] = [
  defineJudge<ServedFacts>({
    code: 'TLS-01',
    rule: {
      title: 'a certificate that is served expires',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Renew it now, and let a program do it from here on (ACME, cert-manager); restart or reload who serves it.',
    },
    facts: ServedFacts,
    evaluate: ({ served, unasked }) => [...served.map(expiry), ...leftOpen(unasked, LASTS)],
  }),
  defineJudge<TrustFacts>({
    code: 'TLS-03',
    rule: {
      title: 'production serves a certificate that no client trusts',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Serve one of an authority that clients know (ACME by Caddy, Traefik or certbot; an own authority for what is inside, with its certificate given to every client), with the whole chain. One that is signed by itself teaches every client to switch verification off.',
    },
    facts: TrustFacts,
    evaluate: ({ served, unasked, authority }) => [
      ...served.map((one) => trust(one, { authority, expected: TRUSTED })),
      ...leftOpen(unasked, TRUSTED),
    ],
  }),
  defineJudge<TrustFacts>({
    code: 'TLS-21',
    rule: {
      title: 'a client that verifies cannot connect',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Sign the certificate with the authority that clients are given, for the name by which they call (`subjectAltName=DNS:qdrant`), and send the chain up to it; be ready only when it is loaded.',
    },
    facts: TrustFacts,
    evaluate: ({ served, unasked, authority }) => [
      ...served.map((one) => trust(one, { authority, expected: VERIFIED })),
      ...leftOpen(unasked, VERIFIED),
    ],
  }),
  defineJudge<NameFacts>({
    code: 'TLS-11',
    rule: {
      title: 'a certificate is not for the name by which it is called',
      priority: 'P1',
      effort: '30 min–1 h',
      fix: 'Make the certificate with the name of the service among its alternative names (`-addext "subjectAltName=DNS:qdrant,DNS:localhost"`): else every client must switch verification off.',
    },
    facts: NameFacts,
    evaluate: ({ served, unasked }) => [...served.flatMap(names), ...leftOpen(unasked, NAMED)],
  }),
  defineJudge<WeakFacts>({
    code: 'TLS-12',
    rule: {
      title: 'weak TLS is accepted',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Set the lowest version to TLS 1.2 (`ssl_protocols TLSv1.2 TLSv1.3;`), and make a certificate with RSA of 2048 bits or more, or ECDSA, signed with SHA-256.',
    },
    facts: WeakFacts,
    evaluate: ({ served, unasked }) => [...served.map(weak), ...leftOpen(unasked, STRONG)],
  }),
  defineJudge<PortFacts>({
    code: 'TLS-18',
    rule: {
      title: 'a service is encrypted on one port and open on another',
      priority: 'P1',
      effort: '30 min–1 h',
      fix: 'Switch TLS on for the other port too, or close it: who uses it sends passwords and data in the clear.',
    },
    facts: PortFacts,
    evaluate: ({ services, unasked }) => [...services.map(ports), ...leftOpen(unasked, ALL)],
  }),
];

function expiry({ service, place, port, subject, issuer, serial, notAfter, daysLeft, minted }: Served): RowResult {
  const ends = daysLeft < 0 ? `expired ${counted(-daysLeft, 'day')} ago` : `expires in ${counted(daysLeft, 'day')}`;
  const measured = `${ends} (${notAfter.slice(0, 10)}), subject ${subject}, issuer ${issuer}, serial ${serial.slice(0, 20)}`;
  const base = { subject: `${service}:${port}`, measured, expected: LASTS };
  if (daysLeft >= 30)
    return {
      ...base,
      result: { verdict: 'refuted' },
      summary: `${place} serves a certificate that ${ends}${minted ? '; it was made while the stack came up, which says nothing about the one in production' : ''}.`,
    };
  return {
    ...base,
    result: { verdict: 'confirmed' },
    summary: `${place} serves a certificate of ${subject} (issuer ${issuer}) that ${ends}, on ${notAfter.slice(0, 10)}.`,
    ...(daysLeft < 7 ? { priority: ['P0', daysLeft < 0 ? 'escalate:expired' : 'escalate:less-than-7-days'] as const } : {}),
  };
}

function trust(one: TrustFacts['served'][number], { authority, expected }: { authority: string; expected: string }): RowResult {
  const { service, place, port, name, subject, issuer, selfIssued, certificates, untrusted, ms, cold } = one;
  const took = `${cold ? 'first handshake of a fresh start' : 'handshake'} as ${name} with ${authority}: ${untrusted ?? 'verified'} after ${String(Math.round(ms))} ms`;
  const chain = selfIssued
    ? `${subject} signed it itself`
    : `subject ${subject}, issuer ${issuer}, ${counted(certificates, 'certificate')} sent`;
  return {
    subject: `${service}:${String(port)}`,
    result: untrusted === undefined ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: `${place}: ${took} (${chain}).`,
    measured: `${took}; ${chain}`,
    expected,
  };
}

function names({ service, place, port, subject, names: alternative, used }: NameFacts['served'][number]): RowResult[] {
  const shown = alternative.length === 0 ? 'no alternative name' : atMost(alternative, 6);
  const wrong = used.filter(({ covered }) => !covered);
  const measured = `${shown}; called as ${atMost([...new Set(used.map(({ name }) => name))], 4)}`;
  const base = { measured, expected: NAMED };
  if (wrong.length === 0)
    return [{ ...base, subject: `${service}:${port}`, result: { verdict: 'refuted' }, summary: `${place}: ${measured}.` }];
  return [
    {
      ...base,
      subject: `${service}:${port}`,
      result: { verdict: 'confirmed' },
      summary: `${place} serves a certificate of ${subject} with ${shown}, and ${atMost(
        wrong.map(({ name, from }) => `${from} calls it ${name}`),
        4,
      )}: no client that verifies can connect.`,
    },
  ];
}

function weak({ service, place, port, version, key, keyBits, signature, old }: WeakFacts['served'][number]): RowResult {
  const matrix = [`${version} accepted`, ...old.map((one) => `${one.version} ${one.state}`)].join(', ');
  const measured = `${matrix}; ${key}${keyBits === undefined ? '' : ` ${keyBits} bits`}, ${signature}`;
  const problems = [
    ...old.filter(({ state }) => state === 'accepted').map((one) => `${one.version} is accepted`),
    ...(key === 'rsa' && keyBits !== undefined && keyBits < 2048 ? [`its RSA key has ${keyBits} bits`] : []),
    ...(/sha1|md5/i.test(signature) ? [`it is signed with ${signature}`] : []),
  ];
  const unknown = old.filter(({ state }) => state === 'unknown');
  const because = `${place}: ${unknown.map((one) => `${one.version}: ${one.said}`).join('; ')}`;
  return {
    subject: `${service}:${port}`,
    result:
      problems.length > 0 ? { verdict: 'confirmed' } : unknown.length > 0 ? { verdict: 'inconclusive', because } : { verdict: 'refuted' },
    summary: problems.length > 0 ? `${place}: ${problems.join(', ')} (${measured}).` : `${place}: ${measured}.`,
    measured,
    expected: STRONG,
  };
}

function ports({ service, encrypted, plain }: PortFacts['services'][number]): RowResult {
  const measured = `TLS on ${encrypted.join(', ')}; without it on ${plain.length === 0 ? 'none' : plain.join(', ')}`;
  return {
    subject: service,
    result: plain.length === 0 ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: `${service}: ${measured}.`,
    measured,
    expected: ALL,
  };
}
