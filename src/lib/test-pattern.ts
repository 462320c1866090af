/** The texts that name a test. */
export interface NamedTest {
  readonly name: string;
  readonly class?: string | undefined;
  readonly suite?: string | undefined;
  readonly file?: string | undefined;
}

/** Does a test's file, suite, class or name contain the pattern? `*` stands for anything. */
export function namesTest(pattern: string, { file, suite, class: owner, name }: NamedTest): boolean {
  return containsPattern(pattern, [file, suite, owner, name].filter((part) => part !== undefined && part !== '').join(' › '));
}

/** Does the text contain the pattern's pieces in their order? */
export function containsPattern(pattern: string, text: string): boolean {
  let from = 0;
  for (const piece of pattern.split('*')) {
    const at = text.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return true;
}
