import { expect, it } from 'vitest';

import { cpuMs } from '../../tests/support/effort.ts';
import { PathMapper, type GoModule, type Mapped, type PathContext } from './paths.ts';

const ROOT = '/home/ci/shop';

it.each([
  ['as it is', 'src/x.ts', ['src/x.ts', 'a/src/x.ts'], 'src/x.ts'],
  ['below the repository', '/home/ci/shop/src/x.ts', ['src/x.ts', 'a/src/x.ts'], 'src/x.ts'],
  ['a file URL with an escaped name', 'file:///app/src/%C3%BC%20x.ts', ['src/ü x.ts'], 'src/ü x.ts'],
  ['webpack', 'webpack://shop/./src/x.ts', ['src/x.ts'], 'src/x.ts'],
  ['webpack without a name', 'webpack:///./src/x.ts', ['src/x.ts', 'b/src/x.ts'], 'src/x.ts'],
  ["webpack's own, of a layer", 'webpack-internal:///(rsc)/./src/x.ts', ['src/x.ts'], 'src/x.ts'],
  ['a query of vite', '/app/src/x.vue?vue&type=script&lang.ts', ['src/x.vue'], 'src/x.vue'],
  ["vite's file system", '/@fs/home/ci/shop/src/x.ts', ['src/x.ts'], 'src/x.ts'],
  ['a Windows path', String.raw`C:\a\b\src\x.cs`, ['src/x.cs'], 'src/x.cs'],
  ['a long Windows path', String.raw`\\?\C:\a\b\src\x.cs`, ['src/x.cs'], 'src/x.cs'],
  ['another case', String.raw`C:\a\SRC\Cart.cs`, ['src/cart.cs'], 'src/cart.cs'],
  ['Java', 'com/shop/Cart.java', ['cart/src/main/java/com/shop/Cart.java'], 'cart/src/main/java/com/shop/Cart.java'],
  [
    'Kotlin',
    'com/shop/Cart.kt',
    ['src/main/kotlin/com/shop/Cart.kt', 'src/main/java/com/till/Cart.kt'],
    'src/main/kotlin/com/shop/Cart.kt',
  ],
  ['a package of ours that was installed', '/usr/lib/python3/site-packages/shop/cart.py', ['src/shop/cart.py'], 'src/shop/cart.py'],
  ['dots that lead out', '../../app/src/x.ts', ['src/x.ts'], 'src/x.ts'],
])('maps %s', (_, path, tracked, expected) => {
  expect(map(path, { tracked })).toEqual({ to: 'repository', path: expected });
});

it.each([
  ['a package of others', '/usr/lib/python3/site-packages/requests/api.py', ['src/api.py', 'src/web/api.py']],
  ['the standard library', '/usr/local/go/src/net/http/server.go', ['http/server.go']],
  ['a gem', '/usr/gems/rack-3.0.1/lib/rack/utils.rb', ['lib/rack/utils.rb']],
  ['only a name', '/app/build/index.ts', ['src/index.ts']],
  ['only a name, of many', '/app/build/index.ts', ['src/a/index.ts', 'src/b/index.ts']],
])('maps %s nowhere', (_, path, tracked) => {
  expect(map(path, { tracked })).toEqual({ to: 'nowhere' });
});

it('says what an ambiguous path could be, and does not guess', () => {
  expect(map('/app/src/x.ts', { tracked: ['a/src/x.ts', 'b/src/x.ts'] })).toEqual({
    to: 'ambiguous',
    candidates: ['a/src/x.ts', 'b/src/x.ts'],
  });
  expect(map('/app/main.go', { tracked: ['cmd/main.go', 'main.go'] })).toEqual({ to: 'ambiguous', candidates: ['main.go', 'cmd/main.go'] });
});

it('decides by what unambiguous paths of the same folder show, in whatever order they come', () => {
  const tracked = ['b/src/x.ts', 'src/x.ts', 'src/y.ts'];
  for (const paths of [
    ['/app/src/x.ts', '/app/src/y.ts'],
    ['/app/src/y.ts', '/app/src/x.ts'],
  ]) {
    const settled = settle(paths, { tracked });
    expect(settled.get('/app/src/x.ts')).toEqual({ to: 'repository', path: 'src/x.ts' });
  }
});

