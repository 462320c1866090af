import { join } from 'node:path';

import type { Source } from '../../model/source.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { CONTRACT_MAKERS, CONTRACT_TOOLS, contractKind, MOCKS, PROPERTIES } from './libraries.ts';
import { ContractFacts, MockFacts, PropertyFacts, VacuousFacts } from './judge.ts';
import { lineAt } from '../repository/mask.ts';
import { scanTests, testLanguage } from './vacuous.ts';

/** Bounds of what is read: a repository may hold anything. */
const FILES = 5_000;
const BYTES = 1_000_000;
const SUSPECTS = 50;

/** TST-15: no test is empty, asserts constants alone, or swallows its own failure. */
const vacuousTests = defineCheck<VacuousFacts>({
  code: 'TST-15',
  summary: 'no test that cannot fail: empty, constants alone, every failure swallowed',
  needs: 'static',
  facts: VacuousFacts,
  collect: async (context) => {
    const paths = (await context.tracked()).filter((path) => testLanguage(path) !== undefined);
    if (paths.length === 0) return noTests();
    let [files, tests] = [0, 0];
    const suspects: VacuousFacts['suspects'] = [];
    for await (const { path, text } of texts(context, paths)) {
      const language = testLanguage(path);
      if (language === undefined) continue;
      const scan = scanTests(text, language);
      files += 1;
      tests += scan.tests;
      suspects.push(...scan.suspects.map((suspect) => ({ path, ...suspect })));
    }
    if (files < paths.length) return unread(paths.length - files);
    const kept = suspects.slice(0, SUSPECTS);
    return {
      state: 'collected',
      facts: { files, tests, suspects: kept, omitted: suspects.length - kept.length },
      sources: sourcesOf(kept),
    };
  },
});

/** TST-20: an integration test does not use a stand-in for a datastore or broker. */
const realServices = defineCheck<MockFacts>({
  code: 'TST-20',
  summary: 'integration tests meet the real datastores and brokers, not stand-ins for them',
  needs: 'static',
  facts: MockFacts,
  collect: async (context) => {
    const paths = (await context.tracked()).filter(
      (path) => testLanguage(path) !== undefined && /(?:^|[/._-])(?:integration|e2e)(?:[/._-]|$)/i.test(path),
    );
    if (paths.length === 0) return { state: 'not-applicable', because: 'no test file lies in a folder of integration or e2e tests' };
    const sites: MockFacts['sites'] = [];
    let files = 0;
    for await (const { path, text } of texts(context, paths)) {
      files += 1;
      for (const { library, service, pattern } of MOCKS) {
        const found = pattern.exec(text);
        if (found && sites.length < SUSPECTS) sites.push({ path, line: lineAt(text, found.index), library, service });
      }
    }
    if (files < paths.length) return unread(paths.length - files);
    return { state: 'collected', facts: { files, sites }, sources: sourcesOf(sites) };
  },
});

/** TST-11: where a library for property-based tests is installed, a test uses it. */
const propertyTests = defineCheck<PropertyFacts>({
  code: 'TST-11',
  summary: 'property-based tests exist where their library is installed',
  needs: 'static',
  facts: PropertyFacts,
  collect: async (context) => {
    const tracked = await context.tracked();
    const declared: { library: string; manifest: string; use: RegExp }[] = [];
    const manifests = tracked.filter((path) => !path.includes('/') && PROPERTIES.some(({ manifest }) => manifest.test(path)));
    for await (const { path, text } of texts(context, manifests)) {
      for (const { library, manifest, declares, use } of PROPERTIES)
        if (manifest.test(path) && declares.test(text) && !declared.some((other) => other.library === library))
          declared.push({ library, manifest: path, use });
    }
    if (declared.length === 0) return { state: 'not-applicable', because: 'no library for property-based tests is installed' };
    const users = declared.map(() => 0);
    const tests = tracked.filter((path) => testLanguage(path) !== undefined || /(?:^|\/)tests?\/.*\.(?:py|[cm]?[jt]sx?|go)$/.test(path));
    for await (const { text } of texts(context, tests))
      for (const [index, { use }] of declared.entries()) if (use.test(text)) users[index] = (users[index] ?? 0) + 1;
    const libraries = declared.map(({ library, manifest }, index) => ({ library, manifest, users: users[index] ?? 0 }));
    return { state: 'collected', facts: { libraries }, sources: [] };
  },
});

