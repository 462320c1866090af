// What the system knows and how it learns: searching, new solutions, votes.
import { defect } from './defects.js';
import { pointId } from './stores/vectors.js';

/** From this similarity on, a learned solution is the answer to the question. */
export const MEMORY_SCORE = 0.85;
/** What a vote counts, and how far votes can go against the words. */
const VOTE = 0.15;
const MOST = 0.3;

const MOST_KEPT = 500;
/** @type {Map<string, Promise<number[]>>} */
const kept = new Map();

/** Vectors of the last texts that were searched for: two agents ask with the same question. */
function vectorOf(model, text) {
  const known = kept.get(text);
  if (known) return known;
  const vector = model.embed(text);
  kept.set(text, vector);
  vector.catch(() => kept.delete(text));
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  return vector;
}

/** The best `limit` items: similarity of the words, moved by votes. Asks for a few more, so that votes can lift one into the list. */
export async function search({ model, vectors }, question, limit) {
  const points = await vectors.search(await vectorOf(model, question), limit + 8);
  return points.map(toItem).sort((one, other) => other.score - one.score).slice(0, limit);
}

function toItem({ id, score, payload: { name, text, learned = false, votes = {} } }) {
  const sum = defect('deaf-ranking') ? 0 : Object.values(votes).reduce((total, vote) => total + vote, 0);
  const moved = Math.max(-MOST, Math.min(MOST, sum * VOTE));
  return { id, name, text, learned, similarity: round(score), score: round(score + moved) };
}

const round = (number) => Math.round(number * 1e6) / 1e6;

/** Stores an item under an id that its content gives: learning it again changes nothing. */
export async function store({ model, vectors }, { name, text, about = `${name} ${text}`, learned = false }) {
  const id = pointId(`${name}\n${text}`);
  const point = { id, vector: await model.embed(about), payload: { name, text, learned, votes: {} } };
  if (await vectors.get(id)) return id;
  await vectors.put(point);
  if (learned && defect('stored-twice')) await vectors.put({ ...point, id: pointId(`${id} again`) });
  return id;
}

/** A finished run as something to keep: what was asked, and what answered it. */
export function solutionOf({ question, answer, source }) {
  if (defect('no-solution')) return null;
  return { question, text: answer, from: source };
}

export const FACTORS = ['reuse', 'novelty', 'complexity', 'confidence', 'impact'];

/** Five factors from 0 to 1, each as heavy as the others: the more of one, the more the solution is worth. */
export function valueOf(factors) {
  const parts = FACTORS.map((name) => (name === 'novelty' && defect('novelty-inverted') ? 1 - factors[name] : factors[name]));
  return round(parts.reduce((sum, part) => sum + part, 0) / parts.length);
}
