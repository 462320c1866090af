import { CODE } from '../config/fields.ts';
import { agentsRow, enoughAgents } from '../model/agents.ts';
import type { Json } from '../lib/json.ts';
import { LEARNING_ROW, rowOf, type PlannedEvaluation } from '../model/evaluation.ts';
import type { Journey, JourneyStep } from '../model/journey.ts';
import { OF_LATENCY } from '../model/metric.ts';
import { followedMessages, reconnects } from '../model/messages.ts';
import type { CoverageGate, PlannedLoad } from '../model/plan.ts';
import type { StageName } from '../model/stage.ts';

// Which rows of the catalogue a piece of owed evidence answers. This file is the whole of that mapping:
// `--only CODE` and the list of what was not looked at are both made from it.

/** "Unit tests pass" and its like: a stage's own tests, and how its commands end. */
export const STAGE_ROWS: Readonly<Record<StageName, readonly string[]>> = {
  audit: [],
  unit: ['TST-01'],
  integration: ['TST-02'],
  e2e: ['TST-03'],
  performance: ['TST-04'],
  chaos: ['TST-05'],
  smoke: ['REL-02'],
};

/** Readiness: the main server serves, nothing is in a restart loop. */
export const STACK_ROWS: readonly string[] = ['CFG-05', 'CFG-09'];

/** Total, critical paths, per package: only what the gate really asks for. */
export function coverageRows({ min, critical, packages, changed, branches, functions, drop }: CoverageGate): string[] {
  const further = [changed, branches, functions, drop].some((limit) => limit !== undefined);
  return [
    ...(min > 0 || further ? ['TST-06'] : []),
    ...(Object.keys(critical).length > 0 ? ['TST-07'] : []),
    ...(packages === undefined ? [] : ['TST-08']),
  ];
}

/** The rows that a journey says it answers, and those that its steps and budgets imply. */
export function journeyRows(journey: Journey, stage: StageName): string[] {
  const steps = journey.steps.flatMap(stepRows);
  const budgeted = journey.expect.tokens !== undefined || journey.steps.some((step) => step.expect.tokens !== undefined);
  return unique([
    'REL-11',
    ...(stage === 'smoke' ? ['REL-02'] : []),
    ...(journey.expect.tokens === undefined ? [] : ['AGT-04']),
    // Progressive disclosure is what token budgets are for: every one of its calls must answer.
    ...(budgeted ? ['AGT-06'] : []),
    ...(journey.saves === undefined ? [] : ['AGT-05']),
    ...steps,
    ...journey.rows.filter((row) => !OF_LOADS.test(row)),
  ]);
}

/** What a journey can be named for and one walk cannot answer. */
const OF_LOADS = /^(?:AGT-2[345]|DB-18|LEAK-\d+|WS-11)$/;

const STEP_BUDGETS: readonly (readonly [RegExp, string])[] = [
  [/\/health\/?$/, 'AGT-01'],
  [/\/discovery\/?$/, 'AGT-02'],
  [/\/quickstart\/?$/, 'AGT-03'],
];

function stepRows(step: JourneyStep): string[] {
  const rows: string[] = [];
  if (step.expect.tokens !== undefined) rows.push(...STEP_BUDGETS.filter(([path]) => path.test(urlOf(step))).map(([, row]) => row));
  if (step.type === 'websocket')
    rows.push(
      'WS-12',
      ...(step.expect.within === undefined ? [] : ['WS-03']),
      ...(optionOf(step, 'events') === undefined ? [] : ['WS-05']),
    );
  return rows;
}

function optionOf({ options }: JourneyStep, name: string): Json | undefined {
  return typeof options === 'object' && options !== null && !Array.isArray(options) ? options[name] : undefined;
}

