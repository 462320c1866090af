import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseXunit } from './parse.ts';

/** What xUnit.net writes of an assembly; manifests and linker descriptors of .NET have the same root element. */
const ASSEMBLY = /^[^>]*\s(?:run-date|test-framework|time-rtf|total|passed)=/;
const INSIDE = /<(?:\w+:)?assembly\s[^>]*(?:run-date|test-framework|time-rtf|total|passed)=/;

/**
 * xUnit.net results, https://xunit.net/docs/format-xml-v2. Every failure of a test is `failed`; what stands in `<errors>`
 * (clean-ups, fatal errors) is an error of its own; `NotRun` (explicit tests) is skipped.
 */
export const xunit: ResultsFormat = {
  format: 'xunit',
  title: 'xUnit.net XML (v1, v2 and v3: xunit.console, XunitXml.TestLogger); clean-ups that failed are errors',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    if (root?.name === 'assembly') return ASSEMBLY.test(root.rest);
    if (root?.name !== 'assemblies') return false;
    return (
      INSIDE.test(root.rest) ||
      /^[^>]*\s(?:timestamp|schema-version|start-rtf|run-date)=/.test(root.rest) ||
      /^\s*\/?>\s*(?:<\/assemblies>)?\s*$/.test(root.rest)
    );
  },
  parse: parseXunit,
};
