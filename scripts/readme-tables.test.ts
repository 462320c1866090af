import { expect, test } from 'vitest';

import { fillTables } from './readme-tables.ts';

const README = '# Stage\n\n<!-- inputs:start -->\nold\n<!-- inputs:end -->\n\n<!-- outputs:start -->\n<!-- outputs:end -->\n\nMore.\n';

test('inputs and outputs are written between the markers, and nothing else is touched', () => {
  const action = {
    inputs: {
      stages: { description: 'which\n| stages', required: true },
      budget: { description: 'how long', default: 'pr' },
      token: { description: 'who asks' },
    },
    outputs: { verdict: { description: 'what came out' } },
  };
  expect(fillTables(README, action, 'README.md')).toBe(`# Stage

<!-- inputs:start -->

| input | what it says | default |
| --- | --- | --- |
| \`stages\` | which \\| stages | **required** |
| \`budget\` | how long | \`pr\` |
| \`token\` | who asks |  |

<!-- inputs:end -->

<!-- outputs:start -->

| output | what it holds |
| --- | --- |
| \`verdict\` | what came out |

<!-- outputs:end -->

More.
`);
});

test('filling twice changes nothing', () => {
  const once = fillTables(README, {}, 'README.md');
  expect(fillTables(once, {}, 'README.md')).toBe(once);
});

test('a README without markers is refused by name', () => {
  expect(() => fillTables('# Stage\n', { inputs: { a: { description: 'b' } } }, 'actions/stage/README.md')).toThrow(
    'actions/stage/README.md has no place for its inputs: add <!-- inputs:start --> and <!-- inputs:end -->',
  );
});
