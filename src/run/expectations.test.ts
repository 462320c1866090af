import { describe, expect, it } from 'vitest';

import { capture, checkLimit, checkStep } from './expectations.ts';

const ok = (status: number) => status < 400;
const reply = { durationMs: 12, status: 200, headers: { 'x-source': 'cache; hit' }, text: '{"id":"n1","items":[{"name":"a"}]}', bytes: 33 };

describe('checkStep', () => {
  it('keeps a reply that has all that is expected, and more', () => {
    expect(checkStep(reply, { status: [200], reply: { id: 'n1' }, headers: { 'X-Source': 'cache' }, contains: ['items'] }, ok)).toEqual([]);
  });

  it('shows measured and expected for everything that was missed', () => {
    const expectation = {
      status: [201],
      within: { op: '<' as const, value: 10, unit: 'milliseconds' as const },
      bytes: { op: '<=' as const, value: 20, unit: 'count' as const },
      reply: { id: 'n2' },
      headers: { 'x-trace': '1' },
    };
    expect(checkStep(reply, expectation, ok)).toEqual([
      { what: 'status', measured: '200', expected: '201' },
      { what: 'within', measured: '12 ms', expected: '< 10 ms' },
      { what: 'bytes', measured: '33', expected: '<= 20' },
      { what: 'reply', measured: reply.text, expected: '{"id":"n2"}' },
      { what: 'headers', measured: 'x-trace: (absent)', expected: 'x-trace: 1' },
    ]);
  });

  it('does not take an error status for success when none was expected by name', () => {
    expect(checkStep({ ...reply, status: 500 }, {}, ok)).toEqual([{ what: 'status', measured: '500', expected: 'a successful status' }]);
  });

  it('tells only the failure of a step that could not be done', () => {
    const failure = { what: 'connection' as const, measured: 'refused', expected: 'an HTTP answer' };
    expect(checkStep({ durationMs: 1, text: '', bytes: 0, failure }, { status: [200] }, ok)).toEqual([failure]);
  });
});

describe('checkLimit', () => {
  it('misses a limit on a number that was never measured', () => {
    expect(checkLimit('tokens', undefined, { op: '<=', value: 20, unit: 'count' })).toEqual([
      { what: 'tokens', measured: 'not measured', expected: '<= 20' },
    ]);
  });
});

describe('capture', () => {
  it('takes values by path and misses the ones that are not there', () => {
    expect(capture(reply.text, { id: '$.id', name: 'items[0].name', none: 'items[3].name' })).toEqual({
      values: { id: 'n1', name: 'a' },
      misses: [{ what: 'capture', measured: 'nothing at items[3].name', expected: 'a value for {{none}}' }],
    });
  });
});
