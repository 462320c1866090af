import { z } from 'zod';

import type { FaultPlugin } from '../faults/contract.ts';
import type { PlannedFault } from '../model/plan.ts';
import { expected, phrase, sayIssue } from './explain.ts';
import { CODE, defined, duration, durationLimit, named, oneOrMore } from './fields.ts';

const anything = z.json({ error: expected('text, a list or a map') });
const map = z.record(z.string(), z.json(), { error: expected('a map') });

/** Experiments with the faults that are there. A fault of another version is read as it is; carrying it out is then a gap. */
export function experiments(kinds: readonly FaultPlugin[]) {
  const experiment = z
    .strictObject({
      fault: fault(kinds).describe('What is done to the stack, such as {partition: {from: api, to: db}, for: 30s}.'),
      steady: anything.optional().describe('The journey that must be good before, and again after.'),
      during: map.optional().describe('What must hold while the fault lasts.'),
      recovery: durationLimit.optional().describe('Time until everything is as before, such as < 60s.'),
      ledger: anything.optional().describe('The journey whose acknowledged writes are counted: none may be lost.'),
      rows: oneOrMore(z.string().regex(CODE, 'is not a code of the catalogue, such as RES-01'), 'a list of codes')
        .optional()
        .describe('Rows of the catalogue that this experiment answers, beside those of its fault.'),
    })
    .transform(({ rows = [], ...written }) => {
      const plugin = kinds.find(({ type }) => type === written.fault.type);
      return { ...defined(written), rows: [...new Set([...rows, ...(plugin?.rows ?? [])])] };
    });
  return named(experiment, 'a map of experiments, such as api-dies: {fault: {kill: {service: api}}}');
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
            : phrase(`does several things at once: \`${Object.keys(acts).join('`, `')}\``, 'make an experiment of each');
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
