import type { Population, WorkContext } from '../contract.ts';
import { calibrateAt } from './calibrate.ts';
import { namesOf, recorderOf } from './measure.ts';
import { planOf } from './planned.ts';
import type { Recorder } from './recorder.ts';
import type { Schedule } from './schedule.ts';
import { UnderWay } from './under-way.ts';
import { walkAll } from './walk.ts';
import type { Order, Report, Share, SoFar } from './worker-line.ts';

/** Between two reports of what was counted. */
const REPORT_MS = 500;

/** Does its share of a load, in a thread of its own, as it is told. */
export async function work({ options, part, seed, underWay }: Share, context: WorkContext): Promise<void> {
  const { clock } = context.ports;
  const [walks, stop] = [new AbortController(), new AbortController()];
  const say = (report: Report): void => context.say(report);
  const under = new UnderWay(underWay);
  await using population = context.populate(walks.signal);
  const { schedule } = planOf(options, { seed, part, clock, under });
  const worker = new Worker(population, schedule);
  const finished = Promise.withResolvers<void>();
  const obey = async (order: Order): Promise<void> => {
    switch (order.type) {
      case 'calibrate': {
        const calibration = await calibrateAt(order, { ports: context.ports, rehearse: context.rehearse, signal: walks.signal });
        return say({ type: 'calibrated', calibration });
      }
      case 'begin': {
        const beginMs = order.atMs - clock.sharedOffsetMs();
        const reporting = setInterval(() => say({ type: 'so-far', ...worker.take() }), REPORT_MS);
        const { recorder, begun } = worker;
        const driven = await walkAll({ clock, schedule, population, recorder, begun, under, beginMs, ending: stop.signal, walks });
        clearInterval(reporting);
        return say({ type: 'walked', driven, asked: schedule.asked(), ...worker.take() });
      }
      case 'strays':
        return population.seen(order.strays);
      case 'stop':
        stop.abort(new Error('the load was stopped'));
        if (order.walks) walks.abort(new Error('the load was stopped'));
        return;
      case 'settle':
        return say({ type: 'settled', ...worker.take() });
      case 'finish':
        worker.recorder().messages.merge(population.messageLatency.store());
        say({ type: 'finished', facts: population.facts(), ...worker.take() });
        return finished.resolve();
    }
  };
  context.hear((order) => void obey(order as Order).catch(finished.reject));
  say({ type: 'ready', journeys: namesOf(population) });
  await finished.promise;
}

/** Counts from report to report. */
class Worker {
  readonly #population: Population;
  readonly #schedule: Schedule;
  #recorder: Recorder;
  #startMs = 0;

  constructor(population: Population, schedule: Schedule) {
    this.#population = population;
    this.#schedule = schedule;
    this.#recorder = recorderOf(namesOf(population), schedule.durationMs);
  }

  readonly recorder = (): Recorder => this.#recorder;

  readonly begun = (startMs: number): void => {
    this.#startMs = startMs;
    this.#recorder.begin(startMs);
  };

  /** What was counted since it was last asked. */
  take(): SoFar {
    const counts = this.#recorder.store();
    this.#recorder = recorderOf(namesOf(this.#population), this.#schedule.durationMs);
    this.#recorder.begin(this.#startMs);
    return { counts, strays: this.#population.takeStrays() };
  }
}
