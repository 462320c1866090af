import { describe, expect, it } from 'vitest';

import { adviceFor, workersOf } from './advice.ts';
import { Options } from './options.ts';

const options = (written: object): Options => Options.parse({ users: 1_000, perUserPerMinute: 60, durationMs: 10_000, ...written });
const needs = { perSecond: 1_000, cores: 8, stepsPerWalk: 1 };

describe('a load is generated', () => {
  it.each([
    ['in one thread, where nobody says otherwise', {}, needs, 1],
    ['in as many as are asked for', { workers: 3 }, needs, 3],
    ['in as many as are asked for, also on fewer cores', { workers: 3 }, { ...needs, cores: 2 }, 3],
    ['in no more than there are users', { workers: 8, users: 2 }, needs, 2],
    ['in one while its rate needs no more', { workers: 'auto' }, needs, 1],
    ['in as many as its rate needs', { workers: 'auto' }, { ...needs, perSecond: 5_000 }, 3],
    ['in more where walks have more steps', { workers: 'auto' }, { ...needs, stepsPerWalk: 10 }, 5],
    ['with a core left for everything else', { workers: 'auto' }, { ...needs, perSecond: 100_000 }, 7],
    ['in one where there is one core', { workers: 'auto' }, { ...needs, perSecond: 100_000, cores: 1 }, 1],
    ['in one where it climbs until the system is full', { workers: 'auto', shape: 'step' }, { ...needs, perSecond: 100_000 }, 1],
  ])('%s', (_, written, asked, count) => {
    expect(workersOf(options(written), asked)).toBe(count);
  });
});

describe('what to do about a generator that did not keep up', () => {
  const busy = { workers: 1, cores: 8, busy: 0.97, freeCores: 5.2 };

  it('is more threads, where one was busy and cores were free', () => {
    expect(adviceFor(options({}), busy)).toBe(
      'Write `workers: auto` into the load: one thread generated it, busy for 97 % of the time, while 5.2 of 8 cores had nothing to do.',
    );
    expect(adviceFor(options({ workers: 3 }), { ...busy, workers: 3 })).toContain('Write `workers: 4`');
    expect(adviceFor(options({}), { ...busy, cores: 2, freeCores: 0.8 })).toContain('Write `workers: 2`');
  });

  it.each([
    ['no core was free', {}, { ...busy, freeCores: 0.2 }],
    ['its thread was at ease, and only the machine was noisy', {}, { ...busy, busy: 0.1 }],
    ['every core has a thread', { workers: 8 }, { ...busy, workers: 8 }],
    ['every user has a thread', { users: 1 }, busy],
    ['the load climbs', { shape: 'step' }, busy],
  ])('is a quieter machine, where %s', (_, written, seen) => {
    expect(adviceFor(options(written), seen)).toContain('a quieter or larger machine');
  });
});
