import type { CaseDetail } from '../model/tests.ts';
import type { Location } from '../model/source.ts';

/** `at shop.OutcomesTest.errors(OutcomesTest.java:14)`, also of Kotlin, Scala and Groovy, with loader and module before it. */
const FRAME =
  /^\s*at (?:[\w.@-]{0,150}\/){0,2}(?<owner>[\w$.]{1,500})\.[\w$<>-]{1,200}\((?<file>[\w$-]{1,200}\.(?:java|kt|scala|groovy)):(?<line>\d{1,7})\)/gm;
/** Characters of a trace that are looked through. */
const LOOKED_AT = 20_000;

/**
 * Where a test of the JVM failed: frames name a class and a file without its folder, which is the class's package. The first
 * frame in the test's own class, otherwise the first that `locate` finds in the repository, or the class's own file without a line.
 */
export function jvmPlace({ detail = '', class: owner }: CaseDetail, locate: (path: string) => string | undefined): Location | undefined {
  let first: Location | undefined;
  for (const { groups = {} } of detail.slice(0, LOOKED_AT).matchAll(FRAME)) {
    const { owner: called = '', file = '', line = '' } = groups;
    const isOwn = owner !== undefined && (called === owner || called.startsWith(`${owner}$`));
    if (first !== undefined && !isOwn) continue;
    const folder = called.split('.').slice(0, -1).join('/');
    const path = folder === '' ? undefined : locate(`${folder}/${file}`);
    if (path === undefined) continue;
    if (isOwn) return { path, line: Number(line) };
    first = { path, line: Number(line) };
  }
  return first ?? fileOf(owner, locate);
}

/** The file that is called like the class, in the folder of its package. */
function fileOf(owner: string | undefined, locate: (path: string) => string | undefined): Location | undefined {
  const name = owner?.replace(/\$.*$/, '').replaceAll('.', '/');
  if (name === undefined || !/^[\w/]+\/[A-Z]\w*$/.test(name)) return undefined;
  for (const end of ['java', 'kt', 'scala', 'groovy']) {
    const path = locate(`${name}.${end}`);
    if (path !== undefined) return { path };
  }
  return undefined;
}
