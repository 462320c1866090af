import { z } from 'zod';

import { isSamplePath } from '../../lib/secret-value.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { filesWith, readTexts } from '../repository/files.ts';
import { ParityFacts } from './judge.ts';
import { loadedBy, pairsIn, settingsOf, type Place, type Profile } from './profiles.ts';

const BOUNDS = { bytes: 256_000, files: 100 } as const;
const CODE = /\.(?:py|[cm]?[jt]sx?|go|rb|php|java|kt|rs|cs|ex|exs)$/;
/** What development alone needs. */
const FOR_DEVELOPMENT =
  /DEBUG|RELOAD|WATCH|(?:^|_)HOT(?:_|$)|(?:^|_)DEV(?:_|$)|LOCAL|MOCK|FAKE|STUB|SEED|FIXTURE|INSPECT|CHOKIDAR|PROFIL|VERBOSE|TRACE|TEST|PYTHON(?:UNBUFFERED|DONTWRITE)|HMR|NODE_OPTIONS|MAIL(?:HOG|PIT|CATCHER)|XDEBUG|DISABLE|SKIP|INSECURE|AUTOLOGIN|(?:^|_)UID$|(?:^|_)GID$/i;

/** What belongs into no tracked file. */
const SECRET = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|DSN/i;

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const CFG19 = z.strictObject({
  development: list.describe(
    'Files with the settings of development: compose files or files of variables, in the order in which they hold.',
  ),
  production: list.describe('Those of production.'),
  only: z.array(z.string()).default([]).describe('Variables that are for development alone.'),
});

/** CFG-19: what development sets, production sets too. */
const sameKeys = defineCheck<ParityFacts>({
  code: 'CFG-19',
  summary: 'variables that development sets and code reads are set in production too',
  needs: 'static',
  facts: ParityFacts,
  collect,
});

/** Whether development and production differ in nothing but values. */
export const parity: readonly CheckPlugin[] = [{ ...sameKeys, options: CFG19 }];

async function collect(context: CheckContext): Promise<Collected<ParityFacts>> {
  const tracked = await context.tracked();
  const told = context.options?.['CFG-19'] === undefined ? undefined : CFG19.parse(context.options['CFG-19']);
  const profiles: readonly Profile[] = told ? [told] : pairsIn(tracked.filter((path) => !isSamplePath(path)));
  if (profiles.length === 0)
    return {
      state: 'not-applicable',
      because:
        'no tracked files say by their names that they are the settings of development and of production, and none are named (`check_options: {CFG-19: {development: .env.dev, production: .env.prod}}`)',
    };
  const paths = [...new Set(profiles.flatMap(({ development, production }) => [...development, ...production]))];
  const direct = await readTexts(context, paths, BOUNDS);
  const absent = paths.filter((path) => !direct.files.some((file) => file.path === path));
  if (absent.length > 0) return { state: 'gap', because: `${absent.slice(0, 3).join(', ')} could not be read` };
  const loaded = [...new Set(direct.files.flatMap(({ path, text }) => loadedBy(path, text)))].filter(
    (path) => tracked.includes(path) && !paths.includes(path),
  );
  const texts = [...direct.files, ...(await readTexts(context, loaded, BOUNDS)).files];
  const pairs: ParityFacts['pairs'] = [];
  const open: ParityFacts['open'] = [];
  for (const { development, production } of profiles) {
    const live = new Map(settingsOf(production, texts).map((one) => [one.subject, one]));
    for (const { subject, keys } of settingsOf(development, texts)) {
      const other = live.get(subject);
      // A service that production does not have needs nothing there.
      if (!other) continue;
      const shown = subject === '' ? production.join(' + ') : subject;
      const missing = [...keys].filter(
        ([key]) =>
          !other.keys.has(key) &&
          !(told?.only ?? []).includes(key) &&
          (told !== undefined || !(FOR_DEVELOPMENT.test(key) || (subject === '' && SECRET.test(key)))),
      );
      if (missing.length > 0 && other.hidden !== undefined) {
        if (told)
          open.push({ subject: shown, because: `${other.hidden}, which production loads, is not tracked, so what it sets is not known` });
        continue;
      }
      const reads = await readersOf(
        context,
        missing.map(([key]) => key),
      );
      // Unasked, only what code insists on counts: the rest may be for development alone.
      const owed = missing.flatMap(([key, place]) => {
        const read = reads.get(key);
        return told !== undefined || read !== undefined ? [{ key, place, ...(read ? { read } : {}) }] : [];
      });
      pairs.push({
        subject: shown,
        development: [...development],
        production: [...production],
        compared: keys.size,
        missing: owed.slice(0, 30),
      });
    }
  }
  if (pairs.length + open.length === 0)
    return { state: 'not-applicable', because: 'development and production have no service in common whose variables can be seen' };
  return { state: 'collected', facts: { pairs, open }, sources: paths.slice(0, 10).map((file) => ({ file })) };
}

/** Where code reads each variable and has no default for it. */
async function readersOf(context: CheckContext, keys: readonly string[]): Promise<ReadonlyMap<string, Place>> {
  const wanted = keys.filter((key) => /^\w{2,}$/.test(key)).slice(0, 30);
  if (wanted.length === 0) return new Map();
  const paths = (await filesWith(context, wanted)).filter((path) => CODE.test(path) && !isSamplePath(path));
  const { files } = await readTexts(context, paths, { bytes: 500_000, files: 500 });
  return new Map(
    wanted.flatMap((key) => {
      // The line must end its reading there: a second argument, `||` or `??` is a default.
      const pattern = new RegExp(
        String.raw`(?:getenv|environ|process\.env|Getenv|MustEnv|ENV|System\.getenv)(?:\.fetch|\.get)?[[(.]+["']?${key}\b["']?(?!["'])[\])]*(?![\])])(?!\s*(?:,|\|\||\?|or\b|is\b|===?|!==?))`,
      );
      const found = files.flatMap(({ path, text }) => {
        const at = text.split('\n').findIndex((line) => pattern.test(line) && !/^\s*(?:#|\/\/|\*)/.test(line));
        return at === -1 ? [] : [{ path, line: at + 1 }];
      });
      return found[0] ? [[key, found[0]] as const] : [];
    }),
  );
}