/** TST-10: a contract (OpenAPI, Pact) is held by something that runs. */
const contractTests = defineCheck<ContractFacts>({
  code: 'TST-10',
  summary: 'contracts (OpenAPI, Pact) are held by a test',
  needs: 'static',
  facts: ContractFacts,
  collect: async (context) => {
    const tracked = await context.tracked();
    const contracts: ContractFacts['contracts'] = [];
    const likely = tracked.filter(
      (path) => /(?:openapi|swagger|pact)[^/]*(?:\/[^/]+)?\.(?:ya?ml|json)$/i.test(path) && testLanguage(`${path}.test.ts`) !== undefined,
    );
    for await (const { path, text } of texts(context, likely)) {
      const kind = contractKind(text);
      if (kind !== undefined) contracts.push({ path, kind });
    }
    if (contracts.length === 0) return { state: 'not-applicable', because: 'the repository holds no OpenAPI description and no pact' };
    const verifiers: ContractFacts['verifiers'] = [];
    const makers: NonNullable<ContractFacts['makers']> = [];
    const places = tracked.filter((path) => testLanguage(path) !== undefined || VERIFIER_PLACES.test(path));
    for await (const { path, text } of texts(context, places)) {
      const tool = CONTRACT_TOOLS.exec(text)?.[0];
      if (tool !== undefined && verifiers.length < SUSPECTS) verifiers.push({ path, tool });
      const maker = VERIFIER_PLACES.test(path) ? CONTRACT_MAKERS.exec(text)?.[0].replace(/[^\w@/.-]/g, '') : undefined;
      if (maker !== undefined && makers.length < SUSPECTS) makers.push({ path, tool: maker });
    }
    return {
      state: 'collected',
      facts: { contracts: contracts.slice(0, SUSPECTS), verifiers, makers },
      sources: contracts.slice(0, 10).map(({ path }) => ({ file: path })),
    };
  },
});

/** Manifests, build files, workflows and test folders: whatever could run a verification. */
const VERIFIER_PLACES =
  /(?:^|\/)(?:package\.json|pyproject\.toml|requirements[^/]*\.txt|setup\.cfg|go\.mod|Gemfile|composer\.json|pom\.xml|build\.gradle(?:\.kts)?|Makefile|justfile|Taskfile\.ya?ml|gauntlet\.ya?ml|tox\.ini|noxfile\.py)$|^\.github\/workflows\/|(?:^|\/)(?:tests?|contracts?)\/[^/]*\.\w+$|\.sh$/;

/** What the tests themselves show without being run. */
export const testEvidence: readonly CheckPlugin[] = [vacuousTests, realServices, propertyTests, contractTests];

/** The files' texts, one after the other; what is too large or gone is passed over, and the caller counts. */
async function* texts({ ports, root, signal }: CheckContext, paths: readonly string[]): AsyncGenerator<{ path: string; text: string }> {
  for (const path of paths.slice(0, FILES)) {
    if (signal.aborted) return;
    const absolute = join(root, path);
    try {
      if ((await ports.files.size(absolute)) > BYTES) continue;
      yield { path, text: await ports.files.readText(absolute) };
    } catch {
      // A file that git tracks and nobody has on disk (sparse checkout, deleted): counted by the caller.
    }
  }
}

function noTests(): Collected<never> {
  return { state: 'not-applicable', because: 'no test file of JavaScript, TypeScript, Python or Go is tracked' };
}

function unread(count: number): Collected<never> {
  return { state: 'gap', because: `${count} test files could not be read: larger than 1 MB, gone, or more than ${FILES}` };
}

function sourcesOf(places: readonly { readonly path: string }[]): Source[] {
  return [...new Set(places.map(({ path }) => path))].slice(0, 10).map((file) => ({ file }));
}
