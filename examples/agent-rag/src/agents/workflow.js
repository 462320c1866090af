// Three kinds of agents in a DAG: router → retriever and analyst, side by side → writer. Each begins when those before it have ended.
import { defect } from '../defects.js';
import { analyst } from './analyst.js';
import { retriever } from './retriever.js';
import { router } from './router.js';
import { writer } from './writer.js';

/** Step → the steps that it waits for, and the one whose context it goes on with. */
const DAG = {
  router: { after: [], agent: router },
  retriever: { after: ['router'], agent: retriever },
  analyst: { after: ['router'], agent: analyst },
  writer: { after: ['retriever', 'analyst'], agent: writer },
};

/**
 * Runs a question through the agents. What is simple needs no analyst.
 * `context` goes from agent to agent untouched; `onStep` hears of every step that has ended.
 */
export async function runWorkflow(services, { question, context, depth = 'complex' }, onStep = () => {}) {
  const names = Object.keys(DAG).filter((name) => depth === 'complex' || name !== 'analyst');
  const events = [];
  const steps = {};
  for (const name of names) {
    const { after, agent } = DAG[name];
    steps[name] = Promise.all(after.flatMap((before) => steps[before] ?? [])).then(async (before) => {
      const start = name === 'writer' && defect('eager-writer') ? events[0].end : now();
      const handed = contextFor(name, before, context);
      const known = Object.assign({}, ...before.map((step) => step.known));
      const result = await agent(services, { question, known, context: handed });
      events.push({ step: name, start, end: now() });
      onStep(name);
      return { name, context: handed, known: { ...known, ...result } };
    });
  }
  // All are waited for: one that fails must not leave another whose failure nobody hears of.
  const ended = await Promise.allSettled(Object.values(steps));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  const all = ended.map(({ value }) => value);
  return { events, contexts: Object.fromEntries(all.map((step) => [step.name, step.context])), ...all.at(-1).known };
}

function contextFor(name, before, given) {
  if (name === 'writer' && defect('lost-context')) return null;
  return before.length === 0 ? given : before.at(-1).context;
}

function now() {
  return performance.timeOrigin + performance.now();
}
