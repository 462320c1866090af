import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Heap } from './heap.ts';

it('gives the smallest of what it holds, whatever came and went before', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }))), (acts) => {
      const heap = new Heap<number>((one, other) => one - other);
      let model: number[] = [];
      for (const act of acts) {
        if (act === null) {
          model = model.toSorted((a, b) => a - b);
          expect(heap.pop()).toBe(model.shift());
        } else {
          heap.push(act);
          model.push(act);
        }
        expect(heap.peek()).toBe(model.length === 0 ? undefined : Math.min(...model));
      }
    }),
  );
});
