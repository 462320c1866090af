import { posix } from 'node:path';

import { xmlRoot } from '../lib/xml-root.ts';
import type { ResultFile } from '../model/tests.ts';

/** What a file without a test says of the reports in its folder. */
export interface Beside {
  /** Whether something failed. */
  readonly failed: boolean;
}

/** A file that lies where reports lie, is no report, and says again what the reports beside it say. */
export interface Companion extends Beside {
  readonly message: string;
}

const SUITE_OF_TESTNG = /<!DOCTYPE suite SYSTEM "https?:\/\/(?:beust\.com|testng\.org)\/testng/;

/** Knows a companion by its beginning; `undefined` for all else. */
export function companionOf(head: string): Companion | undefined {
  const root = xmlRoot(head);
  if (root?.name === 'testng-results') {
    const failed = /^[^<>]{0,1000}\bfailed="[^"]{0,20}[1-9]/.test(root.rest);
    return { message: "TestNG's own results, whose tests are read from the JUnit XML beside it or in junitreports/", failed };
  }
  if (root?.name === 'suite' && SUITE_OF_TESTNG.test(head))
    return { message: 'a list of tests for TestNG to run again, and no report', failed: false };
  return undefined;
}

/** Whether the reports beside a file hold tests, and a failure where it says that there is one. */
export function bearsOut(path: string, { failed }: Beside, files: readonly ResultFile[]): boolean {
  const folder = posix.dirname(path);
  const beside = files.filter(({ source }) => {
    const other = posix.dirname(source.file);
    return other === folder || other === posix.join(folder, 'junitreports');
  });
  return beside.some(({ counts }) => (failed ? counts.failed + counts.errors > 0 : counts.tests > 0));
}
