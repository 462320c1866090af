import { search } from '../knowledge.js';

/** What the knowledge base has on the question, best first. */
export async function retriever(services, { question }) {
  return { found: await search(services, question, 4) };
}
