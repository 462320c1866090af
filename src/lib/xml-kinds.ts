import { copied, localName } from './xml-names.ts';

/** An attribute that elements of a kind had before: the next one most likely has it at the same place. */
export interface KnownAttribute {
  readonly name: string;
  /** `name="`, as it is nearly always written. */
  readonly opening: string;
}

/** What is known of the elements of one name. */
export interface ElementKind {
  /** As it is written, with its prefix. */
  readonly name: string;
  readonly local: string;
  readonly attributes: KnownAttribute[];
}

/** Attributes of a kind that are remembered; fits the bits of a number. */
export const KNOWN_ATTRIBUTES = 30;
/** Kinds that are remembered: a real document has dozens. */
const KINDS = 500;

/** Remembers which elements a document holds, so that names are compared instead of being made anew for each of them. */
export class ElementKinds {
  readonly #kinds = new Map<string, ElementKind>();

  of(name: string): ElementKind {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const own = copied(name);
    const kind: ElementKind = { name: own, local: localName(own), attributes: [] };
    if (this.#kinds.size < KINDS) this.#kinds.set(own, kind);
    return kind;
  }
}
