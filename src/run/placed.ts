import { frameLocator } from '../diagnostics/locate.ts';
import type { CaseDetail } from '../model/tests.ts';
import { jvmPlace } from './jvm-place.ts';

interface Told {
  readonly failed: readonly CaseDetail[];
  readonly skipped: readonly CaseDetail[];
  readonly flaky: readonly CaseDetail[];
}

/** Leads the places of tests back to the repository (`/app/src/a.test.ts` of a container). What a test is known by stays as it is. */
export function placedIn<Tests extends Told>(root: string, tracked: readonly string[], tests: Tests) {
  const locate = frameLocator(root, tracked);
  const place = (test: CaseDetail): CaseDetail => {
    const said = test.location?.path ?? test.file;
    if (said === undefined || test.location?.line === undefined) {
      const location = jvmPlace(test, locate);
      if (location !== undefined) return { ...test, location };
    }
    const path = said === undefined ? undefined : locate(said);
    return path === undefined || path === said ? test : { ...test, location: { ...test.location, path } };
  };
  return { ...tests, failed: tests.failed.map(place), skipped: tests.skipped.map(place), flaky: tests.flaky.map(place) };
}
