import type { YAMLError } from 'yaml';

interface Said {
  readonly what: string;
  readonly repair: string;
}

/** A YAML error in words, with what to write instead and where. */
export function sayYamlError(error: YAMLError, text: string): Said & { at: readonly [number, number] } {
  const [start] = error.pos;
  // What is noticed on an empty line, or at the end of the file, belongs to the last thing that was written.
  const written =
    lineAround(text, start).trim() === '' && !error.code.startsWith('TAB') ? text.slice(0, start).trimEnd().length - 1 : undefined;
  const at = written === undefined ? error.pos : ([Math.max(0, written), Math.max(1, written + 1)] as const);
  return { ...sayWords(error, text), at };
}

function sayWords({ code, message, pos }: YAMLError, text: string): Said {
  const line = lineAround(text, pos[0]);
  if (/:\s+>=?\s*\S/.test(line))
    return { what: 'a value cannot begin with `>` here: YAML takes it for a block of text', repair: 'put the limit in quotes: ">= 99%"' };
  if (/[:[{,]\s*\$\{[^}"']*\}/.test(line) && /[{[]/.test(line.replace(/\$\{/g, '')))
    return {
      what: 'a `${…}` inside `{…}` or `[…]` cannot stand without quotes',
      repair: 'put it in quotes: "${NAME}", or on a line of its own where a number is meant',
    };
  if (/[:[{,-]\s*\{\{/.test(line))
    return { what: 'a value cannot begin with `{{` here: YAML takes it for a map', repair: 'put the text in quotes: "{{api}}/health"' };
  if (/end with a [}\]]/.test(message))
    return {
      what: 'a bracket is not closed',
      repair: `put in the missing \`${message.endsWith(']') ? ']' : '}'}\`, or indent what belongs inside`,
    };
  switch (code) {
    case 'DUPLICATE_KEY':
      return { what: `\`${wordAt(text, pos[0])}\` is written twice in the same map`, repair: 'keep one of the two' };
    case 'TAB_AS_INDENT':
      return { what: 'a tab is used to indent', repair: 'indent with spaces' };
    case 'MULTIPLE_DOCS':
      return { what: 'the file holds a second YAML document', repair: 'keep one document: remove the `---` and what follows it' };
    case 'TAG_RESOLVE_FAILED':
      return { what: `the tag \`${wordAt(text, pos[0])}\` is not known here`, repair: 'remove it: plain YAML values are enough' };
    case 'BAD_INDENT':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN':
    case 'BAD_SCALAR_START':
    case 'BAD_DQ_ESCAPE':
      return { what: `this is not YAML: ${lowerFirst(message)}`, repair: REPAIRS[code] };
    default:
      return {
        what: `this is not YAML: ${lowerFirst(message)}`,
        repair: 'compare the indentation, brackets and quotes with the lines around it',
      };
  }
}

const REPAIRS = {
  BAD_INDENT: 'line it up with the setting that it belongs to',
  BLOCK_AS_IMPLICIT_KEY: 'quote the text if its colon does not separate a name from a value',
  BLOCK_IN_FLOW: 'inside `{…}` and `[…]` write everything on the same level with commas',
  MULTILINE_IMPLICIT_KEY: 'is a colon missing on this line, or a quote on the one before?',
  MISSING_CHAR: 'close the bracket or quote, or put in the missing comma or colon',
  UNEXPECTED_TOKEN: 'quote the text if this sign belongs to it; otherwise check brackets and commas',
  BAD_SCALAR_START: 'put the text in quotes',
  BAD_DQ_ESCAPE: 'use single quotes, in which a backslash is only a backslash',
} as const;

function lineAround(text: string, offset: number): string {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const to = text.indexOf('\n', offset);
  return text.slice(from, to === -1 ? undefined : to);
}

function wordAt(text: string, offset: number): string {
  return /^[^\s:,[\]{}]{1,60}/.exec(text.slice(offset))?.[0] ?? '';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