it('does not take a generated file for one whose path ends alike', () => {
  const tracked = ['src/models/user.ts', 'src/models/a.ts', 'src/models/b.ts', 'src/models/c.ts'];
  const settled = settle(['/app/gen/out/models/user.ts', ...tracked.slice(1).map((path) => `/app/${path}`)], { tracked });
  expect(settled.get('/app/gen/out/models/user.ts')).toEqual({ to: 'nowhere' });
});

it('starts relative paths at the folders above the report, nearest first', () => {
  const tracked = ['packages/a/src/x.ts', 'packages/b/src/x.ts', 'src/x.ts'];
  const from = (report: string) => map('src/x.ts', { tracked, report });
  expect(from('packages/a/coverage/lcov.info')).toEqual({ to: 'repository', path: 'packages/a/src/x.ts' });
  expect(from('coverage/lcov.info')).toEqual({ to: 'repository', path: 'src/x.ts' });
  expect(map('src/x.ts', { tracked: tracked.slice(0, 2), cwd: 'packages/b' })).toEqual({ to: 'repository', path: 'packages/b/src/x.ts' });
});

it('tells modules with the same package apart by their name', () => {
  const tracked = ['cart/src/main/java/com/shop/Util.java', 'till/src/main/java/com/shop/Util.java'];
  expect(map('com/shop/Util.java', { tracked, within: 'till' })).toEqual({ to: 'repository', path: tracked[1] });
  expect(map('com/shop/Util.java', { tracked, within: 'other' })).toMatchObject({ to: 'ambiguous' });
});

it('follows the sources of a report, also those of a container', () => {
  const tracked = ['x.py', 'src/x.py', 'lib/y.py'];
  expect(map('x.py', { tracked, roots: ['/home/ci/shop/src'] })).toEqual({ to: 'repository', path: 'src/x.py' });
  expect(map('x.py', { tracked, roots: ['/app/src'] })).toEqual({ to: 'ambiguous', candidates: ['src/x.py', 'x.py'] });
  expect(map('y.py', { tracked, roots: ['/app/lib'] })).toEqual({ to: 'repository', path: 'lib/y.py' });
  expect(map('x.py', { tracked, roots: ['src'] })).toEqual({ to: 'repository', path: 'src/x.py' });
});

it('follows import paths by go.mod', () => {
  const modules = [
    { path: 'example.com/shop', folder: '' },
    { path: 'example.com/shop/tools', folder: 'hack/tools' },
  ];
  const tracked = ['internal/a.go', 'other/internal/a.go', 'hack/tools/gen.go', 'till/gen.go'];
  expect(map('example.com/shop/internal/a.go', { tracked, modules })).toEqual({ to: 'repository', path: 'internal/a.go' });
  expect(map('example.com/shop/tools/gen.go', { tracked, modules })).toEqual({ to: 'repository', path: 'hack/tools/gen.go' });
  // Generated: no file of that name elsewhere is meant.
  expect(map('example.com/shop/till/pb/gen.go', { tracked: [...tracked, 'pb/gen.go'], modules })).toEqual({ to: 'nowhere' });
});

it('maps 20,000 files of one name among 20,000 in moments', () => {
  const tracked = Array.from({ length: 20_000 }, (_, i) => `packages/p${i % 200}/src/f${i}/index.ts`);
  const started = cpuMs();
  const settled = settle(
    tracked.map((path) => `/app/${path}`),
    { tracked },
  );
  expect([...settled.values()].every(({ to }) => to === 'repository')).toBe(true);
  expect(cpuMs() - started).toBeLessThan(3_000);
});

type Setting = Partial<PathContext> & { readonly tracked: readonly string[]; readonly modules?: readonly GoModule[] };

function map(path: string, setting: Setting): Mapped | undefined {
  return settle([path], setting).get(path);
}

function settle(paths: readonly string[], { tracked, modules, ...context }: Setting): Map<string, Mapped> {
  const mapper = new PathMapper(ROOT, tracked, modules);
  const keys = paths.map((path) => [path, mapper.place(path, { roots: [], ...context })] as const);
  const settled = mapper.settle();
  return new Map(keys.map(([path, key]) => [path, settled.get(key)?.mapped ?? { to: 'nowhere' }]));
}
