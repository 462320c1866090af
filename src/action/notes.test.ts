import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nextStep, readNote, withMark, type Draft, type Note } from './notes.ts';

const note = (id: number, head: string, run: number, text = `result ${String(run)}`): Note => ({
  id,
  url: `https://example/${String(id)}`,
  mark: { head, run, attempt: 1 },
  text,
});
const draft = (head: string, run: number, text = `result ${String(run)}`): Draft => ({ mark: { head, run, attempt: 1 }, text });
const look = { current: 'bb', wrote: false };

describe('the marker', () => {
  it('comes back as it was written', () => {
    const body = withMark({ mark: { head: 'ab12', run: 5007, attempt: 3 }, text: 'Hello' });
    expect(readNote({ id: 1, url: 'u', body })).toEqual({ id: 1, url: 'u', mark: { head: 'ab12', run: 5007, attempt: 3 }, text: 'Hello' });
    expect(readNote({ id: 1, url: 'u', body: withMark(draft('', 0)) })?.mark).toEqual({ head: '', run: 0, attempt: 1 });
  });

  it('counts only at the very start of a comment', () => {
    expect(readNote({ id: 1, url: 'u', body: `> quoted\n${withMark(draft('ab', 1))}` })).toBeUndefined();
    expect(readNote({ id: 1, url: 'u', body: 'nothing' })).toBeUndefined();
  });
});

describe('the next step', () => {
  it('creates, rests, updates the oldest, and yields to what is newer', () => {
    expect(nextStep([], draft('bb', 5), look).do).toBe('create');
    expect(nextStep([note(1, 'bb', 5)], draft('bb', 5), look).do).toBe('rest');
    expect(nextStep([note(2, 'aa', 4), note(1, 'aa', 3)], draft('bb', 5), look)).toMatchObject({ do: 'update', note: { id: 1 } });
    expect(nextStep([note(1, 'bb', 6)], draft('bb', 5), look)).toMatchObject({ do: 'yield', note: { id: 1 } });
    expect(nextStep([note(1, 'bb', 4)], draft('aa', 5), look), 'an old head with a later run').toMatchObject({ do: 'yield' });
    expect(nextStep([note(1, 'aa', 9)], draft('bb', 5), look), 'the current head with an earlier run').toMatchObject({ do: 'update' });
  });

  it('writes nothing when only the run differs', () => {
    expect(nextStep([note(1, 'bb', 4, 'same\r\n')], draft('bb', 5, 'same'), look).do).toBe('rest');
    expect(nextStep([note(1, 'aa', 4, 'same')], draft('bb', 5, 'same'), look).do).toBe('update');
  });

  it('accepts the other text of a later writer of the same run, once ours was written', () => {
    expect(nextStep([note(1, 'bb', 5, 'other')], draft('bb', 5), look).do).toBe('update');
    expect(nextStep([note(1, 'bb', 5, 'other')], draft('bb', 5), { ...look, wrote: true }).do).toBe('rest');
  });

  it('never deletes or overwrites the newest result, whatever stands there', () => {
    const mark = fc.record({
      head: fc.constantFrom('aa', 'bb', 'cc'),
      run: fc.integer({ min: 1, max: 4 }),
      attempt: fc.integer({ min: 1, max: 2 }),
    });
    const notes = fc
      .array(mark)
      .map((marks) => marks.map((mark, id) => ({ id, url: '', mark, text: `${mark.head}${String(mark.run)}${String(mark.attempt)}` })));
    const score = ({ head, run, attempt }: Draft['mark']) => Number(head === 'bb') * 1000 + run * 10 + attempt;
    fc.assert(
      fc.property(notes, mark, fc.boolean(), (standing, ours, wrote) => {
        const step = nextStep(standing, { mark: ours, text: 'ours' }, { current: 'bb', wrote });
        const best = Math.max(...standing.map(({ mark }) => score(mark)));
        switch (step.do) {
          case 'create':
            return standing.length === 0;
          case 'update':
            return score(ours) >= best;
          case 'fold':
            return standing.some((left) => !step.notes.includes(left) && score(left.mark) === best);
          case 'yield':
            return score(ours) < score(step.note.mark);
          case 'rest':
            return score(ours) >= best && standing.length === 1;
        }
      }),
    );
  });
});
