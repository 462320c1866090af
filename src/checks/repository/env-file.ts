import type { Entry } from './yaml.ts';

/** Is this a file of variables that something loads, by its name: `.env`, `.env.production`, `prod.env`? */
export function isEnvFile(path: string): boolean {
  return /(?:^|\/)(?:\.env(?:\.[\w-]+)*|[\w-]+\.env)$/.test(path);
}

/** `KEY=value` lines; quotes, `export` and trailing comments taken off. */
export function parseEnv(text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((row, index): Entry[] => {
    const found = /^\s{0,40}(?:export\s{1,8})?([A-Za-z_][\w.-]{0,200})\s{0,8}=\s{0,8}(.{0,8192})$/.exec(row);
    if (!found) return [];
    const raw = (found[2] ?? '').trim();
    const quoted = /^(["'])(.*?)\1/.exec(raw);
    return [{ key: found[1] ?? '', value: quoted ? (quoted[2] ?? '') : raw.replace(/\s#.*$/, '').trim(), line: index + 1 }];
  });
}
