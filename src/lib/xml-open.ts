import type { ElementKind } from './xml-kinds.ts';

/** The elements that a place in a document is in, and the text of those whose text is wanted. */
export class OpenElements {
  readonly #kinds: ElementKind[] = [];
  readonly #texts: (string | undefined)[] = [];
  readonly #most: number;

  /** `most`: characters kept of one element's text. */
  constructor(most: number) {
    this.#most = most;
  }

  get depth(): number {
    return this.#kinds.length;
  }

  get innermost(): ElementKind | undefined {
    return this.#kinds.at(-1);
  }

  /** Characters that are held. */
  get held(): number {
    return this.#texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
  }

  push(kind: ElementKind, wanted: boolean): void {
    this.#kinds.push(kind);
    this.#texts.push(wanted ? '' : undefined);
  }

  /** The text of the innermost element, which ends here. */
  pop(): string {
    this.#kinds.pop();
    return this.#texts.pop() ?? '';
  }

  /** Characters of text that are still of interest here. */
  get room(): number {
    const text = this.#texts.at(-1);
    return text === undefined ? 0 : this.#most - text.length;
  }

  append(text: string): void {
    const { room } = this;
    if (room <= 0) return;
    const top = this.#texts.length - 1;
    const before = this.#texts[top] ?? '';
    const part = text.length > room ? text.slice(0, room) : text;
    this.#texts[top] = before === '' ? part : before + part;
  }
}
