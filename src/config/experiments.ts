import { z } from 'zod';

import { expected } from './explain.ts';
import { durationLimit, named } from './fields.ts';

const anything = z.json({ error: expected('text, a list or a map') });
const map = z.record(z.string(), z.json(), { error: expected('a map') });

/** One experiment. What a fault takes is checked by its plugin when the plan is carried out. */
export const experiments = named(
  z.strictObject({
    fault: z
      .union([z.string(), map], { error: expected('a fault, such as {kill: {service: api}}') })
      .describe('What is done to the stack, such as {partition: {from: api, to: db}, for: 30s}.'),
    steady: anything.optional().describe('The journey that must be good before, and again after.'),
    during: map.optional().describe('What must hold while the fault lasts.'),
    recovery: durationLimit.optional().describe('Time until everything is as before, such as < 60s.'),
    ledger: anything.optional().describe('The journey whose acknowledged writes are counted: none may be lost.'),
  }),
  'a map of experiments, such as api-dies: {fault: {kill: {service: api}}}',
);
