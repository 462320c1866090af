import { isSamplePath } from '../../lib/secret-value.ts';
import type { CheckContext } from '../contract.ts';
import { once, readTexts, type Bounds } from './files.ts';

const BOUNDS: Bounds = { bytes: 256_000, files: 300 };
const NAME = /(?:^|\/)(?:(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?|[\w.-]+\.(?:Dockerfile|Containerfile))$/i;

export interface Instruction {
  /** In capitals: `FROM`, `ENV`. */
  readonly name: string;
  readonly rest: string;
  readonly line: number;
  /** Number of the stage that it belongs to; -1 before the first `FROM`. */
  readonly stage: number;
}

export interface Dockerfile {
  readonly path: string;
  readonly instructions: readonly Instruction[];
  /** The stage that becomes the image when nobody names another. */
  readonly lastStage: number;
}

/** Every tracked Dockerfile but samples. */
export function dockerfiles(context: CheckContext): Promise<{ files: readonly Dockerfile[]; unread: number }> {
  return once(context, 'dockerfiles', async () => {
    const paths = (await context.tracked()).filter(
      (path) => NAME.test(path) && !/\.(?:dockerignore|md)$/i.test(path) && !isSamplePath(path),
    );
    const { files, unread } = await readTexts(context, paths, BOUNDS);
    return { files: files.map(({ path, text }) => parseDockerfile(path, text)), unread };
  });
}

/** Instructions with continued lines joined; comments, here-documents and what is no instruction are left out. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const instructions: Instruction[] = [];
  const rows = text.split(/\r?\n/);
  let stage = -1;
  for (let at = 0; at < rows.length; at += 1) {
    if (/^\s*(?:#|$)/.test(rows[at] ?? '')) continue;
    const first = at;
    let joined = '';
    for (; at < rows.length; at += 1) {
      const row = rows[at] ?? '';
      if (/^\s*#/.test(row)) continue;
      joined += row.replace(/\\\s*$/, ' ');
      if (!/\\\s*$/.test(row)) break;
    }
    const found = /^\s*([A-Za-z]{3,12})\s+(.*)$/.exec(joined);
    if (!found) continue;
    const name = (found[1] ?? '').toUpperCase();
    const rest = (found[2] ?? '').trim();
    if (name === 'FROM') stage += 1;
    instructions.push({ name, rest, line: first + 1, stage });
    at = afterHereDocument(rows, { at, name, rest });
  }
  return { path, instructions, lastStage: stage };
}

/** `KEY=value KEY2="value 2"` of ENV and ARG; the old form `ENV KEY value` too. */
export function assignments({ name, rest }: Instruction): readonly { readonly key: string; readonly value: string | undefined }[] {
  const old = /^(\w+)\s+([^=].*)$/.exec(rest);
  if (name === 'ENV' && old) return [{ key: old[1] ?? '', value: old[2] ?? '' }];
  return [...rest.matchAll(/(?:^|\s)([A-Za-z_]\w*)(?:=("(?:\\.|[^"\\])*"|'[^']*'|[^\s"']*))?/g)].map((found) => ({
    key: found[1] ?? '',
    value: found[2]?.replace(/^(["'])(.*)\1$/s, '$2'),
  }));
}

function afterHereDocument(rows: readonly string[], { at, name, rest }: { at: number; name: string; rest: string }): number {
  const mark = /<<-?(["']?)(\w+)\1/.exec(rest)?.[2];
  if (mark === undefined || (name !== 'RUN' && name !== 'COPY')) return at;
  const end = rows.findIndex((row, index) => index > at && row.trim() === mark);
  return end === -1 ? at : end;
}
