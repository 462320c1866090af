// @ts-check

const MAX_WORDS = 12;

/** The same text gets the same reply. @param {string} text */
export function replyTokens(text) {
  const words = text.trim().split(/\s+/).slice(0, MAX_WORDS);
  return ['You', ' said:', ...words.map((word) => ` ${word.slice(0, 100)}`)];
}
