import type { ElementKind } from './xml-kinds.ts';

export interface XmlHandler {
  /** An element begins. Return `true` to be given its text when it closes; other text is not kept. Prefixes are cut off. */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => XmlWanted;
  /** `text` holds the element's own text, bounded; empty when it was not asked for. */
  readonly close: (name: string, text: string) => void;
  /** A piece of the text of an element that is streamed: all of it, cut anywhere. */
  readonly text?: (name: string, piece: string) => void;
}

export interface XmlLimits {
  /** Nesting beyond which reading stops as hostile. */
  readonly depth: number;
  /** Characters kept of one element's text. */
  readonly text: number;
}

/** What is wanted of an element's text: all in one when it closes (bounded), piece by piece as it comes (`stream`), both, or nothing. */
export type XmlWanted = boolean | 'stream' | 'both';

/** The elements that a place in a document is in, and the text of those whose text is wanted. */
export class OpenElements {
  readonly #kinds: ElementKind[] = [];
  readonly #texts: (string | undefined)[] = [];
  readonly #streams: boolean[] = [];
  /** Whether the text of the innermost element is wanted piece by piece. */
  streams = false;
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

  push(kind: ElementKind, wanted: XmlWanted): void {
    this.#kinds.push(kind);
    this.#texts.push(wanted === true || wanted === 'both' ? '' : undefined);
    this.streams = wanted === 'stream' || wanted === 'both';
    this.#streams.push(this.streams);
  }

  /** The text of the innermost element, which ends here. */
  pop(): string {
    this.#kinds.pop();
    this.#streams.pop();
    this.streams = this.#streams.at(-1) ?? false;
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
