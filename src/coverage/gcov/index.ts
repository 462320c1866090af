import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { documents } from './documents.ts';
import { parseGcovIntermediate } from './intermediate.ts';
import { parseGcovJson } from './json.ts';
import { parseGcovText } from './text.ts';

const INTERMEDIATE = /^\s*(?:(?:version|cwd):[^\n]*\n)*file:[^\n]+\n(?:lcount:\d|function:\d|branch:\d|file:)/;
const TEXT = /^\s*-:\s*0:Source:/;

export const gcov: CoverageFormat = {
  format: 'gcov',
  title: 'gcov (--json-format, also gzipped; .gcov text and, before GCC 9, -i; gcovr --json)',
  sniff: ({ text }) =>
    TEXT.test(text) ||
    INTERMEDIATE.test(text) ||
    hasPath(text, 'gcc_version') ||
    hasPath(text, 'gcovr/format_version') ||
    hasPath(text, 'files', 0, 'lines', 0, 'line_number'),
  parse: async (text, emit) => {
    for await (const document of documents(text)) {
      if (document.json) await parseGcovJson(document.text, emit);
      else if (document.intermediate) await parseGcovIntermediate(document.text, emit);
      else await parseGcovText(document.text, emit);
    }
  },
};
