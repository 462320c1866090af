import type { OpenCase } from './case.ts';

/** Producers whose reports must be read in a way of their own; all others are read alike. */
export type Producer = 'pytest' | 'pytest-subtests' | 'jest' | 'vitest' | 'mocha' | 'rspec' | 'playwright' | 'catch2' | 'surefire';

type Attributes = Readonly<Record<string, string>>;

const BY_NAME: Readonly<Record<string, Producer>> = {
  pytest: 'pytest',
  // The name of the root came into pytest shortly before subtests did.
  'pytest tests': 'pytest-subtests',
  'vitest tests': 'vitest',
  'jest tests': 'jest',
  'Mocha Tests': 'mocha',
  rspec: 'rspec',
};
/** jest-junit's suites are named by their tests; what they state, and in which order, is theirs alone. */
const JEST = 'name,errors,failures,skipped,timestamp,time,tests';

/** Who wrote a suite, as far as its start tag says so; `undefined` where it does not. */
export function producerOf(element: string, attributes: Attributes): Producer | undefined {
  const named = BY_NAME[attributes['name'] ?? ''];
  if (named !== undefined) return named;
  if (element === 'testsuites') return attributes['id'] !== undefined && attributes['name'] !== undefined ? 'playwright' : undefined;
  if (attributes['hostname'] === 'tbd') return 'catch2';
  if (attributes['xsi:noNamespaceSchemaLocation']?.includes('surefire') === true) return 'surefire';
  return Object.keys(attributes).join() === JEST ? 'jest' : undefined;
}

const SIBLINGS: ReadonlySet<Producer | undefined> = new Set(['jest', 'vitest', 'mocha', 'rspec', 'playwright', 'catch2', 'surefire']);

/**
 * Whether two cases of one name are two tests. These producers allow one title twice and never write a retry as a case
 * of its own (surefire and Catch2 repeat a name for each set of parameters); with others (gotestsum, gradle's retry plugin)
 * a second case is a second attempt.
 */
export function isSibling(producer: Producer | undefined, { attributes }: OpenCase): boolean {
  // node:test names the class of every test "test". What has no name cannot be known again.
  return SIBLINGS.has(producer) || nodeTest(attributes) || (attributes['name'] ?? '') === '';
}

/** What a producer writes as a case and leaves out of its own counts: the suite, the package or a hook broke. */
export function isPseudo(producer: Producer | undefined, { attributes, outcomes }: OpenCase): boolean {
  if (!outcomes.some(({ element }) => element === 'failure' || element === 'error')) return false;
  const { name = '', classname } = attributes;
  if (producer === 'jest') return /^(?:Test suite failed to run$| ?Test execution failure: )/.test(classname ?? '');
  if (producer === 'mocha') return /"(?:before|after) (?:all|each)" hook/.test(name);
  // gotestsum, for a package that does not build or ends badly.
  return name === 'TestMain' && classname === '';
}

function nodeTest(attributes: Attributes): boolean {
  return attributes['classname'] === 'test' && Object.keys(attributes).slice(0, 3).join() === 'name,time,classname';
}
