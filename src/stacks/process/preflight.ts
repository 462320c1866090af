import { isAbsolute, join, resolve } from 'node:path';

import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { Preflight } from '../../model/manifest.ts';
import type { Ports } from '../../ports/index.ts';
import type { StackContext } from '../contract.ts';
import { circleIn, dependenciesOf, isOneShot, type ProcessOptions, type ProcessService } from './options.ts';
import { portOwner } from './port-owner.ts';
import { commandOf, fill, folderOf, HOST, wantedPorts } from './resolve.ts';

/** Words that a shell knows by itself. */
const BUILTIN = new Set(
  '. : alias bg break case cd command continue do echo eval exec exit export false fg for getopts hash if jobs kill printf pwd read readonly return set shift source test times trap true type ulimit umask unset until wait while ['.split(
    ' ',
  ),
);

/** What is wrong, or will be, before anything is started. */
export async function preflight(options: ProcessOptions, context: StackContext): Promise<readonly Preflight[]> {
  const found = await Promise.all([
    ...Object.entries(options.services).map(([name, service]) => programOf(name, service, { options, context })),
    ...portsOf(options).map((port) => portProblem(port, context.ports)),
  ]);
  return [
    ...dependencyProblems(options),
    ...environmentProblems(options, context),
    ...targetProblems(options, context),
    ...samePorts(options),
    ...found.flat(),
  ];
}

/** Unknown names, circles, and conditions that can never come true. */
export function dependencyProblems(options: ProcessOptions): Preflight[] {
  const names = Object.keys(options.services);
  const problems: Preflight[] = [];
  for (const [service, one] of Object.entries(options.services)) {
    for (const { name, condition } of dependenciesOf(one)) {
      const needed = options.services[name];
      if (needed === undefined) {
        problems.push({
          level: 'error',
          what: 'unknown-dependency',
          service,
          message: `${service} depends on ${name}, which is no service`,
          fix: `Name one of ${names.join(', ')}.`,
        });
      } else if (condition === 'service_healthy' && needed.health === undefined) {
        problems.push({
          level: 'warning',
          what: 'no-health',
          service: name,
          message: `${service} waits until ${name} is healthy, but nothing checks its health: started counts as healthy`,
          fix: `Give ${name} a \`health\`.`,
        });
      } else if (condition === 'service_completed_successfully' && !isOneShot(name, options)) {
        problems.push({
          level: 'error',
          what: 'never-completes',
          service,
          message: `${service} waits until ${name} has completed, but ${name} says \`one_shot: false\``,
          fix: `Set \`one_shot: true\` on ${name}, or wait for service_healthy.`,
        });
      }
    }
  }
  const circle = circleIn(options);
  if (circle !== undefined)
    problems.push({
      level: 'error',
      what: 'dependency-circle',
      message: `services wait for each other in a circle: ${circle.join(' → ')}`,
      fix: 'Remove one of these `depends_on`.',
    });
  return problems;
}

function environmentProblems(options: ProcessOptions, { runDir }: Pick<StackContext, 'runDir'>): Preflight[] {
  const ports = Object.fromEntries(
    Object.entries(options.services).map(([name, service]) => [
      name,
      Object.fromEntries(Object.keys(wantedPorts(service)).map((label) => [label, 1])),
    ]),
  );
  const problems: Preflight[] = [];
  for (const [service, one] of Object.entries(options.services)) {
    for (const [key, value] of Object.entries({ ...options.env, ...one.env })) {
      try {
        fill(value, { ports, runDir, where: `${service}.env.${key}` });
      } catch (error) {
        const fix = error instanceof GauntletError ? error.hint : 'Correct the value.';
        problems.push({ level: 'error', what: 'unknown-placeholder', service, message: errorMessage(error), fix });
      }
    }
  }
  return problems;
}

function targetProblems({ services }: ProcessOptions, { targets }: Pick<StackContext, 'targets'>): Preflight[] {
  return targets.flatMap(({ name, service }): Preflight[] => {
    if (service === undefined || services[service] !== undefined) return [];
    return [
      {
        level: 'error',
        what: 'unknown-target',
        message: `target ${name} is at ${service}, which is no service`,
        fix: `Name one of ${Object.keys(services).join(', ')}.`,
      },
    ];
  });
}

interface FixedPort {
  readonly service: string;
  readonly port: number;
}

function portsOf({ services }: ProcessOptions): FixedPort[] {
  const all = Object.entries(services).flatMap(([service, one]) => Object.values(wantedPorts(one)).map((port) => ({ service, port })));
  return all.filter((one): one is FixedPort => one.port !== 'auto');
}

function samePorts(options: ProcessOptions): Preflight[] {
  const all = portsOf(options);
  return all.flatMap(({ service, port }, at): Preflight[] => {
    const before = all.slice(0, at).find((other) => other.port === port);
    if (before === undefined) return [];
    return [
      {
        level: 'error',
        what: 'same-port',
        service,
        message: `${before.service} and ${service} both ask for port ${String(port)}`,
        fix: 'Set `port: auto` on one of them.',
      },
    ];
  });
}

async function portProblem({ service, port }: FixedPort, ports: Ports): Promise<Preflight[]> {
  if (!(await ports.tcp.probe(HOST, port, 1_000))) return [];
  const owner = await portOwner(port, ports);
  const by = owner === undefined ? '' : ` by ${owner.name} (pid ${String(owner.pid)})`;
  return [
    {
      level: 'error',
      what: 'port-in-use',
      service,
      message: `port ${String(port)} of ${service} is in use${by}`,
      fix: `Stop ${owner?.name ?? 'whoever has it'}, or set \`port: auto\`.`,
    },
  ];
}

async function programOf(
  service: string,
  one: ProcessService,
  { options, context }: { options: ProcessOptions; context: StackContext },
): Promise<Preflight[]> {
  const { ports, root } = context;
  const cwd = folderOf(one, root);
  if (!(await ports.files.exists(cwd)))
    return [
      {
        level: 'error',
        what: 'missing-folder',
        service,
        message: `the folder of ${service} does not exist: ${cwd}`,
        fix: 'Correct `cwd`, or create the folder.',
      },
    ];
  const program = programName(one.run);
  if (program === undefined) return [];
  const path = one.env?.['PATH'] ?? options.env?.['PATH'] ?? ports.env['PATH'] ?? '';
  const places = program.includes('/')
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : path.split(':').map((folder) => join(folder === '' ? cwd : folder, program));
  const there = await Promise.all(places.map((place) => ports.files.exists(place).catch(() => false)));
  if (there.includes(true)) return [];
  return [
    {
      level: 'error',
      what: 'missing-program',
      service,
      message: `${service} runs ${program}, which is not there`,
      fix: `Install ${program}, or correct \`run\`.`,
    },
  ];
}

/** The program that a command surely needs: not guessed from a line that is more than words. */
export function programName(run: string | readonly string[]): string | undefined {
  const command = commandOf(run);
  if (command.type === 'argv') return command.argv[0];
  if (/[|&;<>()$`"'\\*?~#=%!{}[\]\n]/.test(command.line)) return undefined;
  const [word] = command.line.trim().split(/\s+/);
  return word === undefined || word === '' || BUILTIN.has(word) ? undefined : word;
}
