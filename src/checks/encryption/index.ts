import { X509Certificate } from 'node:crypto';
import { relative } from 'node:path';

import { isSamplePath } from '../../lib/secret-value.ts';
import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { resolvedStack } from '../repository/compose.ts';
import { filesWith, nothingTracked, readTexts } from '../repository/files.ts';
import { CertificateFacts, SwitchFacts } from './judge.ts';
import { HINTS, mayHoldSwitch, switchedOff } from './switches.ts';

const SITES = 50;
const DAY_MS = 86_400_000;
/** More in one file is a list of authorities, and those are somebody else's. */
const BUNDLE = 4;

/** TLS-14: no code switches the verification of certificates off. */
const verification = defineCheck<SwitchFacts>({
  code: 'TLS-14',
  summary: 'no code switches the verification of certificates off',
  needs: 'static',
  facts: SwitchFacts,
  collect: async (context) => {
    const tracked = await context.tracked();
    if (tracked.length === 0) return nothingTracked();
    const paths = (await filesWith(context, HINTS)).filter((path) => mayHoldSwitch(path) && !isSamplePath(path));
    const { files } = await readTexts(context, paths, { bytes: 1_000_000, files: 2_000 });
    const sites = files.flatMap(({ path, text }) => switchedOff(path, text).map((off) => ({ path, ...off })));
    const kept = sites.toSorted((a, b) => Number(a.gated) - Number(b.gated)).slice(0, SITES);
    return {
      state: 'collected',
      facts: { looked: `${counted(tracked.length, 'tracked file')} searched`, omitted: sites.length - kept.length, sites: kept },
      sources: [...new Set(kept.map(({ path }) => path))].slice(0, 10).map((file) => ({ file })),
    };
  },
});

/** TLS-02: certificate files that are tracked, and what they are for, are valid for a while. */
const certificateFiles = defineCheck<CertificateFacts>({
  code: 'TLS-02',
  summary: 'tracked certificate files are valid for a month or more',
  needs: 'static',
  facts: CertificateFacts,
  collect: async (context) => {
    const paths = (await context.tracked()).filter((path) => /\.(?:pem|crt|cer|cert)$/i.test(path) && !isSamplePath(path));
    const { files } = await readTexts(context, paths, { bytes: 256_000, files: 200 });
    const mounts = await mountsOf(context);
    const now = context.ports.clock.now();
    const certificates = files.flatMap(({ path, text }) =>
      leafOf(text).map((leaf) => describe({ path, leaf, now: new Date(now), mountedBy: mounts(path) })),
    );
    if (certificates.length === 0)
      return { state: 'not-applicable', because: 'no certificate file is tracked, samples and lists of authorities aside' };
    return {
      state: 'collected',
      facts: { looked: counted(certificates.length, 'certificate'), certificates: certificates.slice(0, SITES) },
      sources: certificates.slice(0, 10).map(({ path }) => ({ file: path })),
    };
  },
});

/** Encryption between services, as the repository shows it. */
export const encryption: readonly CheckPlugin[] = [verification, certificateFiles];

function leafOf(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,16384}-----END CERTIFICATE-----/g) ?? [];
  const [first] = blocks;
  if (first === undefined || blocks.length > BUNDLE) return [];
  try {
    return [new X509Certificate(first)];
  } catch {
    return [];
  }
}

interface Described {
  readonly path: string;
  readonly leaf: X509Certificate;
  readonly now: Date;
  readonly mountedBy: string | undefined;
}

function describe({ path, leaf, now, mountedBy }: Described): CertificateFacts['certificates'][number] {
  const ends = new Date(leaf.validTo);
  return {
    path,
    subject: /CN=([^\n]{1,100})/.exec(leaf.subject)?.[1] ?? '(no common name)',
    notAfter: ends.toISOString().slice(0, 10),
    daysLeft: Math.floor((ends.getTime() - now.getTime()) / DAY_MS),
    ...(mountedBy === undefined ? {} : { mountedBy }),
  };
}

/** Which service of the stack mounts a tracked file, itself or a folder above it. */
async function mountsOf(context: CheckContext): Promise<(path: string) => string | undefined> {
  const stack = await resolvedStack(context);
  const mounts = (typeof stack === 'object' ? stack.services : []).flatMap(({ name, service }) =>
    (service.volumes ?? []).flatMap(({ type, source }) =>
      type === 'bind' && source !== undefined ? [{ name, source: relative(context.root, source) }] : [],
    ),
  );
  return (path) => mounts.find(({ source }) => source !== '' && (path === source || path.startsWith(`${source}/`)))?.name;
}
