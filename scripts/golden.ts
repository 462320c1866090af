import { interruption, runNode } from './process.ts';

// `npm run golden`: keeps what the gate says now about the systems of the documents (examples/seeds); `npm run golden -- 002` of one.
const [only] = process.argv.slice(2);
const { code } = await runNode('node_modules/vitest/vitest.mjs', ['run', 'tests/e2e/golden', ...(only === undefined ? [] : ['-t', only])], {
  env: { GAUNTLET_GOLDEN: 'write' },
  output: 'show',
  signal: interruption(),
});
process.exitCode = code;
