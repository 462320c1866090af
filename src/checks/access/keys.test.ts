import { expect, test } from 'vitest';

import { auditLive, httpServer, stackOf } from '../../../tests/support/live.ts';
import type { CheckContext } from '../contract.ts';

/** Two services that each know some keys. */
async function services(known: Readonly<Record<'orders' | 'stock', readonly string[]>>): Promise<CheckContext> {
  const names = ['orders', 'stock'] as const;
  const targets = await Promise.all(
    names.map(async (name) => {
      const port = await httpServer(({ headers }) => (known[name].includes(String(headers['x-api-key'])) ? { body: [] } : { status: 401 }));
      return { name, url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port };
    }),
  );
  const keys = Object.fromEntries(names.map((name) => [name, { target: name, get: '/all', headers: { 'x-api-key': `${name}-key` } }]));
  const context = stackOf([], { options: { 'SEC-07': { keys } } });
  return context.manifest ? { ...context, manifest: { ...context.manifest, targets } } : context;
}

test('SEC-07: a key that opens the service of another is found', async () => {
  const { found, stored } = await auditLive('SEC-07', await services({ orders: ['orders-key', 'stock-key'], stock: ['stock-key'] }));
  expect(found).toEqual(['P1 orders']);
  expect(stored).not.toContain('stock-key');
});

test('SEC-07: keys that open their own service alone are silent; a key that opens nothing shows nothing', async () => {
  expect(await auditLive('SEC-07', await services({ orders: ['orders-key'], stock: ['stock-key'] }))).toMatchObject({
    found: [],
    open: [],
  });
  expect(await auditLive('SEC-07', await services({ orders: [], stock: [] }))).toMatchObject({ found: [], open: ['keys'] });
});
