import type { CaseResult } from '../../model/tests.ts';

/** The line that says why a process ended, or that tests raced. */
const TELLING = /^(?:panic: .*|fatal error: .*|.*test timed out after .*|WARNING: DATA RACE.*|signal: .*|exit status \d+.*)$/m;
/** `    a_test.go:12: got 1, want 2`: what a test logs, fails or skips with. */
const LOGGED = /^\s*([^\s:]+\.go):(\d+): ?(.*)$/m;
/** `\t/app/a.go:12 +0x1d`: a frame of a stack. */
const FRAME = /^\s+(\S+\.go):(\d+)(?: \+0x[\da-f]+)?$/gm;
/** `a/a.go:5:2: undefined: x` */
const COMPILED = /^(?:vet: )?(?:\.\/)?([^\s:]+\.go):(\d+)(?::\d+)?: (.*)$/m;
/** Go's own sources and those of modules, in the places where Go is installed. */
const FOREIGN = /^_testmain\.go$|\/(?:go|golang|libexec|x64|arm64|go[\d.]+|toolchain@[^/]+)\/src\/(?![^/]*\.)|\/pkg\/mod\/|\/vendor\//;

/** What a failed test says in one line: why it crashed, or the first thing that it logged. */
export function headlineOf(detail: string): string | undefined {
  const telling = tellingLine(detail);
  if (telling !== undefined) return telling;
  const [, file = '', line = '', said = ''] = LOGGED.exec(detail) ?? [];
  // testify says what it means some lines further down.
  const meant = said.trim() === '' ? /^\s*Error:\s*(\S.*)$/m.exec(detail)?.[1] : undefined;
  if (file !== '') return `${file}:${line}: ${meant ?? said.trim()}`.trim();
  // An example says over several lines what it printed.
  if (/^got:$/m.test(detail)) return detail.split(/\s+/).slice(0, 40).join(' ');
  return detail
    .split('\n')
    .find((text) => text.trim() !== '' && !text.startsWith('fuzz: '))
    ?.trim();
}

export function tellingLine(output: string): string | undefined {
  return TELLING.exec(output)?.[0];
}

/** Where a test failed: the first frame of its own code in a stack, or the line that it logged from. */
export function placeOf(detail: string, packageName: string): CaseResult['location'] {
  const crash = /^(?:panic: |fatal error: |WARNING: DATA RACE)/m.exec(detail);
  if (crash !== null) {
    for (const [, path = '', line] of detail.slice(crash.index).matchAll(FRAME)) {
      if (!FOREIGN.test(path)) return { path, line: Number(line) };
    }
  }
  const traced = /^\s*Error Trace:\s*(\S+\.go):(\d+)$/m.exec(detail);
  if (traced?.[1] !== undefined && traced[1].startsWith('/')) return { path: traced[1], line: Number(traced[2]) };
  const [, file, line] = LOGGED.exec(detail) ?? [];
  if (file === undefined) return undefined;
  return { path: file.startsWith('/') ? file : join(folderOf(packageName), file), line: Number(line) };
}

/** The compiler's first complaint, and where it is; paths are relative to where go ran. */
export function complaintOf(detail: string): { readonly location: CaseResult['location']; readonly text: string } | undefined {
  const [text, path, line] = COMPILED.exec(detail) ?? [];
  if (text === undefined || path === undefined) return undefined;
  return { text, location: FOREIGN.test(path) ? undefined : { path, line: Number(line) } };
}

/** Code hosts whose repositories are two names below them. */
const HOSTS = /^(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|gitea\.com)\//;

/** Where a package lies in its repository, as far as its import path tells: modules stand at the root of most. */
function folderOf(packageName: string): string {
  const parts = packageName.replace(/(?:_test)?(?: \[.*)?$/, '').split('/');
  const module = HOSTS.test(packageName) ? 3 : parts[0]?.includes('.') === true ? 2 : 1;
  const below = parts.slice(module);
  return (/^v\d+$/.test(below[0] ?? '') ? below.slice(1) : below).join('/');
}

function join(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}