function urlOf(step: JourneyStep): string {
  const url = optionOf(step, 'url');
  return typeof url === 'string' ? (url.split(/[?#]/)[0] ?? '') : '';
}

/** Rows that an evaluation answers; of those about a model, whether that is said too. */
export function evaluationRows({ rows, score, learn }: Pick<PlannedEvaluation, 'rows' | 'score' | 'learn'>): string[] {
  return unique([rowOf({ rows, score }), ...rows, ...(learn === undefined ? [] : [LEARNING_ROW]), 'AGT-26']);
}

/** Rows that a search for leaks answers by who walks, and those that its journey names for itself. */
export function leakRows({ users, returns }: { users: 'new' | number; returns: boolean }, named: readonly string[]): string[] {
  const own = named.filter((row) => row.startsWith('LEAK-'));
  const usual = users === 'new' ? 'LEAK-01' : users === 1 ? 'LEAK-03' : 'LEAK-02';
  return unique([...(own.length > 0 ? own : [usual]), 'LEAK-02', 'LEAK-07', 'LEAK-10', 'LEAK-14', ...(returns ? ['LEAK-13'] : [])]);
}

const SCENARIO_ROWS: Readonly<Record<string, readonly string[]>> = {
  steady: ['LOAD-01'],
  peak: ['LOAD-02'],
  burst: ['LOAD-03'],
  sustained: ['LOAD-04'],
};

/** From so many concurrent users on, LOAD-05 is about them. */
const CROWD = 100;

/** Rows of a load's own samples. What climbs until the system is full shows what it does then; what asks the same all the time, whether it drifts. */
export function scenarioRows({ name, users, shape, perUserPerMinute }: PlannedLoad): string[] {
  return unique([
    ...(SCENARIO_ROWS[name] ?? []),
    ...(users >= CROWD && shape !== 'step' ? ['LOAD-05'] : []),
    ...(perUserPerMinute !== undefined && shape === undefined ? ['LOAD-11'] : []),
    ...(shape === 'step' ? ['DB-16', 'INP-09', 'LOAD-12'] : []),
    'LOAD-13',
  ]);
}

/** What the results of another load tool show: that it worked, and that the tool put on the system what it was asked for. */
export const LOAD_RESULT_ROWS: readonly string[] = ['TST-04', 'LOAD-06', 'LOAD-13'];

/** Reconnects in a second from which on they are rapid. */
const RAPID = 50;

/** Rows that the journeys of a load answer under it: of messages that are followed, of reconnects, of agents. */
export function loadJourneyRows(load: PlannedLoad, journeys: readonly Journey[]): string[] {
  const own = journeys.filter(({ name }) => load.journeys.includes(name));
  const acting = ((load.perUserPerMinute ?? 0) * load.users) / 60;
  const perSecond = Math.max(acting, load.connectWithinMs === undefined ? 0 : (load.users / load.connectWithinMs) * 1_000) / own.length;
  const agents = agentsRow(load, own);
  return [
    ...(own.some((journey) => followedMessages(journey) > 0) ? ['WS-01', 'WS-02', 'WS-04'] : []),
    ...(own.some(reconnects) && perSecond >= RAPID ? ['WS-11'] : []),
    ...(agents !== undefined && enoughAgents(load) ? [agents] : []),
    ...own.flatMap(disclosureRows),
  ];
}

/** Budgets of tokens hold for every walk of a load. */
function disclosureRows({ expect, steps }: Journey): string[] {
  const rows = steps.flatMap(stepRows).filter((row) => row.startsWith('AGT-'));
  return [...rows, ...(expect.tokens === undefined ? [] : ['AGT-04']), ...(rows.length + (expect.tokens ? 1 : 0) === 0 ? [] : ['AGT-06'])];
}

const METRIC_ROWS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^service\..+\.memory$/, ['LEAK-11']],
  [/^service\..+\.cpu$/, ['LOAD-09']],
  [/^requests(?:\.rate)?$/, ['LOAD-10']],
  [/^messages\.latency$/, ['WS-03']],
  [/(?<!^messages)\.latency$/, ['LOAD-08']],
  [/(^|\.)errors?(_rate)?$/, ['LOAD-07']],
];

/** Rows of a metric with a threshold: the latency of a journey over a WebSocket is a message's, and of one that says so an agent's. */
export function metricRows(metric: string, journeys: readonly Journey[]): string[] {
  const known = METRIC_ROWS.filter(([pattern]) => pattern.test(metric)).flatMap(([, rows]) => rows);
  const journey = journeys.find(({ name }) => metric === `${name}.latency`);
  return [
    'TST-04',
    ...known,
    ...(journey?.steps.some(({ type }) => type === 'websocket') ? ['WS-03'] : []),
    ...OF_LATENCY.filter((row) => journey?.rows.includes(row)),
  ];
}

export const SUCCESS_RATE_ROWS: readonly string[] = ['LOAD-06'];

const FAULT_ROWS: Readonly<Record<string, readonly string[]>> = {
  network: ['CHA-03', 'CHA-04'],
  service: ['CHA-01', 'RES-13'],
  state: ['CHA-05'],
};

/** Rows of an experiment: of its family, of the time to recover, and of what its ledger shows. Steady state and recovery are always looked at. */
export function experimentRows(name: string, { recovery, ledger }: { recovery: boolean; ledger: boolean }): string[] {
  return unique([
    'TST-05',
    ...(FAULT_ROWS[name] ?? []),
    'CHA-12',
    'CHA-13',
    ...(recovery ? ['CHA-02'] : []),
    ...(ledger ? ['DATA-01', 'DATA-02'] : []),
  ]);
}

/** The gate's own family of codes: about the run itself, so no part of a plan answers them alone. */
export function isOwnCode(code: string): boolean {
  return code.startsWith('GAT-');
}

export function isCode(text: string): boolean {
  return CODE.test(text);
}

export function unique(rows: readonly string[]): string[] {
  return [...new Set(rows)];
}
