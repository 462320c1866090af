import { z } from 'zod';

import type { StepPlugin } from '../journeys/contract.ts';
import { suggest } from '../lib/suggest.ts';
import type { Expectation, JourneyStep } from '../model/journey.ts';
import type { Limit } from '../model/limit.ts';
import { expected, phrase, sayIssue } from './explain.ts';
import { CODE, countLimit, defined, duration, durationLimit, named, oneOrMore, percentage, sizeLimit, text } from './fields.ts';

const STEP_TIMEOUT_MS = 10_000;

const status = z
  .int({ error: expected('a status such as 200') })
  .min(0)
  .max(999);

const expectation = z
  .strictObject({
    status: oneOrMore(status, 'a status such as 200, or a list of them')
      .optional()
      .describe('Status codes that are right; for a command, exit codes.'),
    within: durationLimit.optional().describe('Time until the answer, such as 100ms.'),
    tokens: countLimit.optional().describe('Tokens of the answer, counted with a named tokenizer, such as <= 20.'),
    bytes: sizeLimit.optional().describe('Size of the answer, such as < 64kB.'),
    reply: z
      .json({ error: expected('the parts of the JSON answer that must be there') })
      .optional()
      .describe('Parts that the JSON answer must contain.'),
    headers: z.record(z.string(), text).optional().describe('Header → text that its value must hold.'),
    contains: oneOrMore(text, 'text, or a list of texts').optional().describe('Text that the answer must contain.'),
  })
  .transform((written): Expectation => defined(written))
  .meta({ id: 'Expectation', description: 'What must be true of an answer.' });

/** The settings that every step has, whatever its kind. */
export const stepCommon = z.strictObject({
  expect: expectation.optional().describe('What must be true of the answer.'),
  capture: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'is not a name for {{…}}'), text, {
      error: expected('a map from names to paths, such as id: data.id'),
    })
    .optional()
    .describe('Name → path into the answer, for {{name}} in later steps.'),
  timeout: duration.optional().describe('The step fails after this time (10s by default).'),
});
const COMMON = Object.keys(stepCommon.shape);

/** A step's own JSON schema is put together from the plugins by `scripts/schemas.ts`. */
export const STEP_ID = 'JourneyStep';

/** Steps of the kinds that are there: the key of a step (`get`, `connect`, `run`) selects its kind. */
export function stepList(kinds: readonly StepPlugin[]) {
  return z
    .array(step(kinds), { error: expected('a list of steps') })
    .min(1, phrase('is an empty list', 'write at least one step, such as - {get: "{{api}}/health"}'));
}

const saving = z
  .strictObject({
    against: text.describe('The journey that asks for everything at once.'),
    at_least: percentage.describe('The share of its tokens that is saved.'),
  })
  .transform(({ against, at_least: value }): { against: string; limit: Limit } => ({ against, limit: { op: '>=', value, unit: 'ratio' } }));

/** Journeys, made of steps. */
export function journeys(steps: ReturnType<typeof stepList>) {
  const journey = z
    .strictObject({
      steps: steps.describe('What the user does, in this order.'),
      expect: expectation.optional().describe('What must be true of the whole journey: sums of tokens, bytes and time.'),
      rows: oneOrMore(z.string().regex(CODE, 'is not a code of the catalogue, such as AGT-07'), 'a list of codes')
        .optional()
        .describe('Rows of the catalogue that this journey answers, beside those that its budgets imply.'),
      saves: saving.optional().describe('Tokens that this journey saves against another one to the same end, which is walked beside it.'),
    })
    .transform(({ steps: list, expect, rows, saves }) => ({
      steps: list,
      expect: expect ?? {},
      rows: rows ?? [],
      ...(saves === undefined ? {} : { saves }),
    }));
  return named(journey, 'a map of journeys, such as chat: {steps: [...]}');
}

function step(kinds: readonly StepPlugin[]) {
  return z
    .record(z.string(), z.json(), { error: expected('a step, such as {get: "{{api}}/health"}') })
    .transform((written, context): JourneyStep => {
      const kind = selectKind(written, kinds);
      if ('problem' in kind) {
        if (kind.key === undefined) context.addIssue({ code: 'custom', message: kind.problem });
        else context.addIssue({ code: 'unrecognized_keys', keys: [kind.key], message: kind.problem });
        return z.NEVER;
      }
      const common = stepCommon.safeParse(
        pick(written, (key) => COMMON.includes(key)),
        { error: sayIssue },
      );
      const options = kind.options.safeParse(
        pick(written, (key) => !COMMON.includes(key)),
        { error: sayIssue },
      );
      if (!common.success || !options.success) {
        // Issues that carry their message already; the parse around this one puts its path in front.
        for (const issue of [...(common.error?.issues ?? []), ...(options.error?.issues ?? [])])
          context.issues.push({ ...issue, input: written } as z.core.$ZodRawIssue);
        return z.NEVER;
      }
      const { expect, capture, timeout } = common.data;
      return {
        type: kind.type,
        title: kind.title(options.data),
        options: z.json().parse(options.data),
        capture: capture ?? {},
        expect: expect ?? {},
        timeoutMs: timeout ?? STEP_TIMEOUT_MS,
      };
    })
    .meta({ id: STEP_ID, description: 'One step; its first key says what is done.' });
}

function selectKind(written: Record<string, unknown>, kinds: readonly StepPlugin[]): StepPlugin | { problem: string; key?: string } {
  const allowed = kinds.flatMap((kind) => kind.keys);
  const chosen = kinds.filter((kind) => kind.keys.some((key) => key in written));
  if (chosen[0] && chosen.length === 1) return chosen[0];
  if (chosen.length > 1) {
    const keys = allowed.filter((key) => key in written).map((key) => `\`${key}\``);
    return { problem: phrase(`does several things at once: ${keys.join(', ')}`, 'make a step of each') };
  }
  const unknown = Object.keys(written).filter((key) => !COMMON.includes(key));
  const [first] = unknown;
  if (first === undefined) return { problem: phrase('says nothing to do', `a step begins with one of ${allowed.join(', ')}`) };
  const meant = unknown.map((key) => suggest(key, allowed)).find((key) => key !== undefined);
  return {
    problem: phrase(
      `\`${first}\` is not something that a step can do`,
      meant === undefined ? `a step begins with one of ${allowed.join(', ')}` : `did you mean \`${meant}\`?`,
    ),
    key: first,
  };
}

function pick(written: Record<string, unknown>, keep: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(written).filter(([key]) => keep(key)));
}
