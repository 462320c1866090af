/** What prove adds to the output of the scripts that it runs. */
export type ProveLine =
  | { readonly kind: 'script'; readonly name: string; readonly skipped: string | undefined }
  | { readonly kind: 'dubious' }
  | { readonly kind: 'tests'; readonly count: number }
  | { readonly kind: 'result'; readonly result: string };

/** `t/basic.t .. `, alone or with why it is skipped. */
const SCRIPT = /^(\S{0,500}\.(?:t|sql|pg|pl|sh|bash|bats|py|rb|php|m?js|lua|tap)) \.{2,}(?:\s*| skipped: (.*))$/;
const TESTS = /^Files=\d+, Tests=(\d+),/;
const RESULT = /^Result: (PASS|FAIL|NOTESTS)\b/;

export function proveLine(text: string): ProveLine | undefined {
  const [, name, skipped] = SCRIPT.exec(text) ?? [];
  if (name !== undefined) return { kind: 'script', name, skipped };
  if (/^Dubious, test returned \d+/.test(text)) return { kind: 'dubious' };
  const count = TESTS.exec(text)?.[1];
  if (count !== undefined) return { kind: 'tests', count: Number(count) };
  const result = RESULT.exec(text)?.[1];
  return result === undefined ? undefined : { kind: 'result', result };
}
