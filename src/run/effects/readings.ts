import { readExposition } from '../../lib/prometheus-text.ts';
import { sourceOf, type Reading } from '../../model/effects.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Journey } from '../../model/journey.ts';
import { walkAlone, type JourneyContext } from '../journey.ts';

const DEFAULT_PATH = '/metrics';
const ANSWER_MS = 2_000;
const MOST_BYTES = 4_000_000;
/** Time between two looks while walks are under way, or while something is to be given back. */
const LOOK_MS = 250;

export interface ReadingScene {
  readonly context: JourneyContext;
  readonly journeys: readonly Journey[];
  /** Targets of the stack with the service that answers there, and the path of its metrics. */
  readonly endpoints: readonly { readonly service: string; readonly url: string; readonly path?: string | undefined }[];
}

/** A number of the system that can be read again and again. */
export class Gauge {
  readonly what: string;
  readonly #scene: ReadingScene;
  #before = 0;
  #peak: number | undefined;

  constructor(what: string, scene: ReadingScene) {
    this.what = what;
    this.#scene = scene;
  }

  async begin(): Promise<void> {
    this.#before = await this.read();
  }

  /** Looks for the highest value until the signal. A look that fails is left out. */
  async follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#scene.context.ports;
    while (!signal.aborted) {
      const value = await this.read().catch(() => undefined);
      if (value !== undefined) this.#peak = Math.max(this.#peak ?? value, value);
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }

  /** Waits for the time, or until the number is back to what it was, where that is asked. */
  async end({ waitMs, returns }: { readonly waitMs: number; readonly returns: boolean }): Promise<Reading> {
    const { clock } = this.#scene.context.ports;
    const { signal } = this.#scene.context;
    const from = clock.monotonicMs();
    for (;;) {
      const passed = clock.monotonicMs() - from;
      const waiting = passed < waitMs && !signal.aborted;
      if (waiting && !returns) {
        await clock.sleep(waitMs - passed, signal).catch(() => undefined);
        continue;
      }
      const after = await this.read();
      const back = returns && after <= this.#before;
      if (back || !waiting) {
        const peak = this.#peak === undefined ? {} : { peak: this.#peak };
        return { what: this.what, before: this.#before, ...peak, after, ...(back ? { backAfterMs: Math.round(passed) } : {}) };
      }
      await clock.sleep(Math.min(LOOK_MS, waitMs - passed), signal).catch(() => undefined);
    }
  }

  /** @throws GauntletError where there is no such number */
  async read(): Promise<number> {
    const source = sourceOf(this.what);
    return source.type === 'metric' ? this.#readMetric(source) : this.#readCapture(source);
  }

  async #readMetric({ service, metric }: { service: string; metric: string }): Promise<number> {
    const { context, endpoints } = this.#scene;
    const places = endpoints.filter((place) => place.service === service);
    if (places.length === 0) throw unreadable(this.what, `no target leads to ${service}`);
    let why = '';
    for (const { url, path } of places) {
      const at = new URL(path ?? DEFAULT_PATH, url).href;
      const answer = await context.ports.http.request({
        method: 'GET',
        url: at,
        timeoutMs: ANSWER_MS,
        maxBytes: MOST_BYTES,
        signal: context.signal,
      });
      const read = answer.state === 'failed' ? undefined : readExposition(Buffer.from(answer.body).toString('utf8'));
      const [, name = metric, labels] = /^([^{]+)(?:\{(.*)\})?$/.exec(metric) ?? [];
      const wanted = labels === undefined ? undefined : readExposition(`${name}{${labels}} 0`)?.samples[0]?.labels;
      const samples = read?.samples.filter((one) => one.name === name && (wanted === undefined || one.labels === wanted)) ?? [];
      if (samples.length > 0) return samples.reduce((sum, { value }) => sum + value, 0);
      why = read === undefined ? `${at} does not answer with metrics` : `${at} has no ${metric}`;
      // A counter with labels has no sample before its first event, and that is a nought.
      if (read?.types.has(name)) return 0;
    }
    throw unreadable(this.what, why);
  }

  async #readCapture({ journey: name, capture }: { journey: string; capture: string }): Promise<number> {
    const { context, journeys } = this.#scene;
    const journey = journeys.find((one) => one.name === name);
    if (!journey) throw unreadable(this.what, `there is no journey ${name}`);
    await using closing = new AsyncDisposableStack();
    const { run, captured } = await walkAlone(journey, context, { user: 'gauntlet', closing });
    const miss = run.steps.flatMap(({ title, misses }) => misses.map(({ what, measured }) => `${title}: ${what} ${measured}`))[0];
    if (run.outcome !== 'passed') throw unreadable(this.what, miss ?? run.outcome);
    const text = captured[capture];
    const value = Number(text);
    if (text === undefined || text.trim() === '' || !Number.isFinite(value))
      throw unreadable(this.what, text === undefined ? `${name} captures no ${capture}` : `${text.slice(0, 80)} is no number`);
    return value;
  }
}

function unreadable(what: string, why: string): GauntletError {
  return new GauntletError(`${what} cannot be read: ${why}`, {
    kind: 'config',
    hint: 'name a metric of a service that a target leads to, or a journey and one of its captures',
  });
}
