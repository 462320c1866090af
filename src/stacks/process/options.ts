import { z } from 'zod';

import { parseDuration } from '../../model/units.ts';

/** Kept as text, so that parsed options parse again to the same. */
const DurationText = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'not a duration: write a number with a unit, such as 500ms, 30s or 5m')
  .meta({ description: 'a duration: 500ms, 30s, 5m' });

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'a service name: letters, digits, `-` and `_`');
const Port = z.union([z.int().min(1).max(65_535), z.literal('auto')]);
const Run = z.union([z.string().min(1), z.array(z.string()).min(1)]);

export const Condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
export type Condition = z.output<typeof Condition>;

/** One local process. */
export const ProcessService = z.strictObject({
  run: Run.describe('A program with its arguments, or a line for `/bin/sh`.'),
  port: Port.optional().describe('Handed over as PORT; `auto` (also the default of `ports`) picks a free one.'),
  ports: z.record(Name, Port).optional().describe('Further ports by name, handed over as PORT_<NAME>.'),
  health: z
    .union([z.literal('tcp'), z.string().startsWith('/'), z.strictObject({ command: Run })])
    .optional()
    .describe('An HTTP path, `tcp`, or a command that exits with 0.'),
  interval: DurationText.optional().describe('Between two health checks once it is healthy; 1 s when left out.'),
  timeout: DurationText.optional().describe('Of one health check; 5 s when left out.'),
  retries: z.int().min(1).optional().describe('Failed health checks in a row until it is unhealthy; 3 when left out.'),
  start_period: DurationText.optional().describe('Time after a start in which failed health checks do not count; 30 s when left out.'),
  env: z.record(z.string(), z.string()).optional().describe('Variables for this service, over those of the stack.'),
  cwd: z.string().optional().describe('Relative to the repository root.'),
  depends_on: z
    .union([z.array(z.string()), z.record(z.string(), z.strictObject({ condition: Condition }))])
    .optional()
    .describe('Services that must be started, healthy or completed first: a list, or a map with a `condition` each.'),
  one_shot: z.boolean().optional().describe('It does its work, exits with 0, and is done.'),
  restart: z.enum(['no', 'on-failure', 'always']).optional().describe('What happens when it ends; `no` when left out.'),
});
export type ProcessService = z.output<typeof ProcessService>;

/** Local processes as a stack, for machines without Docker. */
export const ProcessOptions = z.strictObject({
  services: z.record(Name, ProcessService).refine((services) => Object.keys(services).length > 0, 'name at least one service'),
  env: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Variables for every service. Values may say `{{name.host}}`, `{{name.port}}`, `{{name.port.admin}}`, `{{name.url}}`, `{{run.dir}}`.',
    ),
  grace: DurationText.optional().describe('Between TERM and KILL of one service; 5 s when left out.'),
  lifetime: DurationText.optional().describe(
    'How long the stack may stand without a gate that owns it (`gauntlet up`); 6 h when left out.',
  ),
});
export type ProcessOptions = z.output<typeof ProcessOptions>;

/** Who waits for whom, and for what. */
export interface Dependency {
  readonly name: string;
  readonly condition: Condition;
}

export function dependenciesOf(service: ProcessService): readonly Dependency[] {
  const { depends_on: needs = [] } = service;
  if (Array.isArray(needs)) return needs.map((name) => ({ name, condition: 'service_started' }));
  return Object.entries(needs).map(([name, { condition }]) => ({ name, condition }));
}

/** Said so, or somebody waits for its completion. */
export function isOneShot(name: string, { services }: ProcessOptions): boolean {
  if (services[name]?.one_shot !== undefined) return services[name].one_shot;
  return Object.values(services).some((service) =>
    dependenciesOf(service).some((need) => need.name === name && need.condition === 'service_completed_successfully'),
  );
}

/** Milliseconds of a duration that was checked by the schema. */
export function milliseconds(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : (parseDuration(text) ?? fallback);
}

/** The services of one circle of `depends_on`, or `undefined`. */
export function circleIn({ services }: ProcessOptions): readonly string[] | undefined {
  const done = new Set<string>();
  for (const name of Object.keys(services)) {
    const circle = visit(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;

  function visit(name: string, path: readonly string[]): readonly string[] | undefined {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    const service = services[name];
    if (service === undefined || done.has(name)) return undefined;
    for (const need of dependenciesOf(service)) {
      const circle = visit(need.name, [...path, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  }
}
