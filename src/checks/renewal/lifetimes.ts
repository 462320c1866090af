import { X509Certificate } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

import type { CheckContext } from '../contract.ts';
import { isSamplePath } from '../../lib/secret-value.ts';
import { filesWith, readTexts } from '../repository/files.ts';
import type { LifetimeFacts, RenewalFacts } from './judge.ts';

const DAY_MS = 86_400_000;
/** No public authority signs for longer: https://cabforum.org/working-groups/server/baseline-requirements/ (6.3.2) */
const PUBLIC_DAYS = 398;
const MOST = 50;

type Certificate = LifetimeFacts['certificates'][number];

/** Certificates of the stack that somebody made by hand, and for how long: read from their files, else from the script that makes them. */
export async function handMade(context: CheckContext, used: RenewalFacts['used']): Promise<Certificate[]> {
  const scripts = await makersOf(context);
  const found = await Promise.all(
    used.map(async ({ service, path, place }): Promise<Certificate[]> => {
      const own = await readCertificate(context, path);
      if (own !== undefined) return own.handMade ? [{ service, path, ...own, ...(place ? { place } : {}) }] : [];
      const maker = scripts.find(({ out }) => makes(out, path));
      return maker
        ? [{ service, path, days: maker.days, how: `${maker.path}:${String(maker.line)} makes it with openssl req -x509`, place: maker }]
        : [];
    }),
  );
  return found.flat().map(({ place, ...one }) => ({ ...one, ...(place ? { place: { path: place.path, line: place.line } } : {}) }));
}

async function readCertificate(context: CheckContext, path: string): Promise<{ days: number; how: string; handMade: boolean } | undefined> {
  let leaf: X509Certificate;
  try {
    if ((await context.ports.files.size(join(context.root, path))) > 256_000) return undefined;
    leaf = new X509Certificate(await context.ports.files.readText(join(context.root, path)));
  } catch {
    return undefined;
  }
  const days = Math.round((Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / DAY_MS);
  const own = leaf.checkIssued(leaf);
  return { days, how: own ? 'signed by itself' : 'signed by an authority of its own', handMade: own || days > PUBLIC_DAYS };
}

interface Maker {
  readonly path: string;
  readonly line: number;
  readonly days: number;
  readonly out: string;
}

/** Scripts in which `openssl req -x509 … -days 365 -out …` stands; 30 days without a number: https://docs.openssl.org/3.0/man1/openssl-req/ */
async function makersOf(context: CheckContext): Promise<Maker[]> {
  const paths = (await filesWith(context, ['-x509'])).filter(
    (path) =>
      /\.(?:sh|bash|zsh|mk|ya?ml|json|ps1)$|(?:^|\/)(?:Makefile|justfile|Taskfile[\w.]*|Dockerfile[\w.-]*)$/i.test(path) &&
      !isSamplePath(path),
  );
  const { files } = await readTexts(context, paths.slice(0, MOST), { bytes: 256_000, files: MOST });
  return files.flatMap(({ path, text }) =>
    [...text.replaceAll(/\\\r?\n/g, '  ').matchAll(/^(?!\s*#)[^\n#]{0,200}\bopenssl\s+req\b([^\n;&|]{1,2000})/gm)].flatMap(
      ({ index, 0: whole, 1: words = '' }): Maker[] => {
        const out = /\s-out\s+["']?([^\s"']+)/.exec(words)?.[1];
        if (!/\s-x509\b/.test(words) || out === undefined) return [];
        const start = index + whole.search(/\bopenssl\b/);
        return [{ path, line: lineOf(text, start), days: Number(/\s-days\s+["']?(\d{1,6})/.exec(words)?.[1] ?? 30), out }];
      },
    ),
  );
}

/** Is what is written here what is mounted there, as a file or in its folder? Variables before the name are followed by the name alone. */
function makes(out: string, used: string): boolean {
  if (basename(out) === basename(used)) return true;
  return basename(dirname(out)) === basename(used) && /\.(?:pem|crt|cer|cert)$/i.test(out);
}

/** Line feeds that a backslash joined keep their number: each became two blanks. */
function lineOf(text: string, at: number): number {
  return (text.slice(0, at).match(/\n/g)?.length ?? 0) + 1;
}
