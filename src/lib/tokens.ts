/** The tokenizer behind every token count: always named beside the number, for counts differ between tokenizers. */
export const TOKENIZER = 'o200k_base';

/** Tokens of a text. The vocabulary (2 MB) is loaded on first use. */
export async function countTokens(text: string): Promise<number> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  return count(text);
}
