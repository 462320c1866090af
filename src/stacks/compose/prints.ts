import type { StackManifest } from '../../model/manifest.ts';
import type { Prints, StackContext } from '../contract.ts';
import { Printed } from '../printed.ts';
import { docker } from './engine.ts';
import { projectFromHandle } from './options.ts';

const READ_MS = 5_000;
/** The clock of the engine and ours may differ a little on another machine; lines of the moment before explain it as well. */
const SLACK_MS = 200;

/** The engine notes the time of every line. */
export function prints(manifest: StackManifest, { ports, redact, signal }: StackContext): Prints {
  const project = projectFromHandle(manifest.handle, ports);
  return {
    mark: async () => undefined,
    between: async (fromMs, toMs) => {
      const [since, until] = [fromMs - SLACK_MS, toMs].map((ms) => new Date(ms).toISOString()) as [string, string];
      const found = await Promise.all(
        manifest.services.map(async ({ name, replicas }) => {
          const printed = new Printed();
          for (const { id } of replicas) {
            const onLine = (line: string): void => printed.add(line);
            const call = { env: project.env, timeoutMs: READ_MS, signal, onLine };
            await docker(ports, ['logs', '--since', since, '--until', until, id], call).catch(() => undefined);
          }
          return printed.of(name, redact);
        }),
      );
      return found.flat();
    },
  };
}
