import { expect, test } from 'vitest';

import { codeowners } from './codeowners.ts';

const FILE = `
# everybody's
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go    docs@example.com
*.txt   @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/   @octocat
/docs/  @doctocat
/scripts/ @doctocat @octocat
**/logs @log-owner
/apps/  @root-apps
/apps/github
/my\\ folder/a.md @spaces
src/**/generated @generator
exact @exact
!/negated @nobody
/[ab]/x @nobody
/bad not-an-owner
`;

const owners = codeowners(FILE);

test.each([
  ['README.md', ['@global-owner1', '@global-owner2']],
  ['deep/down/a.js', ['@js-owner']],
  ['cmd/main.go', ['docs@example.com']],
  ['x/y.txt', ['@octo-org/octocats']],
  ['build/logs/today.out', ['@log-owner']],
  ['other/build/logs2/today.out', ['@global-owner1', '@global-owner2']],
  ['docs/getting-started.md', ['@doctocat']],
  ['packages/docs/getting-started.md', ['@global-owner1', '@global-owner2']],
  ['packages/apps/x.py', ['@octocat']],
  ['apps/x.py', ['@root-apps']],
  ['apps/github/x.py', []],
  ['apps/github', []],
  ['scripts/run.sh', ['@doctocat', '@octocat']],
  ['a/logs/deep/x', ['@log-owner']],
  ['my folder/a.md', ['@spaces']],
  ['src/generated/x.ts', ['@generator']],
  ['src/a/b/generated/x.ts', ['@generator']],
  ['lib/exact', ['@exact']],
  ['lib/exact/below.ts', ['@exact']],
  ['negated', ['@global-owner1', '@global-owner2']],
  ['a/x', ['@global-owner1', '@global-owner2']],
  ['bad', ['@global-owner1', '@global-owner2']],
])('%s', (path, expected) => {
  expect(owners(path)).toEqual(expected);
});

test('a folder with a star is what lies in it, not what lies deeper', () => {
  const only = codeowners('docs/* @docs');
  expect(only('docs/a.md')).toEqual(['@docs']);
  expect(only('docs/build/a.md')).toEqual([]);
});

test('case counts, and no file is too large', () => {
  expect(codeowners('/Docs/ @a')('docs/x')).toEqual([]);
  expect(codeowners(`* @a\n${'#'.repeat(3_000_000)}`)('x')).toEqual([]);
});
