import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

/** What `<TestDefinitions>` says of a test. */
export interface Definition {
  readonly className: string;
  /** File name of the assembly. */
  readonly assembly: string | undefined;
}

/** A result whose class is not known yet. */
export interface TrxResult extends Pick<CaseResult, 'status' | 'name' | 'durationMs' | 'message' | 'detail' | 'location'> {
  readonly testId: string;
  readonly parameters: string | undefined;
}

/** Results that are held until their classes are told; those behind go without one. */
const HELD = 100_000;
/** Characters of names, messages and details that are held. */
const TEXT = 20_000_000;

/** Holds results, in bounded memory, until the definition of their test comes. */
export class Pending {
  readonly #emit: (event: ResultEvent) => void;
  readonly #held = new Map<string, TrxResult[]>();
  /** Definitions that stand before their results, as no producer known here writes them. */
  readonly #known = new Map<string, Definition>();
  #count = 0;
  #text = 0;
  #early = 0;
  #seen = false;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  add(result: TrxResult): void {
    this.#seen = true;
    const definition = this.#known.get(result.testId);
    if (definition !== undefined) return this.#tell(result, definition);
    if (this.#count >= HELD || this.#text >= TEXT) {
      this.#early += 1;
      this.#tell(result, undefined);
      return;
    }
    const own = copied(result);
    this.#count += 1;
    this.#text += own.name.length + (own.message?.length ?? 0) + (own.detail?.length ?? 0);
    const same = this.#held.get(own.testId);
    if (same === undefined) this.#held.set(own.testId, [own]);
    else same.push(own);
  }

  define(testId: string, definition: Definition): void {
    const results = this.#held.get(testId);
    if (results === undefined) {
      if (!this.#seen && this.#known.size < HELD) this.#known.set(testId, copied(definition));
      return;
    }
    this.#held.delete(testId);
    for (const result of results) this.#tell(result, definition);
  }

  /** Nothing more will be defined. */
  flush(): void {
    for (const results of this.#held.values()) for (const result of results) this.#tell(result, undefined);
    this.#held.clear();
    if (this.#early > 0) this.#emit({ type: 'note', message: `${this.#early} tests go by their id: their classes stand too far behind` });
  }

  #tell({ testId, name: full, parameters, ...rest }: TrxResult, definition: Definition | undefined): void {
    const className = definition?.className ?? '';
    const name = className !== '' && full.startsWith(`${className}.`) ? full.slice(className.length + 1) : full;
    const told = definition === undefined && testId !== '' ? [testId, parameters] : [parameters];
    const shown = told.filter((part) => part !== undefined).join(' ');
    const result: CaseResult = {
      ...(definition?.assembly === undefined ? {} : { suite: definition.assembly }),
      ...(className === '' ? {} : { class: className }),
      name,
      ...(shown === '' ? {} : { parameters: shown }),
      ...rest,
    };
    // Each execution is a test: attempts of one come in files of their own.
    this.#emit({ type: 'case', result, sibling: true });
  }
}

/** A string that is cut from a piece of the file keeps all of the piece in memory. */
function copied<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
