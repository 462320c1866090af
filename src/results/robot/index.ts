import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseRobot } from './parse.ts';

/**
 * Robot Framework's output.xml, https://github.com/robotframework/robotframework/tree/master/doc/schema. As Robot has
 * it, a test that its own or its suite's set-up or tear-down failed is failed; what no test tells of is an error.
 */
export const robot: ResultsFormat = {
  format: 'robot',
  title: 'Robot Framework output.xml (2 to 7, rebot, pabot); a failed set-up or tear-down fails its tests',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'robot' && /^[^>]*\sgenerator=|<suite[\s>]/.test(root.rest);
  },
  parse: parseRobot,
};
