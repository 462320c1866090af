// Stands for the CLI: `supervise <spec>`, and `gate <context>` that brings a stack up and then just stands there.
import { readFileSync } from 'node:fs';

import { nodePorts } from '../../../../src/ports/node/index.ts';
import { process as processStack } from '../../../../src/stacks/process/index.ts';
import { supervise } from '../../../../src/stacks/process/supervisor.ts';

const [command, path = ''] = process.argv.slice(2);
const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
if (command === 'gate') env['GAUNTLET_OWNER_PID'] = String(process.pid);
const ports = nodePorts({ env, progress: { say: () => undefined, update: () => undefined, warn: (line) => console.error(line) } });
const controller = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => controller.abort());

if (command === 'supervise') process.exitCode = await supervise(path, ports, controller.signal);
if (command === 'gate') {
  const { options, ...context } = JSON.parse(readFileSync(path, 'utf8'));
  const up = await processStack.up(options, {
    ...context,
    ports,
    signal: controller.signal,
    redact: (text) => text,
    book: async () => undefined,
  });
  console.log(JSON.stringify(up));
  setInterval(() => undefined, 1_000);
}
