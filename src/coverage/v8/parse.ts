import type { JsonHandler, JsonPath } from '../../lib/json-stream.ts';
import type { CoverageContext, CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { copied, RecordBuilder } from '../record-builder.ts';
import { isTestName } from '../test-files.ts';
import { linesOfRanges, type Range, type Scope } from './lines.ts';

/** Playwright puts whole sources into its report. */
const SOURCE = 8_000_000;

interface Script {
  url: string;
  source: string | undefined;
  scopes: Scope[];
  /** What ran, where no function is told of: Puppeteer's own form. */
  ran: readonly Stretch[] | undefined;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface Counts {
  withoutSource: string[];
  tests: number;
  compiled: Set<string>;
}

/**
 * V8 counts in offsets, so lines need the source: the report's own (Playwright), or the repository's file. They are then
 * those of c8: every line of the file counts, and one did not run when a range without hits covers all of it. A script
 * without source has functions and branches, and its missing lines are a gap. Puppeteer lists what ran, and no function. Only files count: no code of Node itself, no installed packages, and no tests, as in c8.
 */
export async function parseV8(
  text: AsyncIterable<string>,
  emit: (event: CoverageEvent) => void,
  { source }: CoverageContext,
): Promise<void> {
  const scripts = new Scripts();
  const tell = async (): Promise<void> => {
    for (const one of scripts.waiting.splice(0)) await tellScript(one, { emit, source, counts: scripts.counts });
  };
  const chunks = async function* (): AsyncGenerator<string> {
    for await (const chunk of text) {
      yield chunk;
      // Sources are looked up between two pieces of the report, so that few scripts wait for theirs.
      await tell();
    }
  };
  await readJsonReport(chunks(), scripts, { emit, string: SOURCE });
  await tell();
  if (scripts.wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: scripts.wrong });
  sayCounts(scripts.counts, emit);
}

/** The scripts of `{result: [script, …]}`, or of a bare list of them. */
class Scripts implements JsonHandler {
  readonly waiting: Script[] = [];
  readonly counts: Counts = { withoutSource: [], tests: 0, compiled: new Set() };
  wrong: string | undefined;
  #script = empty();

  readonly begin = (path: JsonPath): 'enter' | 'want' | 'skip' => {
    const [top, index] = path;
    if (top === 'source-map-cache') {
      if (typeof index === 'string') this.counts.compiled.add(copied(index));
      return path.length === 1 ? 'enter' : 'skip';
    }
    if (path.length > 0 && typeof top !== 'number' && top !== 'result') return 'skip';
    const depth = depthOf(path);
    if (depth === 1) this.#script = empty();
    if (depth < 2) return 'enter';
    const key = String(path.at(-1));
    if (depth === 2) return key === 'functions' ? 'enter' : ['url', 'source', 'text', 'ranges'].includes(key) ? 'want' : 'skip';
    return depth === 3 ? 'want' : 'skip';
  };

  readonly value = (path: JsonPath, value: unknown): void => {
    const key = path.at(-1);
    if (key === 'url') this.#script.url = String(value);
    else if (key === 'ranges') this.#script.ran = stretchesOf(value);
    else if (typeof key === 'string') this.#script.source = typeof value === 'string' ? value : undefined;
    else {
      const scope = scopeOf(value);
      if (scope === undefined) this.wrong ??= `${this.#script.url.slice(0, 200)}: a function without ranges`;
      else this.#script.scopes.push(scope);
    }
  };

  readonly end = (path: JsonPath): void => {
    if (depthOf(path) !== 1 || path[0] === 'source-map-cache') return;
    if (isOurs(this.#script.url)) {
      if (isTestName(this.#script.url)) this.counts.tests += 1;
      else this.waiting.push(this.#script);
    }
    this.#script = empty();
  };
}

/** 1 is a script, 2 a part of it, 3 one of its functions. */
function depthOf(path: JsonPath): number {
  return typeof path[0] === 'number' ? path.length : path.length - 1;
}

function sayCounts({ withoutSource, tests, compiled }: Counts, emit: (event: CoverageEvent) => void): void {
  const [first] = withoutSource;
  const many = withoutSource.length;
  const one = `the source of ${first ?? ''} is`;
  if (first !== undefined)
    emit({
      type: 'gap',
      reason: 'unsupported',
      message: `${many === 1 ? one : `the sources of ${many} scripts (${first}, …) are`} not at hand: V8 counts in offsets, and lines cannot be told without them`,
    });
  if (tests > 0) emit({ type: 'note', message: `${tests} files of tests are not counted` });
  if (compiled.size > 0)
    emit({
      type: 'note',
      message: `${compiled.size} scripts have source maps, which are not followed: their lines are those of the compiled files`,
    });
}

interface Telling {
  readonly emit: (event: CoverageEvent) => void;
  readonly source: (path: string) => Promise<string | undefined>;
  readonly counts: Counts;
}

async function tellScript({ url, source: own, scopes: told, ran: stretches }: Script, { emit, source, counts }: Telling): Promise<void> {
  const file = new RecordBuilder(url);
  const text = own ?? (await source(url));
  if (text === undefined) counts.withoutSource.push(file.path);
  const scopes = told.length > 0 || stretches === undefined ? told : [scopeAround(stretches, text?.length ?? 0)];
  const lines = text === undefined ? undefined : linesOfRanges(text, scopes, file.lines);
  const ran = ({ start, count }: Range): boolean => count > 0 || lines?.ignores(start) === true;
  for (const { name, blocks, ranges } of scopes) {
    const [whole] = ranges;
    if (name !== '' && whole !== undefined) file.function(`${name}:${whole.start}`, ran(whole));
    if (blocks) for (const range of ranges) file.branch(`${range.start}-${range.end}`, ran(range));
  }
  emit({ type: 'file', record: file.record() });
}

function isOurs(url: string): boolean {
  return !url.endsWith('.css') && /^(?:file:|https?:|webpack|\/|[A-Za-z]:[\\/])/.test(url) && !/[\\/]node_modules[\\/]/.test(url);
}

function scopeOf(value: unknown): Scope | undefined {
  if (!isObject(value)) return undefined;
  const ranges = arrayOf(value['ranges']).flatMap((range) => {
    if (!isObject(range)) return [];
    const [start, end, hits] = [range['startOffset'], range['endOffset'], range['count']];
    return typeof start === 'number' && typeof end === 'number' && typeof hits === 'number' ? [{ start, end, count: hits }] : [];
  });
  if (ranges.length === 0) return undefined;
  const name = typeof value['functionName'] === 'string' ? value['functionName'] : '';
  return { name: copied(name), blocks: value['isBlockCoverage'] === true, ranges };
}

function stretchesOf(value: unknown): Stretch[] {
  return arrayOf(value).flatMap((range) => {
    const [start, end] = isObject(range) ? [range['start'], range['end']] : [];
    return typeof start === 'number' && typeof end === 'number' ? [{ start, end }] : [];
  });
}

/** What lies between the stretches that ran did not. */
function scopeAround(stretches: readonly Stretch[], length: number): Scope {
  const ranges: Range[] = [{ start: 0, end: length, count: 1 }];
  let at = 0;
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
    if (start > at) ranges.push({ start: at, end: start, count: 0 });
    at = Math.max(at, end);
  }
  if (at < length) ranges.push({ start: at, end: length, count: 0 });
  return { name: '', blocks: false, ranges };
}

function empty(): Script {
  return { url: '', source: undefined, scopes: [], ran: undefined };
}
