// Runs: questions on their way through the agents, and results that wait for their user.
import { randomUUID } from 'node:crypto';
import { topicOf } from './agents/analyst.js';
import { runWorkflow } from './agents/workflow.js';
import { defect } from './defects.js';
import { HttpError } from './service.js';

const MOST_KEPT = 1000;
const MOST_USERS = 100_000;

export function createRuns(services, metrics) {
  /** @type {Map<string, {user: string, result?: object, deliver?: (result: object) => void}>} */
  const runs = new Map();
  const users = new Set();
  let simple = 0;

  return { answer, start, subscribe, resultOf };

  async function answer({ user, question, context, depth }, onStep) {
    admit(user);
    if (depth === 'simple' && defect('slow-answers') && (simple += 1) % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 5500));
    const began = performance.now();
    const run = await runWorkflow(services, { question, context, depth }, onStep).catch((error) => {
      metrics.failed();
      throw error;
    });
    metrics.answered(run, (performance.now() - began) / 1000);
    services.analytics.record({ topic: topicOf(question), route: run.route });
    const { found, ...rest } = run;
    return { question, ...rest, sources: found.map(({ id }) => id), top: found[0]?.name ?? null };
  }

  /** Begins and does not wait; the result goes to whoever of the user subscribes, once. */
  function start({ user, ...asked }) {
    const id = randomUUID();
    const run = { user };
    keep(id, run);
    answer({ user, ...asked })
      .catch((error) => ({ error: error.code ?? 'internal' }))
      .then((result) => {
        run.result = result;
        if (run.deliver) run.deliver(result);
        else if (defect('undelivered')) run.dropped = true;
      });
    return id;
  }

  function subscribe(id, user, deliver) {
    const run = runs.get(id);
    if (!run || run.user !== user) throw new HttpError(404, 'no_such_run');
    if (run.dropped || run.delivered) return;
    const once = (result) => {
      run.delivered = true;
      deliver(result);
      if (defect('delivered-twice')) deliver(result);
    };
    if (run.result) once(run.result);
    else run.deliver = once;
  }

  function resultOf(id) {
    const run = runs.get(id);
    if (!run) throw new HttpError(404, 'no_such_run');
    if (!run.result) throw new HttpError(409, 'not_done_yet');
    return run.result;
  }

  function keep(id, run) {
    runs.set(id, run);
    if (runs.size > MOST_KEPT) runs.delete(runs.keys().next().value);
  }

  /** How many users there were is only counted. */
  function admit(user) {
    if (users.has(user)) return;
    if (defect('small-table') && users.size >= 500) throw new HttpError(503, 'too_many_users');
    if (users.size >= MOST_USERS) users.clear();
    users.add(user);
  }
}
