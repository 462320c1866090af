import { expect, test } from 'vitest';

import { fillEvidence } from '../../../tests/cases/fill.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Context } from '../context.ts';
import { stack } from './stack.ts';

const PULL = 'the image could not be pulled: Error response from daemon: ';

function findings(evidence: readonly Evidence[]) {
  const { drafts } = stack.judge({ evidence } as Context);
  return drafts.map(({ finding }) => finding);
}

function up(more: Record<string, unknown>): Evidence {
  return fillEvidence({ kind: 'stack', stage: 'audit', ...more });
}

function failed(message: string, logTail: readonly string[] = []): Evidence {
  const cause = { service: 'db', reason: 'up-failed', message, blocked: ['api'], logTail };
  return up({ readiness: { state: 'not-ready', afterMs: 5, causes: [cause] } });
}

test.each([
  [
    `${PULL}Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host`,
    /the machine of the gate could not reach the registry/,
  ],
  [`${PULL}pull access denied for shop/db, repository does not exist or may require docker login`, /log in to the registry/],
  [`${PULL}manifest for shop/db:9 not found: manifest unknown`, /correct its name and tag/],
  ['the image could not be built: exit code: 1', /docker compose build db/],
  ['did not start within its time', /repair why it ends/],
])('who has to act: %s', (message, fix) => {
  const [finding] = findings([failed(message)]);
  expect([finding?.code, finding?.fix]).toEqual(['CFG-18', expect.stringMatching(fix)]);
});

test('what the message says already is not said again as a log', () => {
  const [finding] = findings([failed(`${PULL}no such host`, ['Error response from daemon: no such host', 'Pulling db'])]);
  expect(finding?.summary.match(/no such host/g)).toHaveLength(1);
  expect(finding?.summary).toContain('Pulling db');
});

const fixedPort = (service: string, port: number) => ({
  level: 'warning',
  what: 'fixed-port',
  service,
  message: `${service} wants the fixed host port ${port}`,
  fix: `Publish \`"${port}"\` alone`,
});

test('warnings of one kind are one finding; one alone keeps its own words', () => {
  const [ports, ...none] = findings([up({ preflight: [fixedPort('web', 80), fixedPort('web', 81), fixedPort('db', 5432)] })]);
  expect(none).toEqual([]);
  expect([ports?.code, ports?.priority]).toEqual(['GAT-06', 'P3']);
  expect(ports?.title).toBe('3 ports of the host are fixed (web, db): two runs on one machine, or the base stack beside this one, collide');
  expect(findings([up({ preflight: [fixedPort('web', 80)] })]).map(({ title }) => title)).toEqual(['web wants the fixed host port 80']);
});

test('a service without a health check is said by its row, where that was looked at', () => {
  const piece = up({
    preflight: [{ level: 'warning', what: 'no-healthcheck', service: 'web', message: 'web has no health check', fix: 'Add one' }],
  });
  const facts = fillEvidence({ kind: 'facts', stage: 'audit', check: 'CFG-11', facts: { services: [] } });
  expect(findings([piece]).map(({ code }) => code)).toEqual(['CFG-11']);
  expect(findings([piece, facts])).toEqual([]);
});
