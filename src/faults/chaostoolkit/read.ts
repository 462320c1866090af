import { isAbsolute, join } from 'node:path';

import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { HealContext } from '../contract.ts';

const Timeout = z.union([z.number(), z.array(z.number())]).optional();

/** What can be run here; `python` and everything else is refused by name. https://chaostoolkit.org/reference/api/experiment/ */
const HttpProvider = z.object({
  type: z.literal('http'),
  url: z.string(),
  method: z.string().default('GET'),
  headers: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  arguments: z.json().optional(),
  timeout: Timeout,
});
const ProcessProvider = z.object({
  type: z.literal('process'),
  path: z.string(),
  arguments: z.json().optional(),
  timeout: Timeout,
});
export type HttpProvider = z.output<typeof HttpProvider>;
export type ProcessProvider = z.output<typeof ProcessProvider>;

const Activity = z.object({
  type: z.enum(['probe', 'action']),
  name: z.string(),
  provider: z.discriminatedUnion('type', [HttpProvider, ProcessProvider]),
  background: z.boolean().default(false),
  pauses: z.object({ before: z.number().default(0), after: z.number().default(0) }).default({ before: 0, after: 0 }),
  tolerance: z.json().optional(),
});
export type Activity = z.output<typeof Activity>;

const Values = z.record(z.string(), z.json());

/** What is needed to run activities later, in another process: no value of the environment stands in it. */
export const Toolkit = z.strictObject({
  title: z.string(),
  hypothesis: z.array(Activity),
  method: z.array(Activity),
  rollbacks: z.array(Activity),
  configuration: Values,
  secrets: z.record(z.string(), Values),
});
export type Toolkit = z.output<typeof Toolkit>;

/** The shape of the file as far as it is read before its activities are. */
const File = z.object({
  title: z.string(),
  'steady-state-hypothesis': z.object({ probes: z.array(z.json()).default([]) }).optional(),
  method: z.array(z.json()).default([]),
  rollbacks: z.array(z.json()).default([]),
  configuration: Values.default({}),
  secrets: z.record(z.string(), Values).default({}),
});

interface Place {
  readonly file: string;
  readonly root?: string | undefined;
}

/** Reads an experiment of the Chaos Toolkit, JSON or YAML. @throws GauntletError of kind `config`, with file and line, for what cannot be run here. */
export async function readToolkit({ file, root = '.' }: Place, { ports }: Pick<HealContext, 'ports'>): Promise<Toolkit> {
  const text = await ports.files.readText(isAbsolute(file) ? file : join(root, file)).catch(() => {
    throw problem(file, 'it is not there, or cannot be read');
  });
  return parseToolkit(text, file);
}

/** As `readToolkit`, of a text. */
export function parseToolkit(text: string, file: string): Toolkit {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (path: readonly (string | number)[]): string => {
    const node = document.getIn(path, true) as { range?: [number] } | undefined;
    const at = node?.range?.[0];
    return at === undefined ? file : `${file}:${lines.linePos(at).line}`;
  };
  const [broken] = document.errors;
  if (broken !== undefined)
    throw problem(`${file}:${lines.linePos(broken.pos[0]).line}`, broken.message.split('\n')[0] ?? 'it is neither JSON nor YAML');
  const parsed = File.safeParse(document.toJS());
  if (!parsed.success) throw problem(file, `it is no experiment of the Chaos Toolkit: ${z.prettifyError(parsed.error)}`);
  const { title, method, rollbacks, configuration, secrets, 'steady-state-hypothesis': hypothesis } = parsed.data;
  if (document.has('controls')) throw problem(lineOf(['controls']), 'controls are Python, which is not run here');
  const known = new Map<string, Activity>();
  const read = (list: readonly z.core.util.JSONType[], path: readonly (string | number)[]): Activity[] =>
    list.map((written, index) => {
      const activity = readActivity(written, { known, where: lineOf([...path, index]) });
      known.set(activity.name, activity);
      return activity;
    });
  return {
    title,
    hypothesis: read(hypothesis?.probes ?? [], ['steady-state-hypothesis', 'probes']),
    method: read(method, ['method']),
    rollbacks: read(rollbacks, ['rollbacks']),
    configuration,
    secrets,
  };
}

interface Reading {
  readonly known: ReadonlyMap<string, Activity>;
  readonly where: string;
}

function readActivity(written: z.core.util.JSONType, { known, where }: Reading): Activity {
  const ref = z.object({ ref: z.string() }).safeParse(written).data?.ref;
  if (ref !== undefined) {
    const meant = known.get(ref);
    if (meant === undefined) throw problem(where, `nothing before it is named ${ref}`);
    return meant;
  }
  const loose = z
    .object({ name: z.string().catch('?'), provider: z.object({ type: z.string() }), controls: z.json().optional() })
    .safeParse(written).data;
  const type = loose?.provider.type;
  if (loose?.controls !== undefined) throw problem(where, `${loose.name} has controls, which are Python and not run here`);
  if (type !== undefined && type !== 'http' && type !== 'process')
    throw problem(where, `${loose?.name} has a provider of the type ${type}; only http and process are run here`);
  const parsed = Activity.safeParse(written);
  if (!parsed.success) throw problem(where, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
  const tolerance = z.object({ type: z.string() }).safeParse(parsed.data.tolerance).data?.type;
  if (tolerance !== undefined && !['regex', 'jsonpath', 'range'].includes(tolerance))
    throw problem(where, `${parsed.data.name} has a tolerance of the type ${tolerance}; regex, jsonpath and range are known here`);
  return parsed.data;
}

function problem(where: string, what: string): GauntletError {
  return new GauntletError(`${where}: ${what}`, {
    kind: 'config',
    hint: 'docs/experiments.md says what of the Chaos Toolkit is run as it is',
  });
}
