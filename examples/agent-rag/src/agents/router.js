import { defect } from '../defects.js';
import { MEMORY_SCORE, search } from '../knowledge.js';

let local = 0;

/** Chooses the model: a question whose answer was learned, or that needs a look into the knowledge alone, is for the small local one. */
export async function router({ model, vectors }, { question }) {
  const [wanted, [best]] = await Promise.all([model.route(question), search({ model, vectors }, question, 1)]);
  const remembered = best?.learned && best.similarity >= MEMORY_SCORE;
  return { route: remembered ? 'local' : wanted, source: remembered ? 'memory' : 'knowledge' };
}

/** Runs `work` on the model that was chosen; tells on which one it was done. */
export async function onLane(route, work) {
  const overflow = route === 'local' && defect('narrow-lane') && local >= 1;
  const lane = overflow ? 'remote' : route;
  if (lane === 'local') local += 1;
  try {
    return { lane, result: await work(lane) };
  } finally {
    if (lane === 'local') local -= 1;
  }
}
