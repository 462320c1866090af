import { isLocalPath, isSamplePath } from '../../lib/secret-value.ts';
import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { filesWith, nothingTracked, readTexts } from '../repository/files.ts';
import { gatedIn, HINTS, languageOf, type Gated } from './gated.ts';
import { GatedFacts } from './judge.ts';
import { holdsSettings } from './names.ts';

const SITES = 50;
const BOUNDS = { bytes: 1_000_000, files: 2_000 } as const;
/** Where it is said what a program runs with: its image, its stack, its manifests. */
const DEPLOYED =
  /(?:^|\/)(?:Dockerfile(?:[\w.-]*)?|[\w.-]+\.Dockerfile|Procfile|app\.json|package\.json|ecosystem\.config\.c?js|[\w@.-]+\.service|fly\.toml|render\.yaml|\.env(?:\.prod(?:uction)?)?)$|\.ya?ml$/;

/** TLS-15: a variable that nobody set does not switch verification off. */
const gated = defineCheck<GatedFacts>({
  code: 'TLS-15',
  summary: 'certificates are verified when the variable that decides about it is not set',
  needs: 'static',
  facts: GatedFacts,
  collect: async (context) => {
    const tracked = await context.tracked();
    if (tracked.length === 0) return nothingTracked();
    const code = (await filesWith(context, HINTS)).filter((path) => languageOf(path) !== undefined && !isSamplePath(path));
    const { files } = await readTexts(context, code, BOUNDS);
    const kept = tracked.filter((path) => languageOf(path) !== undefined && holdsSettings(path) && !isSamplePath(path));
    const settings = files.length === 0 ? [] : (await readTexts(context, kept, { bytes: 200_000, files: 200 })).files;
    const found = files.flatMap((file) =>
      gatedIn(
        file,
        settings.filter(({ path }) => path !== file.path && languageOf(path) === languageOf(file.path)),
      ).map((one) => ({ path: file.path, ...one })),
    );
    if (found.length === 0)
      return {
        state: 'not-applicable',
        because: `no variable decides whether certificates are verified, as far as ${counted(files.length, 'file')} of Python, JavaScript and Go show it`,
      };
    const sites = await Promise.all(
      found.slice(0, SITES).map(async (site) => ({ ...site, table: [...site.table], deployed: await deployedWith(context, site) })),
    );
    return {
      state: 'collected',
      facts: { sites, omitted: found.length - sites.length },
      sources: [...new Set(sites.map(({ path }) => path))].slice(0, 10).map((file) => ({ file })),
    };
  },
});

/** Verification that depends on where a program runs. */
export const verification: readonly CheckPlugin[] = [gated];

/** Places of the repository that set the variable for a program that is deployed. */
async function deployedWith(context: CheckContext, { variable }: Gated): Promise<GatedFacts['sites'][number]['deployed']> {
  const paths = (await filesWith(context, variable === 'NODE_ENV' ? [variable, 'next start', 'nuxt start'] : [variable])).filter(
    (path) => DEPLOYED.test(path) && !isSamplePath(path) && !isLocalPath(path) && !path.startsWith('.github/'),
  );
  const { files } = await readTexts(context, paths, { bytes: 500_000, files: 50 });
  const name = variable.replaceAll(/\W/g, '');
  // `X: v`, `X=v`, `ENV X v`, and `- name: X` with its value below.
  const pattern = new RegExp(
    String.raw`(?:^|[\s"'-])${name}["']?(?:\s*[:=]\s*|\s+)["']?(?:\$\{\w+:?-)?([\w-]+)|name:\s*["']?${name}["']?\s+value:\s*["']?([\w-]+)`,
    'gm',
  );
  return files
    .map(({ path, text }) => ({ path, text: path.endsWith('package.json') ? startsIn(text) : text }))
    .flatMap(({ path, text }) =>
      [...text.matchAll(pattern).take(5)].flatMap(({ index, 1: direct, 2: below }) =>
        /^\s*#/.test(text.slice(text.lastIndexOf('\n', index + 1) + 1, index + 40))
          ? []
          : [{ path, line: (text.slice(0, index + 1).match(/\n/g)?.length ?? 0) + 1, value: direct ?? below ?? '' }],
      ),
    )
    .slice(0, 10);
}

/** What starts a program, at its lines; what builds it is blanked. Next.js and Nuxt set the variable themselves. */
function startsIn(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      /^\s*"(?:start|serve|prod)[\w:-]*"\s*:/.test(line) ? line.replace(/\b(?:next|nuxt) start\b/, 'NODE_ENV=production') : '',
    )
    .join('\n');
}
