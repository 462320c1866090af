import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseRobot } from './parse.ts';

/**
 * Robot Framework's output.xml, https://github.com/robotframework/robotframework/tree/master/doc/schema. A test that
 * failed in its own or its suite's set-up or tear-down is an error; Robot itself calls all of these failed.
 */
export const robot: ResultsFormat = {
  format: 'robot',
  title: 'Robot Framework output.xml (3 to 7, rebot, pabot); failed set-ups and tear-downs are errors of the tests that they fail',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'robot' && /^[^>]*\sgenerator=|<suite[\s>]/.test(root.rest);
  },
  parse: parseRobot,
};
