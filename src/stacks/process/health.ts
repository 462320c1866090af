import type { Ports } from '../../ports/index.ts';
import type { Board } from './board.ts';
import { HOST } from './resolve.ts';
import type { Health, ServiceSpec } from './spec.ts';

/** While nothing has answered yet: readiness is noticed within a tenth of a second. */
const EAGER_MS = 100;
const OUTPUT = 1_000;

interface Scene {
  readonly ports: Ports;
  readonly board: Board;
  readonly env: Readonly<Record<string, string>>;
  readonly redact: (text: string) => string;
  /** Aborted when this life of the process is over. */
  readonly ended: AbortSignal;
}

/** Asks again and again how a service is, as long as it runs. */
export async function probe(service: ServiceSpec, health: Health, scene: Scene): Promise<void> {
  const { ports, board, ended } = scene;
  const startedMs = ports.clock.monotonicMs();
  let failures = 0;
  while (!ended.aborted) {
    const answer = await ask(health, service, scene);
    if (ended.aborted) return;
    const before = board.get(service.name);
    const counts = before?.health === 'healthy' || ports.clock.monotonicMs() - startedMs >= health.startPeriodMs;
    failures = answer.ok ? 0 : failures + (counts || before?.health === 'unhealthy' ? 1 : 0);
    const healthOutput = scene.redact(answer.output).slice(0, OUTPUT);
    if (answer.ok && before?.health !== 'healthy')
      board.update(service.name, { health: 'healthy', healthyAt: before?.healthyAt ?? ports.clock.now(), healthOutput });
    else if (!answer.ok && failures >= health.retries && before?.health !== 'unhealthy') {
      board.update(service.name, { health: 'unhealthy', healthOutput });
      board.incident(service.name, 'unhealthy', healthOutput);
    } else if (!answer.ok && before?.healthOutput !== healthOutput) board.update(service.name, { healthOutput });
    const pause = board.get(service.name)?.health === 'healthy' ? health.intervalMs : Math.min(EAGER_MS, health.intervalMs);
    await ports.clock.sleep(pause, ended).catch(() => undefined);
  }
}

async function ask(health: Health, service: ServiceSpec, { ports, env, ended }: Scene): Promise<{ ok: boolean; output: string }> {
  const { check, timeoutMs } = health;
  switch (check.type) {
    case 'tcp': {
      const ok = await ports.tcp.probe(HOST, check.port, timeoutMs);
      return { ok, output: ok ? `port ${String(check.port)} answers` : `nothing listens on port ${String(check.port)}` };
    }
    case 'http': {
      const url = `http://${HOST}:${String(check.port)}${check.path}`;
      // Not kept alive: a check must see the service as a new visitor does, and must not hold up its shutdown.
      const result = await ports.http.request({
        method: 'GET',
        url,
        headers: { connection: 'close' },
        timeoutMs,
        signal: ended,
        maxBytes: OUTPUT,
      });
      if (result.state === 'failed') return { ok: false, output: `GET ${url}: ${result.reason}` };
      const ok = result.status >= 200 && result.status < 400;
      const body = ok ? '' : `: ${new TextDecoder().decode(result.body)}`;
      return { ok, output: `GET ${url} answered ${String(result.status)}${body}` };
    }
    case 'command': {
      const result = await ports.exec.run(check.command, {
        cwd: service.cwd,
        env,
        timeoutMs,
        signal: ended,
        graceMs: 500,
        captureBytes: 4_000,
      });
      const ok = result.outcome.ended === 'exit' && result.outcome.code === 0;
      const text = result.tail.slice(-5).join('\n');
      return { ok, output: ok ? text : `${JSON.stringify(result.outcome)} ${text}`.trim() };
    }
  }
}
