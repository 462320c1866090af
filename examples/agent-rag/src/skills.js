import { defect } from './defects.js';
import { countTokens, words } from './text.js';

/** Small tools that agents can call: a name, one line, how to call it, and what it does. */
export const SKILLS = {
  'count-tokens': {
    about: 'Counts the tokens of a text.',
    usage: 'POST /skills/count-tokens {"text": "…"} answers {"result": number}. Use it before you send a long text to a model.',
    run: (text) => countTokens(text),
  },
  keywords: {
    about: 'Finds the words that carry meaning.',
    usage: 'POST /skills/keywords {"text": "…"} answers {"result": [words]}, each once, in the order of the text. Use it to search.',
    run: (text) => (defect('hollow-skill') ? [] : [...new Set(words(text))]),
  },
  'first-sentence': {
    about: 'Shortens a text to its first sentence.',
    usage: 'POST /skills/first-sentence {"text": "…"} answers {"result": text}. Use it when the budget of an answer is small.',
    run: (text) => text.split(/(?<=[.!?]) /)[0],
  },
};
