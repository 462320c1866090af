import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { RolldownOptions } from 'rolldown';

import manifest from './package.json' with { type: 'json' };

const ROOT = import.meta.dirname;

/** Name in dist → source. Actions run in a process of their own each, so each is an entry. */
const ENTRIES = {
  cli: 'src/cli/main.ts',
  // The program of the threads that share a load (src/ports/node/threads.ts).
  'load-worker': 'src/cli/load-worker.ts',
  'action/stack': 'src/action/stack.ts',
  'action/stage': 'src/action/stage.ts',
  'action/judge': 'src/action/judge.ts',
  'action/comment': 'src/action/comment.ts',
  'action/release': 'src/action/release.ts',
};

/** One bundle for the command line and the actions: what both need is in shared chunks, what few need is loaded on use. */
export default {
  cwd: ROOT,
  input: Object.fromEntries(Object.entries(ENTRIES).filter(([, source]) => existsSync(join(ROOT, source)))),
  platform: 'node',
  // Optional native helpers of ws: it does without them.
  external: ['bufferutil', 'utf-8-validate'],
  transform: { target: 'node24', define: { GAUNTLET_VERSION: JSON.stringify(manifest.version) } },
  output: {
    dir: join(ROOT, 'dist'),
    format: 'esm',
    entryFileNames: '[name].js',
    // No hashes: a change of one module is a change of one file.
    chunkFileNames: 'chunks/[name].js',
    // Names stay, so that a stack trace in a bug report can be read.
    minify: { compress: true, mangle: false, codegen: true },
    comments: { legal: false, annotation: false, jsdoc: false },
  },
} satisfies RolldownOptions;
