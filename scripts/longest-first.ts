import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait for real systems, the longest first; vitest would take their sizes for their times. */
const LONGEST = [
  'chaos/example-defects',
  'loads/leaks-of-example',
  'chaos/example',
  'chaos/asked',
  'golden/mission',
  'examples/detection',
  'chaos/process-experiments',
  'golden/readiness',
  'chaos/compose-faults',
  'golden/infrastructure',
  'golden/agents',
];

/** Begins with what takes longest, so that no worker is left with it alone when all others are done. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const alone = sorted.every(({ project }) => project.name === 'stacks');
    return alone ? sorted.toSorted((one, other) => rank(one) - rank(other)) : sorted;
  }
}

function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
  return index === -1 ? LONGEST.length : index;
}
