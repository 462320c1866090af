import { z } from 'zod';

import { STEP_ID, stepCommon } from '../src/config/journeys.ts';
import { configSchema, type Plugins, PLUGINS } from '../src/config/schema.ts';
import { asWritten, STACK_ID } from '../src/config/stack.ts';
import { Evidence } from '../src/model/evidence.ts';
import { Plan } from '../src/model/plan.ts';
import { ReportV1 } from '../src/model/report-v1.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Path → text of every published JSON schema: of what users write, and of what the gate writes. */
export function schemas(_root: string, plugins: Plugins = PLUGINS): Promise<Map<string, string>> {
  return Promise.resolve(
    new Map([
      ['schema/config.schema.json', print(configJsonSchema(plugins))],
      ['schema/report.v1.schema.json', print(stored(ReportV1, 'Gauntlet report, version 1'))],
      ['schema/plan.schema.json', print(stored(Plan, 'Gauntlet plan'))],
      ['schema/evidence.schema.json', print(stored(Evidence, 'Gauntlet evidence, one piece as it is stored'))],
    ]),
  );
}

/** Draft 7, which the YAML extensions of editors know best. */
function configJsonSchema(plugins: Plugins): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configSchema(plugins), {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const id = z.globalRegistry.get(zodSchema)?.id;
      const stack = plugins.stacks.find((plugin) => id === STACK_ID + plugin.kind);
      if (id === STEP_ID) replace(jsonSchema, stepJsonSchema(plugins));
      if (stack) replace(jsonSchema, asWritten(stack.kind, inputSchema(stack.options)));
    },
  });
  return { ...($schema === undefined ? {} : { $schema }), title: 'gauntlet.yml', ...schema };
}

/** Keeps what was said about it and nothing of its shape. */
function replace(target: JsonSchema, shape: JsonSchema): void {
  const { description } = target;
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, description === undefined ? {} : { description }, shape);
}

/** A step is one of the kinds that are there, with the settings that every step has. */
function stepJsonSchema({ stepKinds }: Plugins): JsonSchema {
  const common = inputSchema(stepCommon).properties ?? {};
  const forms = stepKinds.flatMap((kind) => {
    const schema = inputSchema(kind.options);
    const alternatives = schema.anyOf ?? schema.oneOf ?? [schema];
    return alternatives.flatMap((form) =>
      kind.keys
        .filter((key) => key in (form.properties ?? {}))
        .map((key) => oneForm(form, { key, keys: kind.keys, summary: kind.summary, common })),
    );
  });
  return { type: 'object', anyOf: forms };
}

function oneForm(
  form: JsonSchema,
  { key, keys, summary, common }: { key: string; keys: readonly string[]; summary: string; common: Record<string, unknown> },
): JsonSchema {
  const own = Object.fromEntries(Object.entries(form.properties ?? {}).filter(([name]) => name === key || !keys.includes(name)));
  const described = { ...own, [key]: { description: summary, ...(own[key] as object) } };
  return {
    type: 'object',
    properties: { ...described, ...common } as NonNullable<JsonSchema['properties']>,
    required: [key],
    additionalProperties: false,
  };
}

/** Without `$schema`, to stand inside another one. */
function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...inner } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return inline(inner) as JsonSchema;
}

/** References point into a document of their own: named ones are in the whole one too, the others are recursive JSON values. */
function inline(node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => inline(item));
  if (typeof node !== 'object' || node === null) return node;
  if ('$ref' in node) return String(node.$ref).includes('/__') ? {} : node;
  return Object.fromEntries(Object.entries(node).flatMap(([key, value]) => (key === 'definitions' ? [] : [[key, inline(value)]])));
}

function stored(schema: z.ZodType, title: string): JsonSchema {
  const { $schema, ...inner } = z.toJSONSchema(schema, { io: 'output' });
  return { ...($schema === undefined ? {} : { $schema }), title, ...inner };
}

function print(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
