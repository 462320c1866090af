import { z } from 'zod';

import type { PlannedTarget } from '../model/plan.ts';
import { expected, phrase } from './explain.ts';
import { defined, named, text, wholeNumber } from './fields.ts';

/** A target as it was written, with its scheme decided; its name and environment come from where it stands. */
export type TargetSettings = Omit<PlannedTarget, 'name' | 'environment'>;

const Scheme = z.enum(['http', 'https', 'ws', 'wss', 'tcp']);
const URL_NOUN = 'an absolute URL, such as https://staging.example.org';

const url = z
  .string({ error: expected(URL_NOUN) })
  .refine((written) => schemeOf(written) !== undefined, {
    error: (issue) => phrase(`cannot be "${String(issue.input)}": that is no URL`, `write ${URL_NOUN}, with http, https, ws, wss or tcp`),
  })
  .transform((written) => written.replace(/\/+$/, ''));

const path = z
  .string({ error: expected('a path that begins with /') })
  .regex(/^\//, phrase('does not begin with /', 'write a path such as /health'));

const targetMap = z
  .strictObject({
    service: text.optional().describe('Service of the stack that answers here.'),
    port: wholeNumber(1, 65_535).optional().describe("The service's own port (inside its container)."),
    url: url.optional().describe('Absolute URL, for a target that is not part of the stack.'),
    scheme: Scheme.optional().describe('How to speak to it. Without it: the scheme of the URL, ws for a path that ends in /ws, else http.'),
    path: path.optional().describe('Path that every request to this target begins with.'),
    health: path.optional().describe('Path that answers 2xx when the target is ready.'),
    metrics: path
      .optional()
      .describe('Path that answers with metrics in the text format of Prometheus. Without it, /metrics is tried while a load runs.'),
  })
  .refine(
    (written) => written.url !== undefined || written.service !== undefined || written.port !== undefined,
    phrase('says nothing about where it is', 'write `service` and `port`, or `url`'),
  )
  .refine(
    (written) => written.url === undefined || (written.service === undefined && written.port === undefined),
    phrase('has both a URL and a service', 'keep `url`, or `service` and `port`'),
  )
  .transform(({ scheme, path: prefix = '', ...rest }): TargetSettings => ({
    ...defined(rest),
    path: prefix.replace(/\/+$/, ''),
    scheme: scheme ?? schemeOf(rest.url ?? '') ?? guessScheme(prefix),
  }));

const urlAlone = url.transform((written): TargetSettings => ({ url: written, scheme: schemeOf(written) ?? 'http', path: '' }));

const target = z
  .union([urlAlone, targetMap], { error: expected('a URL, or a map such as {service: api, port: 8080}') })
  .meta({ id: 'Target', description: 'A place to speak to: a URL, or a service of the stack.' });

export const targets = named(target, 'a map of targets, such as api: {service: api, port: 8080}');

export const environments = named(targets, 'a map of environments, each with its targets, such as staging: {api: https://…}');

/** The scheme of an absolute URL that can be a target. */
export function schemeOf(written: string): PlannedTarget['scheme'] | undefined {
  return URL.canParse(written) ? Scheme.safeParse(new URL(written).protocol.slice(0, -1)).data : undefined;
}

function guessScheme(prefix: string): PlannedTarget['scheme'] {
  return /\/(ws|websocket|socket)\/?$/i.test(prefix) ? 'ws' : 'http';
}
