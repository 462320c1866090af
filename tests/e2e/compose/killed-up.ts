import { compose } from '../../../src/stacks/compose/index.ts';
import { ports } from './harness-ports.ts';

// A gate that is killed while its stack comes up: prints the booked handle, and starts.
const [root = '', runId = ''] = process.argv.slice(2);

await compose.up(compose.options.parse({ files: 'compose.yaml' }), {
  ports: ports(),
  root,
  runDir: root,
  runId,
  instance: 'head',
  readyMs: 60_000,
  targets: [],
  signal: new AbortController().signal,
  redact: (text) => text,
  book: async (handle) => void process.stdout.write(`${JSON.stringify(handle)}\n`),
});
