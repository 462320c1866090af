import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseNunit2 } from './parse.ts';

/** NUnit 2 results, `Results.xsd` of 2.4 to 2.7. A test that cannot be run is an error: NUnit 2 itself leaves it out of both its failures and its errors. */
export const nunit2: ResultsFormat = {
  format: 'nunit2',
  title: 'NUnit 2 XML (nunit-console 2, nunit3-console --result=…;format=nunit2); tests that cannot run are errors',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return (
      root?.name === 'test-results' &&
      /\s(?:total|not-run|failures)=|<(?:\w+:)?(?:test-suite|environment|culture-info)[\s/>]/.test(root.rest)
    );
  },
  parse: parseNunit2,
};
