import { posix } from 'node:path';

/** Names by which repositories keep an example of an env file beside it: `.env.example` and `example.env` of `.env`. */
export function envExamples(path: string): string[] {
  const { dir, base } = posix.parse(path);
  const suffixes = ['.example', '.sample', '.dist', '.template', '.tmpl'];
  const names = [
    ...suffixes.map((suffix) => `${base}${suffix}`),
    'example.env',
    'sample.env',
    'env.example',
    '.env.example',
    '.env.sample',
  ];
  return [...new Set(names)].filter((name) => name !== base).map((name) => posix.join(dir, name));
}
