import { words } from '../text.js';

/** How often this topic is asked about: from the analytics store, or, while that is away, what was last known. */
export async function analyst({ analytics }, { question }) {
  return { figures: await analytics.asked(topicOf(question)) };
}

/** The longest word stands for the topic. */
export function topicOf(question) {
  return words(question).reduce((best, word) => (word.length > best.length ? word : best), 'general');
}
