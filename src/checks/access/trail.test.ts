import { expect, test } from 'vitest';

import { auditLive, httpServer, stackOf } from '../../../tests/support/live.ts';
import type { CheckContext } from '../contract.ts';

const KEY = 'key-of-ann-8f2c61';

interface Recording {
  readonly id: string;
  readonly allowed: boolean;
  readonly key: string;
}

/** A service with one key, and what it prints of each call. */
async function service(print: (call: Recording) => string | undefined, status = 401): Promise<CheckContext> {
  const lines: string[] = ['ready'];
  const port = await httpServer(({ headers }) => {
    const key = String(headers['x-api-key']);
    const allowed = key === KEY;
    const said = print({ id: String(headers['x-request-id']), allowed, key });
    if (said !== undefined) lines.push(said);
    return { status: allowed ? 200 : status };
  });
  const context = stackOf([], {
    options: { 'SEC-11': { get: '/me', principal: 'ann', headers: { 'x-api-key': KEY } } },
    printed: async () => [{ service: 'api', text: lines.join('\n') }],
  });
  const { ports, manifest } = context;
  const targets = [{ name: 'api', url: `http://127.0.0.1:${String(port)}`, host: '127.0.0.1', port }];
  // Nobody waits for what is never written.
  const clock = { ...ports.clock, sleep: async () => undefined };
  return { ...context, ports: { ...ports, clock }, manifest: manifest && { ...manifest, targets } };
}

test('SEC-11: calls of which nothing is written down, or too little, are found', async () => {
  const nothing = await auditLive('SEC-11', await service(() => undefined));
  expect(nothing.found).toEqual(['P1 api: /me']);
  expect(nothing.results[0]?.summary).toContain('- allowed (200): not found in 1 line\n- denied (401): not found in 1 line');
  const onlyAllowed = await auditLive('SEC-11', await service(({ id, allowed }) => (allowed ? `${id} ann 200` : undefined)));
  expect(onlyAllowed.results[0]?.measured).toBe('1 of 2 found');
  const nobody = await auditLive('SEC-11', await service(({ id, allowed }) => `${id} ${allowed ? '200' : '401'}`));
  expect(nobody.results[0]?.summary).toContain('- allowed (200): found without who made it');
  const undecided = await auditLive('SEC-11', await service(({ id }) => `${id} user=ann GET /me`));
  expect(undecided.results[0]?.summary).toContain('- denied (401): found without how it was decided');
});

test('SEC-11: a record with who and how is silent, in words too', async () => {
  for (const words of [
    ({ id, allowed }: Recording) => JSON.stringify({ requestId: id, principal: allowed ? 'ann' : null, status: allowed ? 200 : 401 }),
    ({ id, allowed }: Recording) => `audit ${allowed ? 'granted to ann' : 'denied'} (${id})`,
  ])
    expect(await auditLive('SEC-11', await service(words))).toMatchObject({ state: 'collected', found: [], open: [] });
});

test('SEC-11: a record that holds the key itself is found, and is not stored', async () => {
  const { found, stored } = await auditLive(
    'SEC-11',
    await service(({ id, allowed, key }) => `${id} ann ${key} ${allowed ? '200' : '401'}`),
  );
  expect(found).toEqual(['P1 api: /me']);
  expect(stored).not.toContain(KEY);
});

test('SEC-11: where everybody is let in, or nobody can read what is printed, nothing is shown', async () => {
  const open = await service(({ id }) => `${id} ann 200`, 200);
  expect(await auditLive('SEC-11', open)).toMatchObject({ found: [], open: ['api: /me'] });
  expect((await auditLive('SEC-11', { ...open, printed: undefined })).state).toBe('gap');
  expect((await auditLive('SEC-11', { ...open, options: {} })).state).toBe('not-applicable');
});
