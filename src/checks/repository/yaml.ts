import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node, type ParsedNode } from 'yaml';

/** A YAML file with its documents and their places. Documents that do not parse (templates of Helm) are left out and counted. */
export interface YamlFile {
  readonly path: string;
  readonly documents: readonly YamlDocument[];
  readonly broken: number;
}

export interface YamlDocument {
  /** As data; merge keys and aliases resolved. */
  readonly data: unknown;
  /** Line of the value at these keys, or of its nearest parent that stands in the text. */
  readonly line: (path: readonly (string | number)[]) => number;
  /** Every scalar below these keys with its own place, through aliases and merge keys. */
  readonly scalars: (path: readonly (string | number)[]) => readonly Entry[];
}

/** One `key: value` of a map, or `KEY=value` of a list. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export function parseYaml(path: string, text: string): YamlFile {
  const lines = new LineCounter();
  try {
    const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, logLevel: 'silent', uniqueKeys: false });
    const all = 'empty' in parsed ? [] : parsed;
    const documents = all.flatMap((document) => read(document, lines));
    return { path, documents, broken: all.length - documents.length };
  } catch {
    return { path, documents: [], broken: 1 };
  }
}

function read(document: Document.Parsed, lines: LineCounter): YamlDocument[] {
  if (document.errors.length > 0) return [];
  try {
    const data: unknown = document.toJS({ maxAliasCount: 1_000 });
    return [
      {
        data,
        line: (path) => lineOf(document, lines, path),
        scalars: (path) => entries({ document, lines, depth: 0 }, document.getIn(path, true)),
      },
    ];
  } catch {
    return [];
  }
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent: unknown = document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (isScalar(pair?.key)) return at(pair.key as ParsedNode, lines);
    }
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isSeq(parent) && (isScalar(node) || isMap(node))) return at(node, lines);
  }
  return 1;
}

interface Place {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly depth: number;
}

function entries({ document, lines, depth }: Place, node: unknown): Entry[] {
  if (depth > 8) return [];
  const deeper = { document, lines, depth: depth + 1 };
  if (isAlias(node)) return entries(deeper, node.resolve(document));
  if (isSeq(node))
    return node.items.flatMap((item): Entry[] => {
      if (isMap(item) || isAlias(item)) return entries(deeper, item);
      const text = isScalar(item) ? String(item.value) : '';
      const equals = text.indexOf('=');
      return equals <= 0 ? [] : [{ key: text.slice(0, equals), value: text.slice(equals + 1), line: at(item as ParsedNode, lines) }];
    });
  if (!isMap(node)) return [];
  return node.items.flatMap((pair): Entry[] => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (key === '<<') return entries(deeper, pair.value);
    const value = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
    if (!isScalar(value)) return [];
    const data = value.value;
    if (typeof data !== 'string' && typeof data !== 'number' && typeof data !== 'boolean') return [];
    return [{ key, value: String(data), line: at((value.range ? value : pair.key) as Node, lines) }];
  });
}

function at(node: Node | ParsedNode, lines: LineCounter): number {
  return lines.linePos(node.range?.[0] ?? 0).line;
}
