import { grouped } from '../../lib/text.ts';
import { kneeOf, recoveredAt, unserved, whyFull } from '../../model/load-levels.ts';
import type { LoadLevel } from '../../model/load.ts';
import { formatDuration } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import { amount } from '../series/words.ts';

/** Of those whom a full system does not serve, so many may hear something else than when to come again. */
const RUDE = 0.01;
/** Part of its best throughput that a full system still brings: less is a collapse, whatever the noise of a machine. */
const GRACEFUL = 0.5;
/** A queue that grows instead: answers so many times slower than in the beginning, and slower than anybody waits for. */
const ENDLESS = { times: 10, ms: 1_000 } as const;

/** What a system does when it is full: whom it cannot serve it tells when to come again, and afterwards it is itself again. */
export const saturation: JudgeRule = {
  name: 'saturation',
  judge: (context) => ({ drafts: measurementsOf(context).flatMap((measured) => saturated(context, measured)) }),
};

interface Climbed {
  readonly measured: Measurement;
  readonly load: string;
  readonly levels: readonly LoadLevel[];
}

function saturated(context: Context, measured: Measurement): Drafted[] {
  const { own, load } = measured;
  const { delivery } = own ?? {};
  if (load === undefined || delivery?.levels === undefined || delivery.proof.state !== 'proved') return [];
  const climbed = { measured, load, levels: delivery.levels };
  if (delivery.summit !== undefined) return [neverFull(context, climbed, delivery.summit)];
  return [...backpressure(context, climbed), ...collapse(context, climbed), ...recovery(context, climbed)];
}

/** A climb that ended before the system was full has not seen what it does then. */
function neverFull(context: Context, { measured, load, levels }: Climbed, because: string): Drafted {
  const knee = kneeOf(levels);
  return draft('LOAD-12', {
    stage: measured.stage.name,
    subject: `overload under ${load}`,
    title: `under ${load} the system was never full`,
    result: context.plan.budget === 'pr' ? notTested(because, 'budget') : { verdict: 'inconclusive', because },
    summary: `Under ${load} the system never was full, so nobody has seen what it does then: ${because}. ${tableOf(levels)}`,
    evidence: evidenceOf(measured, knee ? `bears ${rateOf(knee)}` : 'bore no level'),
    measured: knee ? `bears at least ${rateOf(knee)}` : 'no level was reached',
    expected: 'a level at which the system is full',
    fix: 'Let the load begin with more users (`loads: {…: {users: …, shape: step}}`), give it more time, or more processes or machines to come from.',
    repro: reproOf(context, measured),
    owed: true,
  });
}

/** INP-09: 429 or 503 with Retry-After, and neither errors nor time-outs nor a queue without an end. */
function backpressure(context: Context, { measured, load, levels }: Climbed): Drafted[] {
  const [first] = levels;
  const over = levels.filter(({ part, arrivals }) => (part === 'full' || part === 'overload') && arrivals > 0);
  const worst = over.toSorted((one, other) => rudeness(other) - rudeness(one))[0];
  if (worst === undefined || first === undefined) return [];
  const refused = over.some((level) => level.refused > 0);
  const endless = over.find(({ latency }) => isEndless(latency?.p50, first.latency?.p50));
  const rude = rudeness(worst) > RUDE;
  if (!rude && (refused || endless === undefined)) return [];
  const level = rude ? worst : (endless ?? worst);
  const shown = rude
    ? `${grouped(level.wrong + level.unanswered)} of ${grouped(level.arrivals)} arrivals failed (${outcomesOf(level)}), ${grouped(level.refused)} were told when to come again`
    : `nobody was refused, and half of the answers took more than ${amount(level.latency?.p50 ?? 0, 'milliseconds')}`;
  return [
    draft('INP-09', {
      stage: measured.stage.name,
      subject: `overload under ${load}`,
      title: rude
        ? `at ${rateOf(level)} the system fails instead of refusing: ${amount(rudeness(level), 'ratio')} errors and time-outs`
        : `at ${rateOf(level)} the system refuses nobody: its queue has no end`,
      summary: `${kneeText(levels)} Beyond that, ${shown}. A full system should answer 429 or 503 with Retry-After at once. ${tableOf(levels)}`,
      evidence: evidenceOf(measured, shown),
      measured: shown,
      expected: '429 or 503 with Retry-After for whoever cannot be served',
      repro: reproOf(context, measured),
    }),
  ];
}

