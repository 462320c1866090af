import type { CoverageEvent } from '../contract.ts';
import { ratio, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

/** Lines that ran or did not, without counts, and the branches on each. */
export class SonarReport implements XmlReport {
  readonly #emit: (event: CoverageEvent) => void;
  #file: RecordBuilder | undefined;
  #wrong: string | undefined;

  constructor(emit: (event: CoverageEvent) => void) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'file') this.#file = new RecordBuilder(attributes['path'] ?? '');
    else if (name === 'lineToCover' && this.#file !== undefined) this.#line(this.#file, attributes);
    return false;
  }

  close(name: string): void {
    if (name !== 'file' || this.#file === undefined) return;
    if (this.#file.path === '') this.#wrong ??= 'a file without a path';
    else this.#emit({ type: 'file', record: this.#file.record() });
    this.#file = undefined;
  }

  end(): string | undefined {
    return this.#wrong;
  }

  #line(file: RecordBuilder, { lineNumber, covered, branchesToCover, coveredBranches = '0' }: Attributes): void {
    const said = covered === 'true' || covered === 'false';
    if (!said || !file.lines.raise(Number(lineNumber), covered === 'true' ? 1 : 0)) {
      this.#wrong ??= `${file.path.slice(0, 200)}: a line without number, or one that does not say whether it ran`;
      return;
    }
    const branches = ratio(coveredBranches, branchesToCover);
    if (branches !== undefined) file.branches(lineNumber ?? '', branches);
  }
}
