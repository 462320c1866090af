import { expect, it } from 'vitest';

import { codeLines } from './code-lines.ts';
import { findNeverLoaded, type NeverLoadedOptions } from './never-loaded.ts';

const SOURCES: Readonly<Record<string, string>> = {
  'src/a.ts': 'export const a = 1;\n',
  'src/late/b.ts': '// never\nexport function b() {\n  return 1;\n}\n',
  'src/types.ts': '/** Types. */\nexport interface T {\n}\n',
  'src/b.test.ts': 'test();\n',
  'src/x.py': 'print(1)\n',
  'other/c.ts': 'run();\n',
  'eslint.config.ts': 'export default [];\n',
  'src/api.d.ts': 'declare const x: number;\n',
};

it('names what is like the files that were loaded: no tests, types, configuration or other folders', async () => {
  expect(await find({ told: new Set(['src/a.ts']) })).toEqual({
    neverLoaded: { by: 'likeness', files: [{ path: 'src/late/b.ts', lines: 2 }], total: 1, lines: 2 },
  });
});

it('names what the config includes and does not exclude', async () => {
  const { neverLoaded } = await find({ told: new Set(), include: ['**/*.{ts,py}'], exclude: ['other/**', '*.config.ts'] });
  expect(neverLoaded).toMatchObject({ by: 'include', total: 3, lines: 4 });
  expect(neverLoaded?.files.map(({ path }) => path)).toEqual(['src/a.ts', 'src/late/b.ts', 'src/x.py']);
});

it('looks into the folders beside those that were loaded, never into the whole repository', async () => {
  const told = new Set(['src/auth/a.ts', 'src/web/b.ts', 'tools/x/y/c.ts']);
  const tracked = [...told, 'src/billing/d.ts', 'tools/z/e.ts', 'other/f.ts', 'g.ts'];
  const { neverLoaded } = await findNeverLoaded({ tracked, told, read: () => Promise.resolve('run();\n') });
  expect(neverLoaded?.files.map(({ path }) => path)).toEqual(['src/billing/d.ts']);
});

it('finds nothing like nothing', async () => {
  expect(await find({ told: new Set() })).toEqual({});
});

it('names the changed lines of code in them', async () => {
  const change = new Map([['src/late/b.ts', new Set([1, 2, 3])]]);
  const { changed } = await find({ told: new Set(['src/a.ts']), change });
  expect(changed).toEqual([{ path: 'src/late/b.ts', lines: 2, uncovered: [[2, 3]] }]);
});

it.each([
  ['a.ts', "import x from 'y';\n\n/* a\n b */ run();\n// no\n}\n{\nx = '/*';\n", [4, 8]],
  ['a.py', '"""Doc\nmore"""\n# no\nimport os\n\ndef f():\n    """One line."""\n    return 1\n', [4, 6, 8]],
  ['a.rb', '=begin\nno\n=end\nputs 1\nend\n', [4, 5]],
  ['a.go', 'package a\n\nimport "fmt"\n\nfunc f() {\n\tfmt.Println()\n}\n', [5, 6]],
])('takes neither blanks nor comments of %s for code', (path, text, expected) => {
  expect(codeLines(path, text)).toEqual(expected);
});

function find(options: Omit<NeverLoadedOptions, 'tracked' | 'read'>) {
  return findNeverLoaded({ tracked: Object.keys(SOURCES), read: (path) => Promise.resolve(SOURCES[path]), ...options });
}
