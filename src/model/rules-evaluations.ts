import type { Rule } from './rule.ts';

const CASES =
  'The cases that went wrong are listed with what came back: ask one of them again with the command below, and repair the cause or correct the case.';

/** Rows of the catalogue that journeys of agents and labelled cases answer. */
export const EVALUATION_RULES: Readonly<Record<string, Rule>> = {
  'AGT-05': {
    title: 'progressive disclosure does not save what it promises',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Move detail out of the first answers into the calls that need it, or state the saving that is really there.',
  },
  'AGT-07': {
    title: 'a new agent does not get from discovery to a result',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Repair the step named here first: every later step of the journey depends on it.',
  },
  'AGT-08': {
    title: 'embeddings are not what searches rely on',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Check the model and its settings: length and norm must be those of the vector index, and one text must always give one vector.',
  },
  'AGT-09': { title: 'searches miss what is relevant', priority: 'P1', effort: '2–8 h', fix: CASES },
  'AGT-10': { title: 'questions are routed to the wrong place', priority: 'P1', effort: '1–4 h', fix: CASES },
  'AGT-12': {
    title: 'tokens are not counted right',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: "Take the numbers from the provider's own `usage`, and count what is streamed at its end; budgets and bills are made of these numbers.",
  },
  'AGT-14': { title: 'no solution comes out of a finished piece of work', priority: 'P1', effort: '1–4 h', fix: CASES },
  'AGT-15': {
    title: 'values are not scored as documented',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Return every factor with the value, keep both in range, and let no factor lower the value when it rises alone.',
  },
  'AGT-16': {
    title: 'what was learned is not stored',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Wait for the write of the vector store before answering, and make one write of one learned item (an id that is derived from it).',
  },
  'AGT-17': { title: 'the system does not get better by learning', priority: 'P2', effort: '2–8 h', fix: CASES },
  'AGT-18': { title: 'skills that are listed do not do what they say', priority: 'P1', effort: '1–4 h', fix: CASES },
  'AGT-19': {
    title: 'steps of a workflow do not wait for those that they depend on',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Start a step when all that it depends on have ended, not when they were started: wait for their results.',
  },
  'AGT-20': {
    title: 'context is lost between the steps of a workflow',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Hand the whole context (and the trace id) on with every step, and let no step build its own.',
  },
  'AGT-21': { title: 'answers are wrong', priority: 'P1', effort: '2–8 h', fix: CASES },
  'AGT-22': {
    title: 'results of agents do not reach the user',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Send the final message on the connection that asked, once, also when the user has reconnected meanwhile.',
  },
  'AGT-26': {
    title: 'nobody says whether a real language model answered',
    priority: 'P2',
    effort: '5 min',
    fix: 'Write `model: stub` or `model: real` in gauntlet.yml, for instance `model: ${MODEL:-stub}`, and set it where a real one is used.',
  },
};
