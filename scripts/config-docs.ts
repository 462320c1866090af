import { z } from 'zod';

import { schemas } from './schemas.ts';

/** The part of a JSON schema that the page shows. */
interface Node {
  readonly description?: string | undefined;
  readonly $ref?: string | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly allOf?: readonly Node[] | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly additionalProperties?: Node | boolean | undefined;
  readonly items?: Node | undefined;
  readonly default?: unknown;
}

const Node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    description: z.string().optional(),
    $ref: z.string().optional(),
    anyOf: z.array(Node).optional(),
    allOf: z.array(Node).optional(),
    properties: z.record(z.string(), Node).optional(),
    additionalProperties: z.union([Node, z.boolean()]).optional(),
    items: Node.optional(),
  }),
);

const Root = z.looseObject({ properties: z.record(z.string(), Node), definitions: z.record(z.string(), Node) });
type Root = z.output<typeof Root>;

/** `docs/config.md`: every setting with its description, from the same schema that reads the file. */
export async function configDocs(root: string): Promise<Map<string, string>> {
  const text = (await schemas(root)).get('schema/config.schema.json');
  if (text === undefined) throw new Error('there is no schema of the configuration');
  const schema = Root.parse(JSON.parse(text));
  const definition = (name: string): Node => schema.definitions[name] ?? {};
  const coverage = settings(definition('Stage'))['coverage'];
  const sections = [
    INTRODUCTION,
    section('The file', schema.properties),
    section('A stage', settings(definition('Stage')), STAGE_NOTE),
    section('`coverage`', coverage ? settings(coverage) : {}),
    section('A target', settings(definition('Target'))),
    section('A journey', settings(valueOf(schema.properties['journeys']))),
    section('A step', settings(definition('JourneyStep')), STEP_NOTE),
    section('`expect`', settings(definition('Expectation'))),
    section('An experiment', settings(valueOf(schema.properties['experiments'])), EXPERIMENT_NOTE),
    section('`stack.compose`', settings(definition('stack-compose'))),
    section('A service of `stack.process`', settings(valueOf(lastOf(definition('stack-process')))), PROCESS_NOTE),
    ENVIRONMENT,
  ];
  return new Map([['docs/config.md', `${sections.filter((part) => part !== '').join('\n\n')}\n`]]);
}

/** The settings of a map, merged over the forms in which it can be written. */
function settings(node: Node): Record<string, Node> {
  const forms = [node, ...(node.anyOf ?? []), ...(node.allOf ?? [])];
  return Object.assign(
    {},
    ...forms.map((form) => (form.properties ?? (form === node ? {} : settings(form))) as Record<string, Node>),
  ) as Record<string, Node>;
}

function valueOf(node: Node | undefined): Node {
  const forms = [node, ...(node?.anyOf ?? [])];
  const found = forms.map((form) => form?.additionalProperties).find((value) => typeof value === 'object');
  return typeof found === 'object' ? found : {};
}

function lastOf(node: Node): Node {
  return node.anyOf?.[0] ?? node;
}

function section(title: string, properties: Readonly<Record<string, Node>>, note = ''): string {
  const rows = Object.entries(properties).map(([name, node]) => `| \`${name}\` | ${describe(node)} |`);
  if (rows.length === 0) return '';
  return [`## ${title}`, ...(note === '' ? [] : [note]), ['| setting | meaning |', '|---|---|', ...rows].join('\n')].join('\n\n');
}

function describe({ description, anyOf, default: value }: Node): string {
  const text = description ?? anyOf?.map((form) => form.description).find((found) => found !== undefined) ?? '';
  const shown = typeof value === 'string' || typeof value === 'number' ? ` Default: \`${value}\`.` : '';
  return `${text}${shown}`.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}

const INTRODUCTION = `# gauntlet.yml

Generated from the schema that reads the file (\`schema/config.schema.json\`, which editors understand: \`# yaml-language-server: $schema=…\`).
\`gauntlet plan\` says what a configuration means before anything runs. Unknown settings are refused; settings that matched nothing are findings (GAT-06).

Durations are written \`500ms\`, \`30s\`, \`5m\`, \`1h30m\`; percentages \`90%\`; sizes \`2GB\`, \`512MiB\`; limits with a comparator: \`< 100ms\`, \`<= 20\`, \`>= 99%\`.
\`\${VAR}\`, \`\${VAR:-default}\` and \`\${VAR:?message}\` are filled in from the environment in any value; a plain \`$VAR\` is left to the shell, and \`$$\` is one dollar sign.`;

const STAGE_NOTE = `Stages run in the order audit, unit, integration, e2e, performance, chaos, smoke. A stage with nothing to run is \`unknown\`, never green.
\`run\` is a line for the shell (\`npm test\`), a program with its arguments (\`[npm, test]\`), or a list of commands (\`{name, run, cwd, env, results, coverage}\`).`;

const STEP_NOTE = `The first key says what is done: \`get\`, \`post\`, \`put\`, \`patch\`, \`delete\` or \`head\` with a URL; \`connect\` with a WebSocket URL, then \`send\`, \`close\`; or \`run\` with a command.
Values may hold \`{{target}}\`, \`{{target.host}}\`, \`{{target.port}}\`, \`{{user}}\`, \`{{nonce}}\` (new for every step), \`{{env.NAME}}\` and whatever an earlier step has captured.`;

const EXPERIMENT_NOTE = `The one key of \`fault\` beside \`for\` names it ([the faults of this version](plugins.md#faults)); what it holds are its options. The undo is on disk before a fault is
injected; \`gauntlet heal\` undoes what a gate that was killed left behind. This version carries faults out and does not yet measure what users experience meanwhile: every experiment
ends as not looked at, which is \`unknown\`.`;

const PROCESS_NOTE = `For laptops without Docker: local processes with health, logs and restarts. Values of \`env\` may hold \`{{service.host}}\`, \`{{service.port}}\` and \`{{run.dir}}\`; \`PORT\` is set to the service's own port.`;

const ENVIRONMENT = `## What commands learn

| variable | holds |
|---|---|
| \`GAUNTLET_TARGET_<NAME>_URL\`, \`_HOST\`, \`_PORT\` | where a target is |
| \`GAUNTLET_SERVICE_<NAME>_HOST\`, \`_PORT\`, \`_PORT_<n>\` | where a published port of a service is |
| \`GAUNTLET_RUN_ID\`, \`GAUNTLET_RUN_DIR\` | the run and its directory |
| \`GAUNTLET_STAGE\`, \`GAUNTLET_ATTEMPT\` | the stage; 1 for the first attempt, 2 for its first retry |
| \`GAUNTLET_BUDGET\`, \`GAUNTLET_SEED\` | the budget (\`pr\`, \`nightly\`, \`release\`) and the seed of everything random |`;