/** DB-16: who is full still does as much as before, or nearly so; whom it cannot serve does not cost it those whom it can. */
function collapse(context: Context, { measured, load, levels }: Climbed): Drafted[] {
  const knee = kneeOf(levels);
  const over = levels.filter(({ part, arrivals }) => (part === 'full' || part === 'overload') && arrivals > 0);
  const worst = over.toSorted((one, other) => one.donePerSecond - other.donePerSecond)[0];
  if (knee === undefined || worst === undefined || worst.donePerSecond >= GRACEFUL * knee.donePerSecond) return [];
  const shown = `${amount(worst.donePerSecond, 'count')} a second are served at ${rateOf(worst)}, ${amount(knee.donePerSecond, 'count')} at ${rateOf(knee)}`;
  return [
    draft('DB-16', {
      stage: measured.stage.name,
      subject: `throughput beyond the knee under ${load}`,
      title: `asked for more than it bears, the system does less: ${shown}`,
      summary: `${kneeText(levels)} Beyond that ${shown}: a pool that neither grows nor refuses makes all wait. ${tableOf(levels)}`,
      evidence: evidenceOf(measured, shown),
      measured: shown,
      expected: `at least ${amount(GRACEFUL, 'ratio')} of what it served before it was full`,
      repro: reproOf(context, measured),
    }),
  ];
}

/** LOAD-12: as few users as in the beginning are served as in the beginning. */
function recovery(context: Context, { measured, load, levels }: Climbed): Drafted[] {
  const [first] = levels;
  const after = levels.filter(({ part, arrivals }) => part === 'recovery' && arrivals > 0);
  const last = after.at(-1);
  if (first === undefined || last === undefined || recoveredAt(levels) !== undefined) return [];
  const lasted = formatDuration(last.toMs - (after[0]?.fromMs ?? 0));
  const shown = `${lasted} after the overload, at ${rateOf(last)}: ${whyFull(last, first) ?? 'not as before'}`;
  return [
    draft('LOAD-12', {
      stage: measured.stage.name,
      subject: `recovery under ${load}`,
      title: `${lasted} after an overload the system is not itself again`,
      summary: `${kneeText(levels)} ${shown}. ${tableOf(levels)}`,
      evidence: evidenceOf(measured, shown),
      measured: shown,
      expected: `answers as before the overload within ${lasted}`,
      repro: reproOf(context, measured),
    }),
  ];
}

function rudeness(level: LoadLevel): number {
  return level.arrivals === 0 ? 0 : (level.wrong + level.unanswered) / level.arrivals;
}

function isEndless(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && before !== undefined && now > ENDLESS.ms && now > ENDLESS.times * before;
}

function kneeText(levels: readonly LoadLevel[]): string {
  const knee = kneeOf(levels);
  return knee
    ? `The system bears ${rateOf(knee)} (${grouped(knee.users)} users, p(90) ${amount(knee.latency?.p90 ?? 0, 'milliseconds')}).`
    : 'The system does not bear even the first level.';
}

function tableOf(levels: readonly LoadLevel[]): string {
  const lines = levels.map(
    (level) =>
      `- ${level.part} ${rateOf(level)}, ${grouped(level.users)} users: ${outcomesOf(level) || 'no answer'}; ${level.latency ? `p(90) ${amount(level.latency.p90, 'milliseconds')}` : 'nothing served'}; ${amount(unserved(level), 'ratio')} not served`,
  );
  return `\nLevel by level:\n${lines.join('\n')}`;
}

function outcomesOf({ outcomes }: LoadLevel): string {
  return Object.entries(outcomes)
    .map(([outcome, times]) => `${grouped(times)} ${outcome}`)
    .join(', ');
}

function rateOf({ perSecond }: LoadLevel): string {
  return `${Number(perSecond.toPrecision(3))}/s`;
}

function evidenceOf({ own }: Measurement, shows: string) {
  return [{ id: own?.id ?? 'plan.json', shows }];
}

function reproOf({ plan, run }: Context, { stage }: Measurement): string[] {
  return ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)];
}
