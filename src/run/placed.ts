import { frameLocator } from '../diagnostics/locate.ts';
import type { GoModule } from '../coverage/paths.ts';
import type { CaseDetail } from '../model/tests.ts';
import { jvmPlace } from './jvm-place.ts';

interface Told {
  readonly failed: readonly CaseDetail[];
  readonly skipped: readonly CaseDetail[];
  readonly flaky: readonly CaseDetail[];
}

export interface Placing {
  readonly root: string;
  readonly tracked: readonly string[];
  /** The Go modules of the repository. */
  readonly modules?: readonly GoModule[];
}

/** Leads the places of tests back to the repository (`/app/src/a.test.ts` of a container). What a test is known by stays as it is. */
export function placedIn<Tests extends Told>({ root, tracked, modules = [] }: Placing, tests: Tests) {
  const locate = frameLocator(root, tracked);
  const known = new Set(tracked);
  const place = (test: CaseDetail): CaseDetail => {
    const said = test.location?.path ?? test.file;
    if (said === undefined || test.location?.line === undefined) {
      const location = jvmPlace(test, locate);
      if (location !== undefined) return { ...test, location };
    }
    const inModule = said === undefined ? undefined : goFile(said, test.suite, modules);
    const path = inModule !== undefined && known.has(inModule) ? inModule : said === undefined ? undefined : locate(said);
    return path === undefined || path === said ? test : { ...test, location: { ...test.location, path } };
  };
  return { ...tests, failed: tests.failed.map(place), skipped: tests.skipped.map(place), flaky: tests.flaky.map(place) };
}

/** Go names a file without its folder: that is the package's, in the module that it belongs to. */
function goFile(said: string, suite: string | undefined, modules: readonly GoModule[]): string | undefined {
  if (suite === undefined || !said.endsWith('.go')) return undefined;
  const name = suite.replace(/_test$/, '');
  const of = modules.filter(({ path }) => name === path || name.startsWith(`${path}/`));
  const [module] = of.toSorted((a, b) => b.path.length - a.path.length);
  if (module === undefined) return undefined;
  return [module.folder, name.slice(module.path.length + 1), said.slice(said.lastIndexOf('/') + 1)].filter((part) => part !== '').join('/');
}
