import { posix } from 'node:path';

const SCRIPT = /^\.[cm]?[jt]sx?$/;

/**
 * Where a test of a source file would go: the test file that is called like it; otherwise one beside the nearest test file, named as
 * that one is; otherwise what the language is used to.
 */
export function testPlace(source: string, testFiles: readonly string[]): string {
  const { dir, name: stem, ext } = posix.parse(source);
  const same = testFiles.filter((file) => stemOf(file).toLowerCase() === stem.toLowerCase());
  const [named] = same.sort((a, b) => shared(b, source) - shared(a, source));
  if (named !== undefined) return named;
  const alike = testFiles.filter((file) => posix.extname(file) === ext || (SCRIPT.test(ext) && SCRIPT.test(posix.extname(file))));
  const near = alike.reduce<string | undefined>(
    (best, file) => (best === undefined || shared(file, source) > shared(best, source) ? file : best),
    undefined,
  );
  if (near !== undefined) {
    const base = posix.basename(near);
    return posix.join(
      posix.dirname(near),
      base.replace(stemOf(near), () => cased(stem, stemOf(near))),
    );
  }
  if (ext === '.py') return posix.join('tests', `test_${stem}.py`);
  if (ext === '.go') return posix.join(dir, `${stem}_test.go`);
  return posix.join(dir, SCRIPT.test(ext) ? `${stem}.test${ext}` : `${stem}Test${ext}`);
}

/** `test_cart.py`, `cart.spec.ts`, `CartTest.java` → `cart`, `cart`, `Cart`. */
function stemOf(file: string): string {
  const name = posix.basename(file).replace(/(?:\.(?:test|spec|e2e|it))?\.\w+$/, '');
  const stem = name.replace(/^test[_-]|[_-](?:test|spec)$/i, '').replace(/(?<=[a-z\d])(?:Tests?|Spec|IT)$/, '');
  return stem === '' ? name : stem;
}

function cased(stem: string, like: string): string {
  return /^[A-Z]/.test(like) ? `${stem.charAt(0).toUpperCase()}${stem.slice(1)}` : stem;
}

/** How many folders two paths share, from the right of the one and anywhere in the other: `src/auth/x.ts`, `tests/auth/y.test.ts`. */
function shared(file: string, source: string): number {
  const folders = new Set(posix.dirname(source).split('/'));
  return posix
    .dirname(file)
    .split('/')
    .filter((folder) => folders.has(folder)).length;
}
