import type { CaseStatus } from '../../model/tests.ts';
import type { Repetition } from '../contract.ts';
import type { OpenCase } from './case.ts';

/** Producers whose reports must be read in a way of their own; all others are read alike. */
export type Producer =
  | 'pytest'
  | 'pytest-subtests'
  | 'unittest'
  | 'jest'
  | 'mocha'
  | 'playwright'
  | 'catch2'
  | 'boost'
  | 'googletest'
  | 'common-test'
  | 'gotestsum'
  | 'surefire';

type Attributes = Readonly<Record<string, string>>;

const BY_NAME: Readonly<Record<string, Producer>> = {
  pytest: 'pytest',
  // The name of the root came into pytest shortly before subtests did.
  'pytest tests': 'pytest-subtests',
  'jest tests': 'jest',
  'Mocha Tests': 'mocha',
  'nose2-junit': 'unittest',
  AllTests: 'googletest',
};
/** Suites of these are named by their tests; what they state, and in which order, is theirs alone. */
const BY_ATTRIBUTES: Readonly<Record<string, Producer>> = {
  'name,errors,failures,skipped,timestamp,time,tests': 'jest',
  'name,errors,failures,skipped,tests,hostname,time,timestamp': 'catch2',
  'name,tests,file,time,timestamp,failures,errors,skipped': 'unittest',
  'tests,skipped,errors,failures,id,name,time': 'boost',
  'hostname,name,time,timestamp,errors,failures,skipped,tests': 'common-test',
  'tests,failures,time,name,timestamp': 'gotestsum',
  'tests,failures,skipped,time,name,timestamp': 'gotestsum',
};

/** Who wrote a suite, as far as its start tag says so; `undefined` where it does not. */
export function producerOf(element: string, attributes: Attributes): Producer | undefined {
  const named = BY_NAME[attributes['name'] ?? ''];
  if (named !== undefined) return named;
  if (element === 'testsuites') return attributes['id'] !== undefined && attributes['name'] !== undefined ? 'playwright' : undefined;
  if (attributes['hostname'] === 'tbd') return 'catch2';
  if (attributes['xsi:noNamespaceSchemaLocation']?.includes('surefire') === true) return 'surefire';
  return BY_ATTRIBUTES[Object.keys(attributes).join()];
}

/** `Repetition 2 of 3`, a further run that Xcode made of a test. */
const AGAIN = /^Repetition (?!1\b)\d+ of \d+$/;

/** Whether Xcode's number of a repetition says that its test ran before. */
export function isAgain(nth: string | undefined): boolean {
  return nth !== undefined && AGAIN.test(nth);
}

/** What go lets a test be called: no two of a package can have one name. */
const GO_TEST = /^(?:Test|Fuzz|Example|Benchmark)/;

/**
 * What a second case of one identity in a file is. **A test of its own**, unless its producer is known to write further
 * runs of a test as cases, or the file marks it (`flakyFailure`, `rerunError`, …: those stand within their case). Only of
 * gotestsum may a pass that follows a failure outweigh it: it writes its re-runs so, and no two tests of go share a name.
 * Of pytest and unittest, a test that fails, and fails again when it is torn down, is told twice; surefire tells each run
 * of a class that it runs again, and marks what failed and passed then: so a failure of theirs outlives any pass behind it.
 * Gradle's retry plugin and most writers for Xcode write attempts that look like two tests of one title: they are taken
 * for two tests. fastlane's trainer says which repetition a case is.
 */
export function repetition(producer: Producer | undefined, { attributes, repetition: nth }: OpenCase, status: CaseStatus): Repetition {
  const { name = '' } = attributes;
  // What has no name cannot be known again.
  if (name === '') return 'test';
  if (isAgain(nth)) return 'run';
  switch (producer) {
    case 'gotestsum':
      return GO_TEST.test(name) ? 'run' : 'test';
    case 'pytest':
    case 'pytest-subtests':
    case 'unittest':
      return status === 'passed' ? 'run-unless-failed' : 'run';
    case 'surefire':
      return 'run-unless-failed';
    default:
      return 'test';
  }
}

/** What a producer writes as a case and leaves out of its own counts: the suite, the package or a hook broke. */
export function isPseudo(producer: Producer | undefined, { attributes, outcomes }: OpenCase): boolean {
  if (!outcomes.some(({ element }) => element === 'failure' || element === 'error')) return false;
  const { name = '', classname } = attributes;
  if (producer === 'jest') return /^(?:Test suite failed to run$| ?Test execution failure: )/.test(classname ?? '');
  if (producer === 'mocha') return /"(?:before|after) (?:all|each)" hook/.test(name);
  if (producer === 'common-test') return isHook(producer, attributes);
  // gotestsum, for a package that does not build or ends badly.
  return name === 'TestMain' && classname === '';
}

/** A set-up or teardown that is told as a case, and is no test. */
export function isHook(producer: Producer | undefined, { name = '' }: Attributes): boolean {
  return producer === 'common-test' && /^(?:init|end)_per_(?:suite|group|testcase)$/.test(name);
}
