import type { Rule } from './rule.ts';
import { CHAOS_RULES } from './rules-chaos.ts';
import { CLAIM_RULES } from './rules-claims.ts';
import { EFFECT_RULES } from './rules-effects.ts';
import { EVALUATION_RULES } from './rules-evaluations.ts';
import { FAULT_RULES } from './rules-faults.ts';
import { JOURNEY_RULES } from './rules-journeys.ts';
import { LEAK_RULES } from './rules-leaks.ts';
import { LOAD_RULES } from './rules-load.ts';
import { LOG_RULES } from './rules-logs.ts';
import { MESSAGE_RULES } from './rules-messages.ts';

export type { Rule } from './rule.ts';

/** The codes that the judge itself raises. Rows of checks bring their own with their `judge.ts`. */
export const RULES: Readonly<Record<string, Rule>> = {
  'GAT-01': {
    title: 'evidence that is owed did not arrive',
    priority: 'P0',
    effort: '10–30 min',
    fix: 'Make the command write its report where `results` or `coverage.files` in gauntlet.yml points, or correct the glob there; a report without tests counts as no report.',
  },
  'GAT-02': {
    title: 'exit code and results contradict each other',
    priority: 'P0',
    effort: '15–60 min',
    fix: 'Let the exit status of the test runner through: remove `|| true`, `continue-on-error` and pipes without `pipefail`; if the runner fails for another reason (crash after the tests, its own threshold), repair that.',
  },
  'GAT-03': {
    title: 'a report contradicts its own cases',
    priority: 'P1',
    effort: '15–60 min',
    fix: 'Update or reconfigure the reporter that wrote the file, and let only one process write it; the gate counts the cases and does not trust the totals.',
  },
  'GAT-04': {
    title: 'evidence arrived but cannot be used',
    priority: 'P0',
    effort: '15–60 min',
    fix: 'Write the report whole, in UTF-8, in one known format; a truncated one usually means that the runner was killed while writing it. `inspect <file>` shows what the gate reads.',
  },
  'GAT-05': {
    title: 'a planned stage or command did not come to its end',
    priority: 'P0',
    effort: '15 min–2 h',
    fix: 'Read the end of the log to see where it stopped; then repair the hang, raise `timeout` of the stage, or correct the program that could not be started.',
  },
  'GAT-06': {
    title: 'a setting has no effect',
    priority: 'P2',
    effort: '5 min',
    fix: 'Correct or remove the setting in gauntlet.yml.',
  },
  'GAT-07': {
    title: 'nothing to run, so nothing to judge',
    priority: 'P0',
    effort: '10–30 min',
    fix: 'Give the stage a `run`, `journeys` or `experiments` entry with results, or remove the stage from gauntlet.yml.',
  },
  'GAT-08': {
    title: 'the gate could not judge what it collected',
    priority: 'P0',
    effort: '15 min',
    fix: 'This is a defect of the gate or a run written by another version: judge the run with the version that wrote it, and report the message below.',
  },
  'GAT-09': {
    title: 'the stack left something behind',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: 'Let the containers end on SIGTERM and declare networks and volumes in the compose file, so that `down -v` removes them; remove what is listed by hand once.',
  },
  'GAT-10': {
    title: 'a waiver does not hold',
    priority: 'P2',
    effort: '10 min',
    fix: 'Remove the waiver, or renew it on the base branch with a reason, an approver and a date.',
  },
  'TST-01': {
    title: 'unit tests fail',
    priority: 'P0',
    effort: '15 min–2 h',
    fix: 'Run the tests listed here alone, repair the code or the expectation, and push again.',
  },
  'TST-02': {
    title: 'integration tests fail',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Bring the stack up with `up`, run the tests listed here against it, and compare with the service logs of the run.',
  },
  'TST-03': {
    title: 'end-to-end tests fail',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Run the tests listed here against the stack (`up`), and read the service logs of the same second.',
  },
  'TST-04': {
    title: 'the performance stage fails',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Look for the slowest endpoint in the log of the stage, and repeat the stage alone before and after the change.',
  },
  'TST-05': {
    title: 'the chaos stage fails',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Repeat the failed experiment alone with the same seed, and follow the service logs from the fault to the missed expectation.',
  },
  'TST-06': {
    title: 'coverage is under its minimum',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Test the uncovered lines of the files with the most of them (listed in the full report); lower `coverage.min` only if the old number was wrong.',
  },
  'TST-07': {
    title: 'a critical path is not covered',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Write tests that run the uncovered lines listed here; paths under `coverage.critical` must be covered whole.',
  },
  'TST-08': {
    title: 'a package is under its coverage minimum',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Test the uncovered lines of this package; `coverage.packages` asks the same ratio of each.',
  },
  'TST-12': {
    title: 'a command of the audit fails',
    priority: 'P0',
    effort: '15 min–2 h',
    fix: 'Run the command by itself and repair what it prints at its end.',
  },
  'TST-13': {
    title: 'tests are skipped',
    priority: 'P1',
    effort: '15 min–2 h',
    fix: 'Repair and enable the tests, or delete them; a skipped test proves nothing.',
  },
  'TST-14': {
    title: 'passes only when repeated',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Find what the test shares or waits for (time, order, ports, random data) and make it explicit; the failed attempt is in the log.',
  },
  'TST-21': {
    title: 'a stage ran shorter than asked',
    priority: 'P2',
    effort: '5 min',
    fix: 'Run with `--budget release` (nightly or before a release) for the whole duration, or ask for less in gauntlet.yml.',
  },
  'TST-22': {
    title: 'stages did not run as they were planned',
    priority: 'P2',
    effort: '15–60 min',
    fix: 'Run the whole plan with one `run`, so that the gate keeps the order, `fail_fast` and `parallel` of the stages itself.',
  },
  'TST-09': {
    title: 'a component has no test in a stage',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Write a test of the component in this stage, or give the words that its tests go by under `components`; take the stage out of its `stages` only if nobody needs the test.',
  },
  'TST-25': {
    title: 'a dependency that no test speaks of',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Write a test of what the dependency is there for.',
  },
  'TST-23': {
    title: 'far fewer tests than on the base branch',
    priority: 'P1',
    effort: '15–60 min',
    fix: 'Look for a changed glob, filter or reporter path in this change; if tests were removed on purpose, waive this once.',
  },
  ...CHAOS_RULES,
  ...FAULT_RULES,
  ...CLAIM_RULES,
  ...JOURNEY_RULES,
  ...LEAK_RULES,
  ...EFFECT_RULES,
  ...EVALUATION_RULES,
  ...LOAD_RULES,
  ...LOG_RULES,
  ...MESSAGE_RULES,
  'CFG-05': {
    title: 'a service does not serve',
    priority: 'P0',
    effort: '30 min–2 h',
    fix: 'Check that the server listens on 0.0.0.0 and on the port that the target names, and that its health path answers.',
  },
  'CFG-09': {
    title: 'a container dies or restarts',
    priority: 'P0',
    effort: '30 min–2 h',
    fix: 'Read the last log lines of the service: its main process ends by itself. Repair the cause; a restart policy only hides it.',
  },
  'CFG-11': {
    title: 'a service has no health check',
    priority: 'P2',
    effort: '15 min',
    fix: 'Give the service a `healthcheck` that asks for what its users need, so that "up" means "works".',
  },
  'CFG-18': {
    title: 'the stack does not become ready',
    priority: 'P0',
    effort: '30 min–2 h',
    fix: 'Start with the service named here, all others wait for it: repair why it ends or stays unhealthy, or raise `stack.ready` if it only needs longer.',
  },
  'LEAK-12': {
    title: 'a container ran out of memory',
    priority: 'P0',
    effort: '1–8 h',
    fix: 'Find what grows (heap profile, cache without a bound), or raise the memory limit of the service if it is simply too small.',
  },
  'AGT-01': {
    title: 'the health step is over its token budget',
    priority: 'P1',
    effort: '30 min',
    fix: 'Answer the health step with the bare status; move everything else behind a later step.',
  },
  'AGT-02': {
    title: 'the discovery step is over its token budget',
    priority: 'P1',
    effort: '30–60 min',
    fix: 'List names and one line each in the discovery step; leave the details to the steps it points to.',
  },
  'AGT-03': {
    title: 'the quickstart step is over its token budget',
    priority: 'P1',
    effort: '30–60 min',
    fix: 'Keep one working example in the quickstart; link the rest.',
  },
  'AGT-04': {
    title: 'the journey is over its token budget',
    priority: 'P0',
    effort: '1–2 h',
    fix: 'Shorten the step with the most tokens first (numbers per step stand here), or correct the claim if the budget was wrong.',
  },
  'AGT-06': {
    title: 'a disclosure step does not answer 200',
    priority: 'P0',
    effort: '15–60 min',
    fix: 'Make the step answer 200 without any prior knowledge: it is the first thing that an agent calls.',
  },
  'WS-03': {
    title: 'messages arrive too late',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Measure where the time goes between receive and send (queue, database, model call); answer the socket first and do the rest after.',
  },
  'REL-01': {
    title: 'the way back is closed',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Make the migration one that the version before can live with: add columns and tables first, and drop or rename them one release later.',
  },
  'REL-02': {
    title: 'smoke tests fail',
    priority: 'P0',
    effort: '15 min–2 h',
    fix: 'Compare the deployed version and its configuration with the run that passed; roll back if users are affected.',
  },
  'REL-11': {
    title: 'a user journey does not come to its end',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Repeat the first missed step with the command shown here and follow its request through the service logs.',
  },
};

const GENERIC: Omit<Rule, 'title'> = {
  priority: 'P1',
  effort: '30 min–4 h',
  fix: 'Compare what was measured with what is expected, repair the subject named here, and repeat with the command shown.',
};

/** The rule of a code; rows that bring none of their own get general words under their own code. */
export function ruleOf(code: string): Rule {
  return RULES[code] ?? { ...GENERIC, title: `${code} does not hold` };
}
