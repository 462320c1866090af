import { z } from 'zod';

import { isLocalPath } from '../../lib/secret-value.ts';
import { counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const SwitchFacts = z.object({
  looked: z.string(),
  omitted: z.number(),
  sites: z.array(z.object({ path: z.string(), line: z.number(), text: z.string(), gated: z.boolean() })),
});
export type SwitchFacts = z.output<typeof SwitchFacts>;

export const CertificateFacts = z.object({
  looked: z.string(),
  certificates: z.array(
    z.object({
      path: z.string(),
      subject: z.string(),
      notAfter: z.string(),
      /** On the day of the run. */
      daysLeft: z.number(),
      /** A service of the stack mounts the file. */
      mountedBy: z.string().optional(),
    }),
  ),
});
export type CertificateFacts = z.output<typeof CertificateFacts>;

const URGENT_DAYS = 7;
const SOON_DAYS = 30;

export const judges: readonly RowJudge[] = [
  defineJudge<SwitchFacts>({
    code: 'TLS-14',
    rule: {
      title: 'the verification of certificates is switched off in code',
      priority: 'P0',
      effort: '1–4 h',
      fix: 'Verify, and give the client the CA that signed the certificate (`verify=CA_FILE`, `RootCAs`, `ca:`, `--cacert`): without it everybody on the way can read and change what is sent.',
    },
    facts: SwitchFacts,
    evaluate: switches,
  }),
  defineJudge<CertificateFacts>({
    code: 'TLS-02',
    rule: {
      title: 'a certificate file expires',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Renew the certificate now, and let a program do it from here on (ACME, cert-manager); an alert a week ahead is the net below.',
    },
    facts: CertificateFacts,
    evaluate: ({ certificates }) => certificates.map(expiry),
  }),
];

function switches({ looked, sites, omitted }: SwitchFacts): RowResult[] {
  if (sites.length === 0)
    return [
      {
        subject: 'the code',
        result: { verdict: 'refuted' },
        summary: `${looked}: nothing found.`,
        measured: looked,
        expected: 'verification on',
      },
    ];
  return sites.map(({ path, line, text, gated }): RowResult => ({
    subject: `${path}: ${text}`,
    result: { verdict: 'confirmed' },
    summary: `${path}:${line} switches the verification of certificates off (${text})${gated ? ', under a condition: what counts is what holds when nobody sets anything' : ''}.${omitted > 0 ? ` ${counted(omitted, 'more place')} like it.` : ''}`,
    measured: gated ? `${text} under a condition` : text,
    expected: 'verification on',
    locations: [{ path, line }],
    ...weight(path, gated),
  }));
}

function weight(path: string, gated: boolean): Pick<RowResult, 'priority'> {
  if (
    /\.(?:sh|bash|zsh)$|Makefile|Dockerfile|(?:^|\/)(?:scripts?|tools?|hack|bin|build)\/|\.config\.[cm]?[jt]s$|(?:^|\/)setupProxy\./.test(
      path,
    ) ||
    isLocalPath(path)
  )
    return { priority: ['P2', 'lower:script-or-tool'] };
  return gated ? { priority: ['P2', 'lower:under-a-condition'] } : {};
}

function expiry({ path, subject, notAfter, daysLeft, mountedBy }: CertificateFacts['certificates'][number]): RowResult {
  const ends = daysLeft < 0 ? `expired ${counted(-daysLeft, 'day')} ago` : `expires in ${counted(daysLeft, 'day')}`;
  const fine = daysLeft >= SOON_DAYS;
  const urgent = daysLeft < URGENT_DAYS && mountedBy !== undefined;
  return {
    subject: path,
    result: fine ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: `The certificate of ${subject} in ${path}${mountedBy === undefined ? '' : `, which ${mountedBy} mounts,`} ${ends} (${notAfter}).`,
    measured: `${ends} (${notAfter})`,
    expected: `valid for ${SOON_DAYS} days or more`,
    locations: [{ path }],
    ...(urgent
      ? { priority: ['P0', `escalate:less-than-${URGENT_DAYS}-days`] as const }
      : mountedBy === undefined
        ? { priority: ['P2', 'lower:no-service-mounts-it'] as const }
        : {}),
  };
}
