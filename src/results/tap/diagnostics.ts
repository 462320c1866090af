import { placeInTrace, type Place } from '../../lib/frames.ts';
import { LIMITS } from '../../model/limits.ts';

/** What stands behind a point until the next line of TAP: a YAML block, comments, a bare trace. Bounded. */
export class Diagnostics {
  #yaml = '';
  #text = '';
  /** Spaces before the first key: tape indents the whole block once more. */
  #margin: number | undefined;

  yaml(line: string): void {
    if (this.#yaml.length >= LIMITS.caseText) return;
    this.#margin ??= line.length - line.trimStart().length;
    const blank = line.slice(0, this.#margin).trim() === '';
    this.#yaml += `${blank ? line.slice(this.#margin) : line.trimStart()}\n`;
  }

  text(line: string): void {
    if (this.#text.length < LIMITS.caseText) this.#text += `${line}\n`;
  }

  /** A value at the top of the block, without its quotes; the first line of one that spans lines. */
  value(key: string): string | undefined {
    const match = new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(this.#yaml);
    if (match === null) return undefined;
    const plain = unquoted((match[1] ?? '').trim());
    if (!/^[|>][-+\d]*$/.test(plain)) return plain;
    const below = this.#yaml.slice(match.index + match[0].length + 1).split('\n');
    return below.find((line) => line.trim() !== '')?.trim();
  }

  /** Everything that was said. */
  get detail(): string {
    return [this.#yaml, this.#text]
      .map((part) => part.trimEnd())
      .filter((part) => part.trim() !== '')
      .join('\n');
  }

  get message(): string | undefined {
    const said = this.value('error') ?? this.value('message') ?? this.value('name');
    if (said !== undefined && said !== '') return said;
    // vitest has it one level down.
    const below = /^[ \t]+message:[ \t]*(.+)$/m.exec(this.#yaml)?.[1];
    if (below !== undefined) return unquoted(below.trim());
    return this.#text
      .split('\n')
      .map((line) => line.trim())
      .find(
        (line) =>
          line !== '' &&
          !/^(?:Failed (?:\(TODO\) )?test|Looks like you)\b/.test(line) &&
          !/^[(]?(?:at|in test file|from function)\b/.test(line),
      );
  }

  /** `location: 'a.js:1:2'` of node:test, `at: f (a.js:1:2)` of tape, `at:` with lines below it of node-tap, or a trace. */
  get place(): Place | undefined {
    const location = /^(?<path>.+?):(?<line>\d{1,7})(?::\d+)?$/.exec(this.value('location') ?? '')?.groups;
    if (location !== undefined) return { path: (location['path'] ?? '').replace(/^file:\/\//, ''), line: Number(location['line']) };
    const at = this.value('at');
    const file = /^[ \t]+file(?:Name)?:[ \t]*(.+)$/m.exec(this.#yaml)?.[1];
    const line = Number(/^[ \t]+line(?:Number)?:[ \t]*(\d{1,7})/m.exec(this.#yaml)?.[1] ?? Number.NaN);
    if (file !== undefined && line > 0) return { path: unquoted(file.trim()).replace(/^file:\/\//, ''), line };
    const told = at === undefined ? undefined : placeInTrace(`at ${at}`);
    return told ?? placeInTrace(this.#text) ?? placeInTrace(this.#yaml);
  }
}

function unquoted(text: string): string {
  const quote = text[0];
  if (quote === "'" && text.endsWith("'") && text.length > 1) return text.slice(1, -1).replaceAll("''", "'");
  if (quote === '"' && text.endsWith('"') && text.length > 1) return text.slice(1, -1).replaceAll(String.raw`\"`, '"');
  return text;
}
