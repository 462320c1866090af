import { dirname } from 'node:path/posix';

import { isSamplePath } from '../../lib/secret-value.ts';
import { defineCheck, type CheckPlugin } from '../contract.ts';
import { filesWith, nothingTracked, readTexts } from '../repository/files.ts';
import { LockFacts } from './judge.ts';
import { HINTS, mayHoldLock, unusedLocks } from './unused.ts';

const BOUNDS = { bytes: 500_000, files: 2_000 } as const;
const MOST = 30;

/** RES-06: a lock that is there is taken. */
const taken = defineCheck<LockFacts>({
  code: 'RES-06',
  summary: 'locks that stand beside counters are taken where they are counted',
  needs: 'static',
  facts: LockFacts,
  collect: async (context) => {
    const tracked = await context.tracked();
    if (tracked.length === 0) return nothingTracked();
    const own = (await filesWith(context, HINTS)).filter((path) => mayHoldLock(path) && !isSamplePath(path));
    const { files } = await readTexts(context, own, BOUNDS);
    // A struct of Go may be used in any file of its folder, its tests aside.
    const folders = new Set(
      files.filter(({ path, text }) => path.endsWith('.go') && /sync\.(?:RW)?Mutex/.test(text)).map(({ path }) => dirname(path)),
    );
    const beside = tracked.filter((path) => path.endsWith('.go') && !path.endsWith('_test.go') && folders.has(dirname(path)));
    const package_ = await readTexts(context, beside, BOUNDS);
    const looked = files.map((file) =>
      unusedLocks(
        file,
        package_.files.filter(({ path }) => path !== file.path && dirname(path) === dirname(file.path)),
      ),
    );
    const locks = looked.reduce((sum, one) => sum + one.locks, 0);
    if (locks === 0) return { state: 'not-applicable', because: 'no lock for threads is made in Python, Go, Java or C#' };
    const unused = looked.flatMap((one) => one.unused);
    const inherited = await inheritedBy(context, unused);
    const facts = { locks, unused: unused.filter(({ owner }) => !inherited.has(owner)).slice(0, MOST) };
    return { state: 'collected', facts, sources: facts.unused.slice(0, 10).map(({ path }) => ({ file: path })) };
  },
});

/** Locks in code. */
export const locks: readonly CheckPlugin[] = [taken];

/** Classes whose heirs stand in other files: those may take the lock. */
async function inheritedBy(context: Parameters<typeof filesWith>[0], unused: LockFacts['unused']): Promise<ReadonlySet<string>> {
  const classes = [...new Set(unused.filter(({ path }) => path.endsWith('.py')).map(({ owner }) => owner))].slice(0, MOST);
  if (classes.length === 0) return new Set();
  const { files } = await readTexts(context, (await filesWith(context, classes)).filter(mayHoldLock), BOUNDS);
  return new Set(classes.filter((name) => files.some(({ text }) => new RegExp(String.raw`\bclass\s+\w+\([^)\n]*\b${name}\b`).test(text))));
}
