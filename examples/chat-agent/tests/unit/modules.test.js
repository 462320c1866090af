// @ts-check
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

// Coverage knows only files that were loaded: load all, so that a file without tests counts as uncovered.
test('every module of src loads', async () => {
  const src = new URL('../../src/', import.meta.url);
  const files = readdirSync(src, { recursive: true }).map(String).filter((name) => name.endsWith('.js'));
  const modules = await Promise.all(files.map((name) => import(new URL(name, src).href)));
  assert.ok(modules.length > 20);
});
