import { expect, test } from 'vitest';

import type { StepReply } from '../../journeys/contract.ts';
import type { Miss } from '../../model/journey.ts';
import { answerOf, unlessHeldUp } from './answers.ts';

const FALLBACK = { fallback: { header: 'x-source: cache', body: 'from memory' } };

test.each([
  ['kept', undefined, { status: 200 }, 'ok'],
  ['late', 'within', { status: 200 }, 'slow'],
  ['another text', 'reply', { status: 200 }, 'wrong'],
  ['500', 'status', { status: 500 }, 'wrong'],
  ['503', 'status', { status: 503 }, 'refused'],
  ['429', 'status', { status: 429 }, 'refused'],
  ['no connection', 'connection', {}, 'unreachable'],
  ['no answer in time', 'timeout', {}, 'hang'],
  ['no port left here', 'exhausted', {}, 'exhausted'],
  ['another value of its header', 'reply', { status: 200, headers: { 'x-source': 'primary' } }, 'wrong'],
  ['the header of the fallback', 'reply', { status: 200, headers: { 'x-source': 'cache; old' } }, 'degraded'],
  ['text of the fallback, and kept', undefined, { status: 200, text: '{"note":"from memory"}' }, 'degraded'],
] as const)('%s', (_, what, reply, expected) => {
  const misses: Miss[] = what === undefined ? [] : [{ what, measured: 'x', expected: 'y' }];
  const walk = {
    outcome: what === undefined ? ('passed' as const) : ('failed' as const),
    steps: [{ title: 's', type: 'http', durationMs: 1, misses }],
  };
  const whole: StepReply = { durationMs: 1, bytes: 1, text: '', ...reply };
  expect(answerOf(walk, [whole], FALLBACK)).toBe(expected);
});

test('statuses that an experiment allows are clean refusals', () => {
  const walk = {
    outcome: 'failed' as const,
    steps: [{ title: 's', type: 'http', durationMs: 1, misses: [{ what: 'status' as const, measured: '504', expected: '200' }] }],
  };
  const reply: StepReply = { durationMs: 1, bytes: 1, text: '', status: 504 };
  expect(answerOf(walk, [reply], { statuses: [200, 504] })).toBe('refused');
  expect(answerOf(walk, [reply], {})).toBe('wrong');
});

test('a hang is one only for a prober that could have seen an answer', () => {
  expect(unlessHeldUp('hang', { heldUpMs: 100, deadlineMs: 4_000 })).toBe('hang');
  expect(unlessHeldUp('hang', { heldUpMs: 1_500, deadlineMs: 4_000 })).toBe('exhausted');
  expect(unlessHeldUp('wrong', { heldUpMs: 1_500, deadlineMs: 4_000 })).toBe('wrong');
});
