/**
 * A path as reports write it, in the form of a plain one: forward slashes, no `file://`, no bundler's prefix
 * (`webpack://app/./src/x.ts`, `/@fs/…`), no query (`x.vue?vue&type=script`).
 */
export function cleanPath(path: string): string {
  const plain = path.replaceAll('\\', '/');
  let cleaned = plain;
  if (plain.startsWith('file:')) cleaned = fromUrl(plain);
  else if (/^[a-z][a-z-]+:\/\//.test(plain)) cleaned = bundled(plain);
  else if (plain.startsWith('/@fs/')) cleaned = plain.slice('/@fs'.length);
  // `\\?\C:\…`, the long form of a Windows path.
  cleaned = cleaned.replace(/^\/\/\?\//, '').replace(/^\/(?=[A-Za-z]:\/)/, '');
  return cleaned.replace(/(\.\w{1,12})\?[^/]*$/, '$1');
}

/** `webpack://app/./src/x.ts`, `webpack-internal:///(rsc)/./src/x.ts`: what comes before the dot names no folder. */
function bundled(url: string): string {
  const path = url.replace(/^[a-z-]+:\/\/\/?/, '').replace(/^\([^)]*\)\//, '');
  return path.replace(/^[^/]*\/\.\//, '');
}

function fromUrl(url: string): string {
  const path = url.replace(/^file:(?:\/\/(?:localhost)?(?=\/)|\/\/)?/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

export function joinPath(folder: string, path: string): string {
  return folder === '' || isAbsolute(path) ? path : `${folder.replace(/\/$/, '')}/${path}`;
}

/** Without `.`, `..` and doubled slashes. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  return parts.join('/');
}
