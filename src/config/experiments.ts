import { z } from 'zod';

import type { FaultPlugin } from '../faults/contract.ts';
import type { DuringLimits, LedgerPlan, PlannedFault, PlannedRandom } from '../model/experiment.ts';
import { limitField } from '../model/limit.ts';
import { expected, phrase, sayIssue } from './explain.ts';
import { CODE, defined, duration, durationLimit, NAME, NAME_RULE, named, oneOrMore, text, wholeNumber } from './fields.ts';

const name = z.string({ error: expected('a name') }).regex(NAME, NAME_RULE);
const journeyNames = oneOrMore(name, 'a list of journeys');
const map = z.record(z.string(), z.json(), { error: expected('a map') });

/** Experiments with the faults that are there. A fault of another version is read as it is; carrying it out is then a gap. */
export function experiments(kinds: readonly FaultPlugin[]) {
  const experiment = z
    .strictObject({
      fault: fault(kinds).optional().describe('What is done to the stack, such as {partition: {from: api, to: db}, for: 30s}.'),
      chaostoolkit: text
        .optional()
        .describe('In place of a fault: an experiment of the Chaos Toolkit (JSON or YAML), run as it is; a path from the repository root.'),
      also: z
        .array(fault(kinds), { error: expected('a list of faults') })
        .min(1, phrase('is empty', 'leave it out'))
        .max(2, phrase('does more than three faults at once', 'nobody could tell them apart'))
        .optional()
        .describe('Faults that are done at the same time.'),
      random: random(kinds)
        .optional()
        .describe('In place of a fault: whatever chance draws, within limits. The seed of the run repeats it.'),
      steady: journeyNames.optional().describe('Journeys that must be good before, and again after; all journeys of the plan without it.'),
      control: journeyNames.optional().describe('Journeys that have nothing to do with the fault: they must not suffer at all.'),
      during: during().optional().describe('What must hold while the fault lasts.'),
      recovery: durationLimit.optional().describe('Time until everything is as before, such as < 60s.'),
      ledger: ledger().optional().describe('Writes through the fault that are read back after it: none that was acknowledged may be lost.'),
      rows: oneOrMore(z.string().regex(CODE, 'is not a code of the catalogue, such as RES-01'), 'a list of codes')
        .optional()
        .describe('Rows of the catalogue that this experiment answers, beside those of its fault.'),
    })
    .superRefine((written, context) => {
      const ways = [written.fault, written.random, written.chaostoolkit].filter((way) => way !== undefined).length;
      if (ways !== 1) context.addIssue({ code: 'custom', message: ways === 0 ? NO_WAY : TWO_WAYS });
      if (written.also !== undefined && written.fault === undefined) context.addIssue({ code: 'custom', path: ['also'], message: ALONE });
    })
    .transform(({ rows = [], chaostoolkit: file, ...other }) => {
      const toolkit: PlannedFault | undefined =
        file === undefined ? undefined : { type: 'chaostoolkit', options: { file, services: [] }, durationMs: 0 };
      const written = { ...other, ...(toolkit === undefined ? {} : { fault: toolkit }) };
      const done = [written.fault, ...(written.also ?? [])].map((one) => one?.type);
      const answered = kinds.flatMap(({ type, rows: own }) => (done.includes(type) ? own : []));
      const asked = written.during?.alert;
      const alerts = asked === undefined ? [] : ['OBS-10', ...(asked.within === undefined ? [] : ['OBS-20'])];
      return { ...defined(written), rows: [...new Set([...rows, ...answered, ...alerts])] };
    });
  return named(experiment, 'a map of experiments, such as api-dies: {fault: {kill: {service: api}}}');
}

const NO_WAY = phrase('does nothing', 'write a `fault`, such as {kill: {service: api}}');
const TWO_WAYS = phrase('does several things: a `fault`, `random` and `chaostoolkit` exclude each other', 'keep one of them');
const ALONE = phrase('has nothing to be done beside', 'write the first one under `fault`');

/** Chance within limits. */
function random(kinds: readonly FaultPlugin[]) {
  const types = kinds.map(({ type }) => type);
  const type = z.string().refine((text) => types.includes(text), phrase('is no fault', `name one of ${types.slice(0, 8).join(', ')}`));
  return z
    .strictObject(
      {
        count: wholeNumber(1, 100).describe('How many experiments, one after the other.'),
        at_once: wholeNumber(1, 3).optional().describe('How many faults at the same time; 1 without it.'),
        weights: z
          .record(type, z.number().min(0))
          .optional()
          .describe('How often each fault is drawn, such as {kill: 3, partition: 1}; what happens most in production without it.'),
        most_services: wholeNumber(1, 50)
          .optional()
          .describe('The blast radius: how many services may be harmed at the same time; one for each fault without it.'),
        spare: oneOrMore(text, 'a list of services').optional().describe('Services that are never harmed.'),
      },
      { error: expected('a map such as {count: 5}') },
    )
    .transform(({ at_once: atOnce, most_services: mostServices, ...rest }): PlannedRandom => defined({ ...rest, atOnce, mostServices }));
}

const PROMETHEUS = 'prometheus';
const STATUS = wholeNumber(100, 599);

