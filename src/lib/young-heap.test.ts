import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, it } from 'vitest';

it('keeps the space for young objects small while it works, and lets it grow again after', () => {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { inSmallYoungHeap } from ${JSON.stringify(join(import.meta.dirname, 'young-heap.ts'))};
    const young = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
    let most = 0;
    const kept = [];
    const work = async () => {
      for (let nth = 0; nth < 3_000_000; nth += 1) {
        kept[nth % 100_000] = { nth };
        if (nth % 100_000 === 0) most = Math.max(most, young());
      }
    };
    await inSmallYoungHeap(work);
    const inside = most;
    await work();
    console.log(JSON.stringify({ inside, outside: most }));`;
  const { inside, outside } = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }),
  ) as Record<string, number>;
  expect(inside).toBeLessThan((outside ?? 0) / 2);
});
