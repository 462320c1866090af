import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

import { interpolate } from './interpolate.ts';
import { type Path, Places, type Span } from './places.ts';
import type { Problem } from './problems.ts';
import { sayYamlError } from './yaml-errors.ts';

/** The value of a file, where each part of it is written, and what keeps it from being read. */
export interface YamlFile {
  readonly value: unknown;
  readonly places: Places;
  readonly problems: readonly Problem[];
}

interface Walk {
  readonly document: Document;
  readonly env: Readonly<Record<string, string>>;
  readonly places: Places;
  readonly problems: Problem[];
  readonly open: Set<Node>;
  /** Values that may still be made: aliases multiply, and ten lines of them can fill any memory. */
  left: number;
  stopped: boolean;
}

/** Values that one file may hold after its aliases are resolved; the largest file without aliases stays below. */
const MAX_VALUES = 100_000;
const MAX_DEPTH = 60;
const TOO_DEEP = { what: `the file is nested more than ${MAX_DEPTH} deep`, repair: 'a configuration needs no more than ten levels' };

/** Reads YAML text with environment variables filled into its values. Never throws for what is in the text. */
export function readYaml(text: string, { file, env }: { file: string; env: Readonly<Record<string, string>> }): YamlFile {
  const lines = new LineCounter();
  const places = new Places(file, text, lines);
  const document = parse(text, lines);
  if (!document) return { value: undefined, places, problems: [places.problemAt([0, 0], TOO_DEEP.what, TOO_DEEP.repair)] };
  const problems = [...document.errors, ...document.warnings]
    .map((error) => {
      const { what, repair, at } = sayYamlError(error, text);
      return places.problemAt(at, what, repair);
    })
    // After its first mistake the parser no longer knows where it is: further complaints about a line are noise.
    .filter(({ location }, index, all) => all.findIndex((other) => other.location.line === location.line) === index);
  if (problems.length > 0) return { value: undefined, places, problems };
  const walk: Walk = { document, env, places, problems, open: new Set(), left: MAX_VALUES, stopped: false };
  return { value: valueOf(document.contents, [], walk), places, problems };
}

/** The parser is recursive: what is nested too deep for it ends in a RangeError, which has no line number. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, version: '1.2' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function valueOf(node: Node | null, path: Path, walk: Walk): unknown {
  if (!node) return null;
  if (walk.stopped) return null;
  if (walk.left-- <= 0)
    return stop(walk, node, {
      what: `the aliases of this file make more than ${MAX_VALUES} values`,
      repair: 'use fewer aliases of aliases',
    });
  if (path.length > MAX_DEPTH) return stop(walk, node, TOO_DEEP);
  if (isAlias(node)) return aliasValue(node, path, walk);
  if (isScalar(node)) return scalarValue(node, walk);
  walk.open.add(node);
  const value = isMap(node) ? mapValue(node, path, walk) : isSeq(node) ? listValue(node, path, walk) : null;
  walk.open.delete(node);
  return value;
}

/** Reports once and makes nothing more. */
function stop(walk: Walk, node: Node, { what, repair }: { what: string; repair: string }): null {
  walk.problems.push(walk.places.problemAt(rangeOf(node), what, repair));
  walk.stopped = true;
  return null;
}

function aliasValue(node: Node, path: Path, walk: Walk): unknown {
  const target = isAlias(node) ? node.resolve(walk.document) : undefined;
  if (!target) {
    const name = isAlias(node) ? node.source : '';
    walk.problems.push(
      walk.places.problemAt(
        rangeOf(node),
        `no anchor has the name of the alias \`*${name}\``,
        `define \`&${name}\` further up, or quote the text if the \`*\` belongs to it`,
      ),
    );
    return null;
  }
  if (walk.open.has(target)) return stop(walk, node, { what: 'the alias contains itself', repair: 'write the value out here' });
  return valueOf(target, path, walk);
}

function listValue(node: YAMLSeq, path: Path, walk: Walk): unknown {
  return (node.items as Node[]).map((item, index) => {
    walk.places.set([...path, index], { value: rangeOf(item) });
    return valueOf(item, [...path, index], walk);
  });
}

function mapValue(node: YAMLMap, path: Path, walk: Walk): unknown {
  const merged: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = keyOf(pair, walk);
    if (key === undefined) continue;
    if (key === '<<') {
      for (const part of [valueOf(pair.value, path, walk)].flat()) Object.assign(merged, { ...Object(part), ...merged });
      continue;
    }
    walk.places.set([...path, key], spanOf(pair));
    own[key] = valueOf(pair.value, [...path, key], walk);
  }
  return { ...merged, ...own };
}

function keyOf({ key }: Pair<Node, Node | null>, walk: Walk): string | undefined {
  const name = isScalar(key) ? key.value : undefined;
  if ((typeof name === 'string' || typeof name === 'number' || typeof name === 'boolean') && name !== '__proto__') return String(name);
  walk.problems.push(
    walk.places.problemAt(
      rangeOf(key),
      'this is not a name for a setting',
      'write a plain word before the colon; put text with `{{…}}` in quotes',
    ),
  );
  return undefined;
}

function scalarValue(node: Scalar, walk: Walk): unknown {
  if (typeof node.value !== 'string') return node.value;
  const filled = interpolate(node.value, walk.env);
  if (filled.state === 'bad') {
    walk.problems.push(walk.places.problemAt(rangeOf(node), filled.what, filled.repair));
    // Anything but a second complaint about the same value: the first keeps the file from being used.
    return node.value;
  }
  if (!filled.used) return node.value;
  walk.places.conceal(filled.text, node.value);
  return node.type === 'PLAIN' ? plain(filled.text) : filled.text;
}

/** `port: ${PORT}` is meant as a number; `tag: ${TAG}` with 1.10 must not become 1.1. */
function plain(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

function spanOf({ key, value }: Pair<Node, Node | null>): Span {
  const range = rangeOf(key);
  return { key: range, value: value ? rangeOf(value) : range };
}

function rangeOf(node: Node | null): readonly [number, number] {
  const [start, end] = node?.range ?? [0, 0];
  return [start, end];
}
