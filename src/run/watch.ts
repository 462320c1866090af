import type { ResolvedTarget } from '../model/manifest.ts';
import type { PlannedStage } from '../model/plan.ts';
import type { WatchedHealth } from '../model/watch.ts';
import { oneLine } from '../lib/text.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import type { RunningStack } from './stack.ts';
import { targetsOf } from './targets.ts';
import { AlertWatch } from './watch/alerts.ts';
import { openLog } from './watch/log.ts';

const ANSWER_MS = 5_000;

/** A stage whose system is watched while it works. */
interface Watching extends AsyncDisposable {
  /** Watches for as long as is left, and stores what was seen. */
  readonly end: () => Promise<void>;
}

/** Begins to watch what was deployed; nothing where nobody asked for it. */
export async function beginWatch(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<Watching | undefined> {
  const { watch } = stage;
  if (watch === undefined) return undefined;
  const { clock } = context.ports;
  const from = clock.now();
  const beginMs = clock.monotonicMs();
  const log = watch.logs === undefined ? undefined : await openLog(context, watch.logs);
  const alerts = watch.alerts === undefined ? undefined : new AlertWatch(context, watch.alerts);
  const health = targetsOf(context, stage, stack?.manifest).flatMap((target) =>
    target.health === undefined ? [] : [new HealthWatch(context, target)],
  );
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const looks = [...health, ...(alerts === undefined ? [] : [alerts])];
  const watching = (async () => {
    while (!signal.aborted) {
      await Promise.all(looks.map((one) => one.look()));
      await clock.sleep(watch.everyMs, signal).catch(() => undefined);
    }
  })();
  const halt = async (): Promise<void> => {
    stop.abort();
    await watching;
  };
  return {
    [Symbol.asyncDispose]: halt,
    end: async () => {
      await waitFor(context, stage, watch.forMs - (clock.monotonicMs() - beginMs));
      await halt();
      const gap = whyNothing(context, looks.length + (log ? 1 : 0));
      if (gap !== undefined) return leave(context, stage, gap);
      // What happened in the last moments counts as well.
      await Promise.all(looks.map((one) => one.look()));
      const logs = await log?.read();
      await context.directory.addEvidence({
        id: `${stage.name}/watch`,
        kind: 'watch',
        stage: stage.name,
        window: { from, to: clock.now() },
        health: health.map((one) => one.finish()),
        ...(logs === undefined ? {} : { logs }),
        ...(alerts === undefined ? {} : { alerts: alerts.finish() }),
      });
    },
  };
}

async function waitFor({ ports, signal }: RunContext, { name }: PlannedStage, leftMs: number): Promise<void> {
  if (leftMs <= 0 || signal.aborted) return;
  ports.progress.say(`${name} │ watching for ${String(Math.ceil(leftMs / 1_000))} s more`);
  await ports.clock.sleep(leftMs, signal).catch(() => undefined);
}

function whyNothing({ signal }: RunContext, watched: number): Gap | undefined {
  if (signal.aborted) return { reason: 'interrupted', message: 'the watch was stopped before its time was over' };
  if (watched > 0) return undefined;
  return {
    reason: 'nothing-to-run',
    message: 'there is nothing to watch: no target of the stage names its `health`, and neither `logs` nor `alerts` is named',
  };
}

async function leave(context: RunContext, { name }: PlannedStage, gap: Gap): Promise<void> {
  await addGap(context, { stage: name, name: 'watch', owed: owedIds(context.plan, { stage: name, kind: 'watch', name: 'watch' }) }, gap);
}

class HealthWatch {
  readonly #context: RunContext;
  readonly #url: string;
  readonly #seen: WatchedHealth;
  #row = 0;

  constructor(context: RunContext, { name, url, health }: ResolvedTarget) {
    this.#context = context;
    this.#url = `${url.replace(/^ws/, 'http')}${health ?? ''}`;
    this.#seen = { target: name, url: context.redact(this.#url), asked: 0, bad: 0, row: 0, down: false };
  }

  async look(): Promise<void> {
    const { ports, signal, redact } = this.#context;
    const at = ports.clock.now();
    const answer = await ports.http.request({ method: 'GET', url: this.#url, timeoutMs: ANSWER_MS, maxBytes: 2_000, signal });
    if (answer.state === 'failed' && answer.reason === 'aborted') return;
    const good = answer.state === 'answered' && answer.status >= 200 && answer.status < 300;
    this.#seen.asked += 1;
    this.#seen.down = !good;
    this.#row = good ? 0 : this.#row + 1;
    if (good) return;
    this.#seen.bad += 1;
    this.#seen.row = Math.max(this.#seen.row, this.#row);
    const said =
      answer.state === 'failed'
        ? answer.message
        : `${String(answer.status)} ${oneLine(Buffer.from(answer.body).toString('utf8')).slice(0, 200)}`;
    this.#seen.first ??= { at, said: redact(said) };
  }

  finish(): WatchedHealth {
    return this.#seen;
  }
}
