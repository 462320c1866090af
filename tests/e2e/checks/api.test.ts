import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { inlineProject, type Project } from '../support/project.ts';

// One small service with an OpenAPI document, and the same with a defect for each row: every row in one run of each.
const FOLDER = join(import.meta.dirname, 'api');
const MODULES = resolve(import.meta.dirname, '../../../package.json');

/** What each row finds on the service with every defect in. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  'AUTH-01': ['P0 GET /books/{id}', 'P0 GET /search', 'P0 POST /vectors/search'],
  'AUTH-02': ['P0 GET /books/{id}', 'P0 GET /search'],
  'AUTH-03': ['P0 other'],
  'AUTH-05': ['P0 GET /admin/stats'],
  'AUTH-08': ['P0 /ws'],
  'AUTH-09': ['P1 shelf'],
  'AUTH-10': ['P1 GET /me'],
  'AUTH-11': ['P0 GET /books', 'P0 GET /books/{id}', 'P0 GET /search'],
  'CFG-01': ['P1 shelf'],
  'CFG-02': ['P2 shelf'],
  'CFG-03': ['P1 shelf'],
  'CFG-04': ['P2 shelf'],
  'DATA-06': ['P0 journey written'],
  'INP-01': ['P1 POST /books', 'P1 POST /vectors/search'],
  'INP-02': ['P1 api: a stack trace of Node.js', 'P2 api: a version'],
  'INP-03': ['P1 POST /books'],
  'INP-04': ['P1 GET /books'],
  'INP-05': ['P0 GET /search'],
  'INP-06': ['P1 POST /vectors/search'],
  'INP-07': ['P1 GET /find'],
  'INP-08': ['P1 /ws'],
  'INP-10': ['P2 GET /find', 'P2 POST /books'],
  'RED-08': ['P0 journey cached'],
  'SEC-10': ['P1 the token of admin', 'P1 the token of other', 'P1 the token of user'],
  'SEC-11': ['P1 api: /v1/books'],
  'SEC-15': ['P0 shelf'],
  'SEC-18': ['P0 shelf'],
  'SEC-19': ['P0 GET /books', 'P0 GET /me'],
  'VEC-11': ['P1 POST /vectors/search'],
  'WS-06': ['P0 journey same-id'],
  'WS-07': ['P0 journey listed'],
  'WS-08': ['P2 /ws'],
  'WS-09': ['P0 journey ends'],
  'WS-10': ['P0 journey stored'],
  'WS-12': ['P0 journey chat'],
};

let project: Project;
let good: ReportV1;
let bad: ReportV1;

beforeAll(async () => {
  const names = await readdir(FOLDER);
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(FOLDER, name), 'utf8')] as const));
  project = await inlineProject(Object.fromEntries(files));
  good = await gate('0');
  bad = await gate('1');
});

afterAll(() => project[Symbol.asyncDispose]());

async function gate(defects: '0' | '1'): Promise<ReportV1> {
  const ended = await project.gauntlet(['-q', 'run'], { env: { BAD: defects, MODULES } });
  if (ended.exitCode === 70 || ended.exitCode === 3) throw new Error(ended.stderr);
  return ended.report();
}

it('every row is silent on the good service, and each was looked at', () => {
  expect(good.findings.map(({ code, subject, result, measured }) => ({ code, subject, result, measured }))).toEqual([]);
  expect(good.verdict).toEqual({ verdict: 'pass' });
  expect(good.notLooked).toEqual([]);
});

it.each(Object.entries(FOUND))('%s finds its defect, and nothing else', (code, expected) => {
  const found = bad.findings.filter((finding) => finding.code === code && finding.result.verdict === 'confirmed');
  expect(found.map(({ priority, subject }) => `${priority} ${subject}`).sort()).toEqual([...expected].sort());
});

it('no other row finds anything', () => {
  const confirmed = bad.findings.filter(({ result }) => result.verdict === 'confirmed').map(({ code }) => code);
  expect([...new Set(confirmed)].sort()).toEqual(Object.keys(FOUND).sort());
});

it('secrets stay where they are: what is stored names none', async () => {
  const id = (await project.read('.gauntlet/latest')).trim();
  const folder = `.gauntlet/runs/${id}/evidence/audit`;
  const names = await readdir(join(project.path, folder));
  const texts = await Promise.all(names.map((name) => project.read(`${folder}/${name}`)));
  const secrets = ['local-shelf-token-signing-secret-40a8', '6f1a6f1a6f1a', 'eyJ'];
  expect(secrets.filter((secret) => texts.some((text) => text.includes(secret)))).toEqual([]);
});
