import { z } from 'zod';

import type { PlannedStack } from '../model/plan.ts';
import type { StackPlugin } from '../stacks/contract.ts';
import { expected, phrase, sayIssue } from './explain.ts';
import { duration } from './fields.ts';

/** The stacks of a configuration: one per kind that was written, and the one that is used unless a caller says otherwise. */
export interface StackSettings {
  readonly use: string;
  readonly kinds: Readonly<Record<string, PlannedStack>>;
  /** Services that the configuration itself names, for the components of the matrix. */
  readonly services: readonly string[];
}

const READY_MS = 120_000;

/** Marks the place of a kind's options, for `scripts/schemas.ts`. */
export const STACK_ID = 'stack-';

/** How users write a kind's options, made into what its plugin takes. `around` is the level that is not in the file. */
interface Form {
  readonly options: unknown;
  readonly around?: string;
}

const FORMS: Readonly<Record<string, (written: unknown) => Form>> = {
  compose: (written) =>
    typeof written === 'string' || Array.isArray(written)
      ? { options: { files: written }, around: 'files' }
      : { options: camelKeys(written) },
  process: (written) => wrapUnless('services', written),
  external: (written) => wrapUnless('targets', written),
};

/** `process: {api: …}` is short for `process: {services: {api: …}}`. */
function wrapUnless(key: string, written: unknown): Form {
  const isLong = typeof written === 'object' && written !== null && Object.hasOwn(written, key);
  return isLong ? { options: written } : { options: { [key]: written }, around: key };
}

/** `stack:` with one key per stack kind that is there. */
export function stack(plugins: readonly StackPlugin[]) {
  const kinds = plugins.map((plugin) => plugin.kind);
  const options = Object.fromEntries(plugins.map((plugin) => [plugin.kind, stackOptions(plugin).optional()]));
  return z
    .strictObject(
      {
        ...options,
        use: z.enum(kinds).optional().describe('Which of the stacks below to use; without it the first one.'),
        ready: duration.optional().describe('Time in which every service must be ready (120s by default).'),
      },
      {
        error: (issue) =>
          issue.code === 'unrecognized_keys' ? undefined : expected(`a map, such as {${kinds[0] ?? 'compose'}: compose.yaml}`)(issue),
      },
    )
    .transform((written: Record<string, unknown>, context): StackSettings => {
      if (context.issues.length > 0) return z.NEVER;
      const present = Object.keys(written).filter((key) => kinds.includes(key));
      const use = typeof written['use'] === 'string' ? written['use'] : present[0];
      if (use === undefined) {
        context.addIssue({ code: 'custom', message: phrase('says nothing about what to bring up', `write one of ${kinds.join(', ')}`) });
        return z.NEVER;
      }
      if (!present.includes(use)) {
        context.addIssue({
          code: 'custom',
          message: phrase(`asks for \`${use}\`, which is not written here`, `add \`${use}:\`, or use ${present.join(' or ')}`),
          path: ['use'],
        });
        return z.NEVER;
      }
      const readyMs = typeof written['ready'] === 'number' ? written['ready'] : READY_MS;
      const entries = present.map((kind) => [kind, { kind, options: z.json().parse(written[kind]), readyMs }] as const);
      return { use, kinds: Object.fromEntries(entries), services: servicesOf(written[use]) };
    });
}

/** Parses with the plugin's own schema; its problems are told in the words and at the place that the user wrote. */
function stackOptions(plugin: StackPlugin) {
  const form = FORMS[plugin.kind];
  return z
    .unknown()
    .transform((written, context): unknown => {
      const { options, around } = form?.(written) ?? { options: written };
      const parsed = plugin.options.safeParse(options, { error: sayIssue });
      if (parsed.success) return parsed.data;
      for (const issue of parsed.error.issues) {
        const path = issue.path[0] === around ? issue.path.slice(1) : issue.path;
        context.issues.push({
          ...issue,
          path: path.map((part) => (typeof part === 'string' ? snake(part) : part)),
          message: snake(issue.message),
          ...('keys' in issue ? { keys: issue.keys.map(snake) } : {}),
          input: written,
        } as z.core.$ZodRawIssue);
      }
      return z.NEVER;
    })
    .meta({ id: STACK_ID + plugin.kind, description: plugin.summary });
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly required?: readonly string[] | undefined;
}

/**
 * The JSON schema of a kind's options as users write them, from the one of its plugin.
 * @public `scripts/schemas.ts` writes it.
 */
export function asWritten(kind: string, schema: JsonSchema): Record<string, unknown> {
  const { properties = {}, required = [], ...rest } = schema;
  if (kind === 'compose') {
    const map = {
      ...rest,
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [snake(key), value])),
      required: required.map(snake),
    };
    return {
      anyOf: [
        { type: 'string', description: 'A compose file.' },
        { type: 'array', items: { type: 'string' }, description: 'Compose files, later ones on top of earlier ones.' },
        map,
      ],
    };
  }
  const around = FORMS[kind]?.({}).around;
  return around === undefined
    ? { ...schema }
    : { anyOf: [{ ...(properties[around] as object) }, { ...schema, required: [...required, around] }] };
}

/** `env_file` in the file is `envFile` in the code. */
function camelKeys(written: unknown): unknown {
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]),
  );
}

function snake(text: string): string {
  return text.replace(/[a-z](?=[A-Z][a-z])/g, '$&_').replace(/_[A-Z]/g, (pair) => pair.toLowerCase());
}

function servicesOf(options: unknown): readonly string[] {
  const services = z
    .union([
      z.object({ services: z.record(z.string(), z.unknown()) }).transform((found) => Object.keys(found.services)),
      z.object({ services: z.array(z.string()) }).transform((found) => found.services),
    ])
    .safeParse(options);
  return services.success ? services.data : [];
}
