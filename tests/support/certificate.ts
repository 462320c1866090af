import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real certificate and its key, made for the test. */
export function certificate(
  subject: string,
  { days = 365, names, key = 'rsa:2048' }: { days?: number; names?: string; key?: string } = {},
): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-cert-'));
  try {
    const [to, out] = [join(folder, 'k'), join(folder, 'c')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        key,
        '-nodes',
        '-keyout',
        to,
        '-out',
        out,
        '-days',
        String(days),
        '-subj',
        `/CN=${subject}`,
        ...(names === undefined ? [] : ['-addext', `subjectAltName=${names}`]),
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(to), cert: readFileSync(out) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
