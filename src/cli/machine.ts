import { availableParallelism, cpus, release, totalmem } from 'node:os';

import type { Machine } from '../model/machine.ts';

/** What this run is made on. GitHub's runners name their image in the environment (https://github.com/actions/runner-images). */
export function machineOf(env: Readonly<Record<string, string | undefined>>): Machine {
  const model = cpus()[0]?.model.trim();
  const image = [env['ImageOS'], env['ImageVersion']].filter(Boolean).join(' ');
  return {
    platform: process.platform,
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    ...(model ? { cpuModel: model } : {}),
    kernel: release(),
    ...(image === '' ? {} : { image }),
  };
}
