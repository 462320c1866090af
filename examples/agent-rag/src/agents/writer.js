import { countTokens } from '../text.js';
import { onLane } from './router.js';

/** Tokens of context that an answer may cost. */
const BUDGET = 120;

/** Writes the answer from the best of what was found, as far as the budget goes. */
export async function writer({ model }, { question, known: { route, found } }) {
  const context = withinBudget(found.map(({ text }) => text));
  const { lane, result } = await onLane(route, (chosen) => model.complete(chosen, question, context));
  return { route: lane, answer: result.text, usage: { ...result.usage, budget: BUDGET } };
}

function withinBudget(texts) {
  let left = BUDGET;
  return texts.filter((text) => (left -= countTokens(text)) >= 0);
}
