import { stackEnvironment } from '../../model/stack-environment.ts';
import type { CheckContext } from '../contract.ts';
import { liveServices } from '../live/services.ts';
import type { RetentionFacts } from './judge.ts';

interface Job {
  readonly job: string | readonly string[];
  readonly in?: string | undefined;
  readonly timeout_seconds: number;
}

/** Runs the job of the project once: on this machine, or in the container of a service. */
export async function runJob(
  context: CheckContext,
  { job, in: inside, timeout_seconds: seconds }: Job,
): Promise<Pick<RetentionFacts, 'job' | 'ended' | 'ok' | 'tail'>> {
  const { ports, root, signal, manifest } = context;
  const argv = typeof job === 'string' ? ['/bin/sh', '-c', job] : [...job];
  const line = typeof job === 'string' ? job : job.join(' ');
  const container = inside === undefined ? undefined : await containerOf(context, inside);
  if (inside !== undefined && container === undefined)
    return { job: line, ended: `not started: ${inside} runs in no container here`, ok: false, tail: [] };
  const { outcome, tail } = await ports.exec.run(
    { type: 'argv', argv: container === undefined ? argv : ['docker', 'exec', container, ...argv] },
    { cwd: root, env: { ...ports.env, ...(manifest ? stackEnvironment(manifest) : {}) }, timeoutMs: seconds * 1_000, signal },
  );
  const ended = outcome.ended === 'exit' ? `exit ${outcome.code}` : outcome.ended;
  return { job: line.slice(0, 300), ended, ok: outcome.ended === 'exit' && outcome.code === 0, tail: tail.slice(-5) };
}

async function containerOf(context: CheckContext, name: string): Promise<string | undefined> {
  return ((await liveServices(context)) ?? []).find((service) => service.name === name)?.containers[0]?.id;
}
