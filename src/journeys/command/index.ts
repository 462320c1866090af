import { z } from 'zod';

import { defineStep } from '../contract.ts';

const Options = z.strictObject({
  run: z.union([z.string(), z.array(z.string()).min(1)]).describe('a shell line, or a program with its arguments'),
});
type Options = z.output<typeof Options>;

/** A command of the user's own; its exit code is the step's status, its output the reply. */
export const command = defineStep<Options>({
  type: 'command',
  keys: ['run'],
  summary: 'a command of your own; its exit code is the status',
  options: Options,
  accepts: (status) => status === 0,
  title: ({ run }) => (typeof run === 'string' ? run : run.join(' ')),
  run: async ({ run }, { ports, fill, root, env, timeoutMs, signal }) => {
    const command = typeof run === 'string' ? { type: 'shell' as const, line: fill(run) } : { type: 'argv' as const, argv: run.map(fill) };
    const result = await ports.exec.run(command, { cwd: root, env, timeoutMs, signal });
    const reply = { durationMs: result.durationMs, text: result.stdout, bytes: Buffer.byteLength(result.stdout) };
    const { outcome } = result;
    if (outcome.ended !== 'exit') {
      const what = outcome.ended === 'timeout' ? ('timeout' as const) : ('connection' as const);
      return { ...reply, failure: { what, measured: `ended by ${outcome.ended}`, expected: 'an exit code' } };
    }
    return { ...reply, status: outcome.code };
  },
});
