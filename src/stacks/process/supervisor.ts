import { randomBytes } from 'node:crypto';

import type { Json } from '../../lib/json.ts';
import { makeRedactor, secretsFromEnv } from '../../lib/redact.ts';
import { unseal } from '../../lib/seal.ts';
import type { Ports } from '../../ports/index.ts';
import { Board } from './board.ts';
import { live } from './child.ts';
import { identify, isSame, marked, ownPid } from './identity.ts';
import { inherited } from './resolve.ts';
import { SERVICE_ENV, ServiceEnvironments, SupervisorSpec, type ServiceSpec } from './spec.ts';

const OWNER_MS = 500;
/** Every so often the owner is identified, not only looked for: its pid may be somebody else's by now. */
const IDENTIFY_EVERY = 10;

/**
 * Starts the services of a spec, keeps them by their policies, and ends them when `signal` is aborted (the entry aborts it on
 * SIGTERM and SIGINT), when the owner is gone, or when the lifetime is over. Resolves with the exit code when nothing is left.
 */
export async function supervise(specPath: string, ports: Ports, signal: AbortSignal): Promise<number> {
  const spec = SupervisorSpec.parse(unseal(JSON.parse(await ports.files.readText(specPath)) as Json, ports.env));
  const environments = ServiceEnvironments.parse(JSON.parse(ports.env[SERVICE_ENV] ?? '{}'));
  const base = inherited(ports.env);
  const secrets = [ports.env, ...Object.values(environments)]
    .flatMap((env) => secretsFromEnv(env))
    .filter((secret) => secret !== ports.env[SERVICE_ENV]);
  const redact = makeRedactor({ secrets: [...new Set(secrets)], salt: randomBytes(16).toString('hex') });
  const pid = await ownPid(ports);
  const board = new Board(spec, ports, (await identify(ports, pid)) ?? { pid, startedAt: '' });

  const lives = spec.services.map((service) => {
    const stop = new AbortController();
    const over = live(service, { ports, spec, board, env: { base, own: environments[service.name] ?? {} }, redact, stop: stop.signal });
    // Awaited when stopping; a defect in one life must not end the others now.
    over.catch((error: unknown) => ports.progress.warn(`${service.name}: ${String(error)}`));
    return { service, stop, over };
  });
  board.phase('stopping', await reasonToStop(spec, ports, signal));
  // Others must read why before they can see that somebody is gone.
  await board.flush();
  await stopAll(lives);
  await endRunaways(spec.mark, pid, ports);
  board.phase('stopped');
  await board.flush();
  return 0;
}

async function reasonToStop(spec: SupervisorSpec, ports: Ports, signal: AbortSignal): Promise<string> {
  const endMs = ports.clock.monotonicMs() + spec.lifetimeMs;
  for (let look = 1; !signal.aborted; look++) {
    if (ports.clock.monotonicMs() >= endMs) return 'its lifetime is over';
    const { owner } = spec;
    if (owner !== undefined && !ports.exec.isAlive(owner.pid)) return `its owner (pid ${String(owner.pid)}) is gone`;
    if (owner !== undefined && look % IDENTIFY_EVERY === 0 && !(await isSame(ports, owner)))
      return `its owner (pid ${String(owner.pid)}) is gone`;
    await ports.clock.sleep(OWNER_MS, signal).catch(() => undefined);
  }
  return 'it was told to';
}

/** What went to a session of its own has nobody else to end it when the gate is gone. */
async function endRunaways(mark: string, self: number, ports: Ports): Promise<void> {
  const runaways = (await marked(ports, mark)).filter(({ pid, group }) => pid !== self && group !== self && group > 1);
  for (const group of new Set(runaways.map((runaway) => runaway.group))) ports.exec.kill(group, 'SIGKILL');
}

interface Life {
  readonly service: ServiceSpec;
  readonly stop: AbortController;
  readonly over: Promise<void>;
}

/** Who is needed ends last: a service is told to end when everyone who depends on it has ended. */
async function stopAll(lives: readonly Life[]): Promise<void> {
  const ends = new Map<string, Promise<void>>();
  const end = (life: Life, path: readonly string[]): Promise<void> => {
    const known = ends.get(life.service.name);
    if (known !== undefined) return known;
    // A circle never started; it must not keep us from ending either.
    const dependents = lives.filter(
      (other) => other.service.dependsOn.some(({ name }) => name === life.service.name) && !path.includes(other.service.name),
    );
    const ended = Promise.all(dependents.map((other) => end(other, [...path, life.service.name]))).then(() => {
      life.stop.abort();
      return life.over.catch(() => undefined);
    });
    ends.set(life.service.name, ended);
    return ended;
  };
  await Promise.all(lives.map((life) => end(life, [])));
}
