import type { Plan, PlannedLoad, PlannedStage, PlannedTarget } from '../model/plan.ts';
import { formatLimit } from '../model/limit.ts';
import { formatDuration, formatRatio } from '../model/units.ts';
import { bringsStackUp } from './needs.ts';
import { count, lineOf } from './owed.ts';
import { shortageLines } from './shortages.ts';

/** A plan as a person reads it in a terminal: what will be done, what is owed for it, and what has no effect. */
export function describePlan(plan: Plan): string {
  const { budget, seed, configPath, stages, owed, only } = plan;
  const head = [
    `${configPath}: ${count(stages.length, 'stage')}, budget ${budget}, seed ${seed}`,
    ...(only.length === 0 ? [] : [`only what answers ${only.join(', ')}`]),
  ];
  const parts = [
    head,
    stackLines(plan),
    ...stages.map((stage) => [...stageLines(plan, stage), ...owedLines(plan, stage)]),
    noteLines(plan),
  ];
  const total = `${count(owed.length, 'piece')} of evidence ${owed.length === 1 ? 'is' : 'are'} owed. What does not arrive makes the verdict unknown, which blocks.`;
  return `${[...parts.filter((lines) => lines.length > 0), [total]].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function stackLines(plan: Plan): string[] {
  return [
    stackTitle(plan),
    ...plan.targets.map(
      (target) =>
        `  ${target.name}${target.environment === 'stack' ? '' : ` (${target.environment})`}: ${placeOf(target)}${target.health === undefined ? '' : `, health ${target.health}`}`,
    ),
  ];
}

function stackTitle(plan: Plan): string {
  const { stack } = plan;
  if (!stack) return 'stack: none is brought up';
  return bringsStackUp(plan)
    ? `stack: ${stack.kind}, ready within ${formatDuration(stack.readyMs)}`
    : `stack: ${stack.kind}, only read, not brought up`;
}

function placeOf({ url, scheme, service, port, path }: PlannedTarget): string {
  return url === undefined ? `${scheme} on ${service ?? 'the stack'}${port === undefined ? '' : `:${port}`}${path}` : `${url}${path}`;
}

function stageLines(plan: Plan, stage: PlannedStage): string[] {
  return [
    `${stage.name}${timeOf(stage)}`,
    ...stage.commands.map(
      (command) => `  run ${command.name}: ${lineOf(command.command)}${command.cwd === '.' ? '' : ` (in ${command.cwd})`}`,
    ),
    ...stage.commands.flatMap(({ coverage }) => (coverage ? [`  coverage: ${coverageOf(coverage)}`] : [])),
    ...list('must pass', stage.mustPass ?? []),
    ...list('legs', stage.legs ?? []),
    ...list('journeys', stage.journeys),
    ...list('checks', stage.checks),
    ...list(
      'evaluations',
      (stage.evaluations ?? []).map(({ name }) => name),
    ),
    ...stage.loads.map((load) => `  load ${loadOf(load)}`),
    ...list(
      'experiments',
      stage.experiments.map(({ name }) => name),
    ),
    ...stage.thresholds.map((threshold) => `  threshold ${threshold.text}`),
    ...shortageLines(plan, stage),
    ...list('with', optionsOf(stage)),
  ];
}

function timeOf({ askedMs, grantedMs, timeoutMs }: PlannedStage): string {
  const stop = `stopped after ${formatDuration(timeoutMs)}`;
  if (askedMs === undefined || grantedMs === undefined) return `: ${stop}`;
  return askedMs === grantedMs
    ? `: for ${formatDuration(askedMs)}, ${stop}`
    : `: asked ${formatDuration(askedMs)}, granted ${formatDuration(grantedMs)}, ${stop}`;
}

function coverageOf({
  min,
  packages,
  changed,
  branches,
  functions,
  drop,
  critical,
}: NonNullable<PlannedStage['commands'][number]['coverage']>): string {
  const parts = [
    ...(min > 0 ? [`>= ${formatRatio(min)} of lines`] : []),
    ...(packages === undefined ? [] : [`>= ${formatRatio(packages)} in each package`]),
    ...(changed === undefined ? [] : [`>= ${formatRatio(changed)} of changed lines`]),
    ...(branches === undefined ? [] : [`>= ${formatRatio(branches)} of branches`]),
    ...(functions === undefined ? [] : [`>= ${formatRatio(functions)} of functions`]),
    ...(drop?.total === undefined ? [] : [`at most ${formatRatio(drop.total)} under the base branch`]),
    ...(drop?.files === undefined ? [] : [`no file more than ${formatRatio(drop.files)} under the base branch`]),
    ...Object.entries(critical).map(([glob, ratio]) => `${formatRatio(ratio)} in ${glob}`),
  ];
  return parts.length === 0 ? 'reported, without a limit' : parts.join(', ');
}

function loadOf(load: PlannedLoad): string {
  const { name, users, connectWithinMs, askedMs, grantedMs, extendedMs, journeys } = load;
  const rate = rateOf(load);
  const ramp = connectWithinMs === undefined ? '' : ` within ${formatDuration(connectWithinMs)}`;
  const time = askedMs === grantedMs ? formatDuration(askedMs) : `asked ${formatDuration(askedMs)}, granted ${formatDuration(grantedMs)}`;
  const more = extendedMs === undefined ? '' : ` (${formatDuration(extendedMs)} of it for the samples that a limit needs)`;
  return `${name}: ${users} users${ramp}${rate}, ${time}${more}${journeys.length === 0 ? '' : `, doing ${journeys.join(', ')}`}`;
}

function rateOf({ perUserPerMinute, thinkMs, shape, workers = 1 }: PlannedLoad): string {
  const rate = perUserPerMinute === undefined ? '' : `, ${perUserPerMinute} a minute each`;
  const think = thinkMs === undefined ? '' : `, asking again ${formatDuration(thinkMs)} after an answer`;
  const by = workers === 1 ? '' : `, by ${workers === 'auto' ? 'as many workers as it needs' : `${workers} workers`}`;
  return `${rate}${think}${shape === undefined ? '' : `, ${SHAPES[shape]}`}${by}`;
}

const SHAPES = {
  ramp: 'from nothing to all of it',
  spike: 'a tenth of it but for a spike',
  step: 'doubled until the system is full',
} as const;

function optionsOf({
  services,
  parallel,
  failFast,
  retries,
  users,
  environment,
  successRate,
  recovery,
  faultCoverage,
}: PlannedStage): string[] {
  return [
    ...(services === 'all' ? ['the whole stack'] : services.length > 0 ? [`services ${services.join(' ')}`] : []),
    ...(parallel ? ['in parallel'] : []),
    ...(failFast ? ['stop at the first failure'] : []),
    ...(retries > 0 ? [`up to ${retries + 1} attempts`] : []),
    ...(users === 'synthetic' ? ['synthetic users'] : []),
    ...(environment === undefined ? [] : [`environment ${environment}`]),
    ...(successRate === undefined ? [] : [`success rate >= ${formatRatio(successRate)}`]),
    ...(recovery === undefined ? [] : [`recovery ${formatLimit(recovery)}`]),
    ...(faultCoverage === undefined ? [] : [`fault coverage ${formatLimit(faultCoverage)}`]),
  ];
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`  ${title}: ${items.join(', ')}`];
}

function owedLines({ owed }: Plan, { name }: PlannedStage): string[] {
  return owed
    .filter((piece) => piece.stage === name)
    .map((piece) => `  owes ${piece.what}${piece.rows.length === 0 ? '' : ` [${piece.rows.join(' ')}]`}`);
}

function noteLines({ notes }: Plan): string[] {
  return notes.flatMap(({ message, fix, location }) => [
    `note: ${message}${location?.line === undefined ? '' : ` (${location.path}:${location.line})`}`,
    `  → ${fix}`,
  ]);
}