function during() {
  return z
    .strictObject(
      {
        success_rate: limitField('>=', ['ratio']).optional().describe('Share of attempts that must be answered well, such as >= 99%.'),
        statuses: oneOrMore(STATUS, 'a list of statuses')
          .optional()
          .describe('Statuses that are allowed; success, 429 and 503 without it.'),
        fallback: z
          .strictObject(
            {
              header: text.optional().describe('A header with a part of its value: `x-source: redis`.'),
              body: text.optional().describe('Text that only an answer from the fallback holds.'),
            },
            { error: expected('a map such as {header: "x-source: redis"}') },
          )
          .optional()
          .describe('How an answer from a fallback is known: it counts as degraded, not as wrong.'),
        latency: durationLimit.optional().describe('Limit of the 95th percentile of the time to an answer, such as < 2s.'),
        alert: alert()
          .optional()
          .describe('An alert that must fire while the fault lasts, and the target of the Prometheus that is asked for it.'),
        state: state().optional().describe('What shows the state of a circuit breaker (RES-08).'),
        deadline: duration.optional().describe('Time within which an attempt must have any answer at all; 5s without it.'),
        attempts: limitField('<=', ['count'])
          .optional()
          .describe(
            'Attempts at the dependency for each one that is made when all is well, such as <= 3; 4 without it. Seen by the faults `dependency` and `latency`.',
          ),
        parallel: wholeNumber(2, 150)
          .optional()
          .describe('Walks that are begun at once, again and again, in place of a steady pace: what counts failures must count them all.'),
        leave_after: duration
          .optional()
          .describe('Whoever asks goes away after so long: what was asked of the dependency must be cancelled (RES-10).'),
      },
      { error: expected('a map such as {success_rate: ">= 99%"}') },
    )
    .transform(
      ({
        success_rate: successRate,
        deadline: deadlineMs,
        leave_after: leaveAfterMs,
        fallback,
        alert: asked,
        state: shown,
        ...rest
      }): DuringLimits =>
        defined({
          ...rest,
          successRate,
          deadlineMs,
          leaveAfterMs,
          fallback: fallback && defined(fallback),
          alert: asked && defined(asked),
          state: shown && defined(shown),
        }),
    );
}

function state() {
  return z
    .strictObject(
      {
        metric: text.optional().describe('A metric in the text format of Prometheus: `breaker_state{name="llm"}`.'),
        field: text.optional().describe('A field of a JSON answer: `breakers.llm`.'),
        at: name.describe('The target that shows it.'),
        path: z.string().startsWith('/', 'must begin with /').default('/metrics').describe('Where it shows it; /metrics without it.'),
      },
      { error: expected('a map such as {metric: breaker_state, at: api}') },
    )
    .refine(
      ({ metric, field }) => (metric === undefined) !== (field === undefined),
      phrase('shows nothing, or two things', 'name a `metric` or a `field`'),
    );
}

function alert() {
  return z
    .union(
      [
        text.transform((one) => ({ name: one, at: PROMETHEUS })),
        z.strictObject({
          name: text.describe('Its name: the `alert` of its rule.'),
          at: name.default(PROMETHEUS).describe('The target that answers for Prometheus.'),
          within: durationLimit.optional().describe('Time from the fault until it fires, such as < 60s.'),
        }),
      ],
      { error: expected('the name of an alert, or {name: PoolNearlyFull, at: prometheus, within: < 60s}') },
    )
    .transform((written) => ({ within: undefined, ...written }));
}

function ledger() {
  return z
    .union(
      [
        name.transform((write) => ({ write })),
        z.strictObject({
          write: name.describe('The journey that writes one thing, whose unique id is `{{nonce}}`.'),
          read: name.optional().describe('The journey whose answer holds that id; the last step of the writing one without it.'),
          restart: name.optional().describe('A service that is restarted before a second reading.'),
        }),
      ],
      { error: expected('the name of a journey, or {write: a journey, read: a journey}') },
    )
    .transform((written): LedgerPlan => defined({ read: undefined, restart: undefined, ...written }));
}

/** `kill`, or `{kill: {service: api}, for: 30s}`: one key names the type, what it holds are the plugin's options. */
function fault(kinds: readonly FaultPlugin[]) {
  return z
    .union([z.string(), map], { error: expected('a fault, such as {kill: {service: api}}') })
    .transform((written, context): PlannedFault => {
      const { for: lasting, ...acts } = typeof written === 'string' ? { [written]: {} } : written;
      const [type, another] = Object.keys(acts);
      if (type === undefined || another !== undefined) {
        const message =
          type === undefined
            ? phrase('says nothing to do', 'write a fault, such as {kill: {service: api}}')
            : phrase(
                `does several things at once: \`${Object.keys(acts).join('`, `')}\``,
                'name the others under `also`, or make an experiment of each',
              );
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
      const time = duration.optional().safeParse(lasting, { error: sayIssue });
      const options = optionsOf(kinds, type, acts[type] ?? {});
      if (time.success && options.success)
        return { type, options: options.data, ...(time.data === undefined ? {} : { durationMs: time.data }) };
      // Issues that carry their message already; the parse around this one puts its path in front.
      for (const issue of time.error?.issues ?? [])
        context.issues.push({ ...issue, path: ['for', ...issue.path], input: written } as z.core.$ZodRawIssue);
      for (const issue of options.error?.issues ?? [])
        context.issues.push({ ...issue, path: [type, ...issue.path], input: written } as z.core.$ZodRawIssue);
      return z.NEVER;
    });
}

function optionsOf(kinds: readonly FaultPlugin[], type: string, written: z.core.util.JSONType): z.ZodSafeParseResult<z.core.util.JSONType> {
  const plugin = kinds.find((kind) => kind.type === type);
  return (plugin ? plugin.options.pipe(z.json()) : z.json()).safeParse(written, { error: sayIssue });
}
