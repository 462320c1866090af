import { describe, expect, it } from 'vitest';

import { fillJson, fillTemplate } from './template.ts';

describe('fillTemplate', () => {
  it('fills known names', () => {
    expect(fillTemplate('{{api}}/x?u={{ user }}', { api: 'http://h', user: 'u1' })).toBe('http://h/x?u=u1');
  });

  it('refuses a name that nothing answers to, naming the ones that exist', () => {
    expect(() => fillTemplate('{{apo}}', { api: 'http://h' })).toThrow(
      expect.objectContaining({ kind: 'config', hint: 'use one of: {{api}}' }),
    );
  });

  it('fills strings at any depth', () => {
    expect(fillJson({ a: ['{{n}}', 1, null, { b: '{{n}}' }] }, { n: 'x' })).toEqual({ a: ['x', 1, null, { b: 'x' }] });
  });
});
