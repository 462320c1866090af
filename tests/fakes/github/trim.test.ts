import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trim } from './trim.ts';

const committed = readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8');

describe('trim', () => {
  it('leaves nothing to trim in what is committed, so nobody edited that by hand', () => {
    expect(trim(committed) === committed).toBe(true);
  });

  it('says when an operation has gone from the description', () => {
    const less = JSON.parse(committed) as { paths: Record<string, unknown> };
    delete less.paths['/user'];
    expect(() => trim(JSON.stringify(less))).toThrow('users/get-authenticated');
  });
});
