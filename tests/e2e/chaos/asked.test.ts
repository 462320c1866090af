import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { describeWithDocker } from '../support/docker.ts';
import { inlineProject, type Project } from '../support/project.ts';
import { EXPERIMENTS, JOURNEYS, SERVICES, TARGETS } from './support/asked.ts';

// One stack, one run, many experiments: each watches parts of the service that are written well and parts that are not, so that it
// finds and is silent at once. Images without a shell; Prometheus is a stand-in with one rule.

describeWithDocker('rows that experiments are asked for', () => {
  let report: ReportV1;
  let project: Project;
  let image: string;
  let folder: string;
  beforeAll(async () => {
    image = `gauntlet-chaos-http:${randomBytes(4).toString('hex')}`;
    folder = await mkdtemp(join(tmpdir(), 'chaos-http-'));
    await cp(join(import.meta.dirname, 'http'), folder, { recursive: true });
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', DOCKER_BUILDKIT: '0' };
    execFileSync('go', ['build', '-o', 'http', '.'], { cwd: folder, env });
    await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY http /http\nENTRYPOINT ["/http"]\n');
    execFileSync('docker', ['build', '-q', '-t', image, '.'], { cwd: folder, env, stdio: 'pipe' });
    const config = {
      version: 1,
      stack: { compose: 'compose.yaml', ready: '60s' },
      targets: TARGETS,
      journeys: JOURNEYS,
      experiments: EXPERIMENTS,
      stages: [{ chaos: { experiments: Object.keys(EXPERIMENTS), duration: '10m' } }],
    };
    const tls = certificates();
    const port = String(await freePort());
    project = await inlineProject({
      'gauntlet.yml': JSON.stringify(config).replaceAll('VAULT_PORT', port),
      'compose.yaml': SERVICES.replaceAll(/\bHTTP\b/g, image).replaceAll('VAULT_PORT', port),
      ...tls,
    });
    const ended = await project.gauntlet(['run', '--stage', 'chaos']);
    report = await ended.report().catch((error: unknown) => {
      throw new Error(ended.stderr, { cause: error });
    });
  });
  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    execFileSync('docker', ['image', 'rm', '-f', image], { stdio: 'pipe' });
    await rm(folder, { recursive: true, force: true });
  });

  it('finds every part that is not written well', () => {
    expect(findingsOf(report)).toEqual(
      expect.arrayContaining([
        'CFG-06 rude ends with an error on SIGTERM',
        expect.stringMatching(/^CFG-08 \d+ of \d+ requests under way are dropped in ends-rudely$/),
        'CFG-07 deaf does not end within 2 s while 10 connections are open',
        'CHA-03 fails fails in cut',
        'CHA-05 full-fails fails in full',
        expect.stringMatching(/^CHA-07 \d+ of \d+ walks of good do not finish in away$/),
        'CHA-08 brittle fails in expired',
        'CHA-09 full-fails fails in nearly-full',
        'CHA-10 nothing takes over from db for good',
        expect.stringMatching(/^DATA-07 \d+ acknowledged writes lost in anew-loose$/),
        'DB-11 dry-fails fails in dry',
        expect.stringMatching(/^DB-12 (?:no )?recovery from dry/),
        'DB-14 lane-other suffers from cut, with which it has nothing to do',
        'DB-22 good hands transient failures on in transient',
        'DB-23 patient hangs in cut',
        expect.stringMatching(/^DB-24 \d+ writes that failed were there until api was restarted$/),
        'OBS-10 StoreIsDown does not fire in cut',
        'OBS-11 PoolIsNearlyEmpty does not fire in dry',
        'OBS-13 BreakerIsOpen does not fire in transient',
        expect.stringMatching(/^OBS-20 DiskNearlyFull fires only /),
        // Its service was started again before, and listens on another port since.
        'SEC-09 the old key is still accepted after the rotation',
        'TLS-05 CertificateEnds does not fire in expired',
        'TLS-08 the old certificate is still served after the renewal',
        'TLS-10 careless goes on with a certificate that is not valid in expired',
        'VEC-09 good hands transient failures on in transient',
      ]),
    );
  });

  it('and says nothing of those that are', () => {
    const parts = ['retries', 'failover', 'full-reads', 'careful', 'dry-good', 'other', 'polite', 'full-good'];
    expect(findingsOf(report).filter((text) => parts.some((part) => new RegExp(`(?<![\\w-])${part}(?![\\w-])`).test(text)))).toEqual([]);
    // Nothing was left open, and the alert that fires is no finding.
    const open = findingsOf(report).filter((text) => /^(?:GAT|OBS-12)/.test(text));
    expect(open).toEqual([expect.stringContaining('vault wants the fixed host port')]);
  });
});

function findingsOf({ findings }: ReportV1): string[] {
  return findings
    .filter(({ code }) => /^(?:CHA|DB|VEC|TLS|CFG-0|CFG-1[23]|DATA|OBS|GAT|RES|SEC)/.test(code))
    .map(({ code, title }) => `${code} ${title}`);
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** An authority of this test alone, and a certificate of it for the store. */
function certificates(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-tls-'));
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=authority of a test',
  );
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'db.key',
    '-out',
    'db.csr',
    '-subj',
    '/CN=vault',
    '-addext',
    'subjectAltName=DNS:vault',
  );
  openssl('x509', '-req', '-in', 'db.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2', '-out', 'db.pem', '-copy_extensions', 'copy');
  const files = ['ca.key', 'ca.pem', 'db.key', 'db.pem'];
  const made = Object.fromEntries(files.map((name) => [`tls/${name}`, readFileSync(join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true, force: true });
  return made;
}
