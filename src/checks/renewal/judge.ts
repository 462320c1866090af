import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const Place = z.object({ path: z.string(), line: z.number() });
/** Something that renews certificates without somebody remembering to. */
const Way = z.object({ what: z.string(), path: z.string().optional() });
export type Way = z.output<typeof Way>;
const Used = z.object({ service: z.string(), path: z.string(), place: Place.optional() });

export const RenewalFacts = z.object({ used: z.array(Used), ways: z.array(Way) });
export type RenewalFacts = z.output<typeof RenewalFacts>;

export const ExpiryAlertFacts = z.object({
  used: z.array(Used),
  rules: z.number(),
  files: z.array(z.string()),
  matching: z.array(z.object({ name: z.string(), path: z.string() })),
  renewed: z.boolean(),
});
export type ExpiryAlertFacts = z.output<typeof ExpiryAlertFacts>;

export const LifetimeFacts = z.object({
  ways: z.array(Way),
  certificates: z.array(
    z.object({
      service: z.string(),
      path: z.string(),
      /** From its first to its last day. */
      days: z.number(),
      how: z.string(),
      place: Place.optional(),
    }),
  ),
});
export type LifetimeFacts = z.output<typeof LifetimeFacts>;

/** What is made once in so long is made by somebody who has to look up how. */
const LONG_DAYS = 180;

export const AcmeFacts = z.object({ ways: z.array(Way), staging: z.array(Place) });
export type AcmeFacts = z.output<typeof AcmeFacts>;

export const judges: readonly RowJudge[] = [
  defineJudge<RenewalFacts>({
    code: 'TLS-06',
    rule: {
      title: 'nothing renews a certificate that a service uses',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Let a program renew it (ACME by Caddy, Traefik, certbot or cert-manager; for an own authority, step-ca or Vault), and keep its configuration in the repository.',
    },
    facts: RenewalFacts,
    evaluate: ({ used, ways }) => [renewed(used, ways)],
  }),
  defineJudge<ExpiryAlertFacts>({
    code: 'TLS-04',
    rule: {
      title: 'no alert warns before a certificate ends',
      priority: 'P0',
      effort: '30 min–2 h',
      fix: 'Add a rule with a week of lead, such as `probe_ssl_earliest_cert_expiry - time() < 7 * 86400`, and the scrape job that yields its metric (blackbox exporter).',
    },
    facts: ExpiryAlertFacts,
    evaluate: (facts) => [warned(facts)],
  }),
  defineJudge<LifetimeFacts>({
    code: 'TLS-13',
    rule: {
      title: 'a certificate made by hand lives for long, and nothing renews it',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Put the command that makes it into a script that runs on a schedule, or let an own authority do it (step-ca, Vault, cert-manager): a certificate of a year ends when nobody remembers it.',
    },
    facts: LifetimeFacts,
    evaluate: ({ certificates, ways }) => certificates.map((one) => lifetime(one, ways)),
  }),
  defineJudge<AcmeFacts>({
    code: 'TLS-07',
    rule: {
      title: 'certificates come from a staging authority',
      priority: 'P2',
      effort: '15 min',
      fix: 'Use the authority’s production directory where users connect, and keep the staging one for the environment that tries the renewal.',
    },
    facts: AcmeFacts,
    evaluate: ({ ways, staging }) => [authority(ways, staging)],
  }),
];

function renewed(used: RenewalFacts['used'], ways: readonly Way[]): RowResult {
  const names = atMost(
    used.map(({ service, path }) => `${service} (${path})`),
    5,
  );
  const how = ways.map(({ what, path }) => (path === undefined ? what : `${what} (${path})`));
  return {
    subject: 'certificates of the stack',
    result: ways.length > 0 ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary:
      ways.length > 0
        ? `Renewed by: ${atMost(how, 3)}.`
        : `Certificates are mounted by ${names}, and nothing in the repository renews them: no ACME client, no cert-manager, no script or workflow that does.`,
    measured: ways.length > 0 ? counted(ways.length, 'way of renewal', 'ways of renewal') : 'no way of renewal',
    expected: 'at least one way of renewal',
    locations: used.flatMap(({ place }) => (place ? [place] : [])).slice(0, 5),
  };
}

function warned({ used, rules, files, matching, renewed: automated }: ExpiryAlertFacts): RowResult {
  const fine = matching.length > 0;
  const services = atMost([...new Set(used.map(({ service }) => service))], 5);
  return {
    subject: 'expiry of certificates',
    result: fine ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: fine
      ? `${matching[0]?.name ?? ''} warns (${matching[0]?.path ?? ''}).`
      : `0 of ${counted(rules, 'alert rule')} look at the expiry of a certificate, and ${services} use certificates.`,
    measured: `${matching.length} of ${counted(rules, 'alert rule')}`,
    expected: 'a rule that warns a week ahead',
    locations: files.slice(0, 3).map((path) => ({ path })),
    ...(automated && !fine ? { priority: ['P2', 'lower:renewed-by-a-program'] as const } : {}),
  };
}

function lifetime({ service, path, days, how, place }: LifetimeFacts['certificates'][number], ways: readonly Way[]): RowResult {
  const renewal =
    ways.length > 0
      ? `renewed by ${atMost(
          ways.map(({ what }) => what),
          2,
        )}`
      : 'no renewal';
  const measured = `${counted(days, 'day')}, ${how}, ${renewal}`;
  const bad = days >= LONG_DAYS && ways.length === 0;
  return {
    subject: `${service}: ${path}`,
    result: bad ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: bad
      ? `${path}, which ${service} mounts, is valid for ${counted(days, 'day')} (${how}), and nothing in the repository makes the next one.`
      : `${path}: ${measured}.`,
    measured,
    expected: `renewed by a program, or valid for less than ${String(LONG_DAYS)} days`,
    ...(place ? { locations: [place] } : {}),
  };
}

function authority(ways: readonly Way[], staging: AcmeFacts['staging']): RowResult {
  const bad = staging.length > 0;
  return {
    subject: 'the authority that is asked',
    result: bad ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: bad
      ? `${staging
          .map(({ path, line }) => `${path}:${line}`)
          .slice(0, 3)
          .join(', ')} asks the staging directory of Let’s Encrypt, whose certificates no client trusts.`
      : `No staging directory is asked by ${counted(ways.length, 'way of renewal', 'ways of renewal')}.`,
    measured: bad ? 'the staging directory' : 'no staging directory',
    expected: 'an authority that clients trust',
    locations: staging.slice(0, 5),
  };
}
