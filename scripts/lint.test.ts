import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

// Each line of BAD is one tiny file that breaks one rule; all are linted in one run with the project's own config.
// Enums are refused by tsc (erasableSyntaxOnly).

const ROOT = resolve(import.meta.dirname, '..');
const OXLINT = join(ROOT, 'node_modules/oxlint/bin/oxlint');

interface Case {
  readonly path: string;
  readonly text: string;
  /** What the reader is told: the rule and the words of the repair. */
  readonly rule: string;
  readonly says: string;
}

const BOUNDARY = 'eslint(no-restricted-imports)';

const BAD: readonly Case[] = [
  imports('src/lib/a.ts', '../model/x.ts', 'src/lib may not import src/model'),
  imports('src/model/a.ts', '../ports/index.ts', 'the caller has the ports'),
  imports('src/ports/a.ts', '../run/x.ts', 'src/ports may not import src/run'),
  imports('src/ports/node/a.ts', '../../run/x.ts', 'src/ports may not import src/run'),
  imports('src/results/contract.ts', '../config/x.ts', 'src/results may not import src/config'),
  imports('src/results/tap/a.ts', '../../judge/x.ts', 'who acts does not judge'),
  imports('src/results/tap/b.ts', '../../run/x.ts', 'exchange evidence'),
  imports('src/results/tap/c.ts', '../junit/index.ts', 'does not know another plugin'),
  imports('src/results/tap/d.ts', '../registry.ts', 'does not know the registries'),
  imports('src/results/tap/e.ts', '../../coverage/contract.ts', 'reached through its registry'),
  imports('src/results/tap/f.ts', '../../ports/node/files.ts', 'Import port types from src/ports/index.ts'),
  imports('src/results/tap/g.ts', '@actions/core', 'src/action alone'),
  imports('src/results/tap/deep/h.ts', '../../junit/index.ts', 'does not know another plugin'),
  imports('src/checks/tls/judge.ts', '../../ports/index.ts', 'judge.ts is pure'),
  imports('src/checks/redis/judge.ts', '../contract.ts', 'judge.ts is pure'),
  imports('src/checks/auth/judge.ts', './index.ts', 'judge.ts is pure'),
  imports('src/judge/registry.ts', '../checks/tls/index.ts', 'judge.ts is pure'),
  imports('src/config/a.ts', '../plan/x.ts', 'src/config may not import src/plan'),
  imports('src/plan/a.ts', '../run/x.ts', 'src/plan may not import src/run'),
  imports('src/run/a.ts', '../judge/x.ts', 'who acts does not judge'),
  imports('src/run/b.ts', '../report/x.ts', 'src/run may not import src/report'),
  imports('src/run/c.ts', 'node:process', 'Only src/cli, src/action and src/ports/node touch the process'),
  imports('src/run/d.ts', 'node:child_process', 'reached through a port'),
  imports('src/run/e.ts', 'node:fs/promises', 'reached through a port'),
  imports('src/journeys/http/a.ts', 'undici', 'reached through a port'),
  imports('src/judge/a.ts', '../run/x.ts', 'src/judge may not import src/run'),
  imports('src/judge/b.ts', '../checks/registry.ts', 'src/judge may not import src/checks'),
  imports('src/report/a.ts', '../judge/x.ts', 'src/report may not import src/judge'),
  imports('src/report/b.ts', '../cli/x.ts', 'entries import the pipeline'),
  imports('src/cli/a.ts', '@actions/core', 'src/action alone'),
  bad('src/run/f.ts', 'export const home = process.env.HOME;', 'eslint(no-restricted-globals)', 'use ports.env'),
  bad('src/run/g.ts', 'export const home = globalThis.process.env;', 'eslint(no-restricted-properties)', 'use ports.env'),
  bad('src/run/h.ts', "console.log('hello');", 'eslint(no-console)', 'Unexpected console statement'),
  bad('src/run/i.ts', 'export default 1;', 'import(no-default-export)', 'default'),
  bad('src/run/j.ts', 'export const f = (a: any): unknown => a;', 'typescript(no-explicit-any)', 'any'),
  bad(
    'src/run/k.ts',
    'export function f(a: 1, b: 2, c: 3, d: 4): unknown { return [a, b, c, d]; }',
    'eslint(max-params)',
    'Maximum allowed is 3',
  ),
  bad('src/run/l.ts', `export function f(): void {\n${'  f();\n'.repeat(60)}}`, 'eslint(max-lines-per-function)', '60'),
  bad('src/run/m.ts', 'export {};\n'.repeat(301), 'eslint(max-lines)', '300'),
  bad(
    'src/run/n.ts',
    "import { Finding } from '../model/finding.ts';\nexport type F = Finding;",
    'typescript(consistent-type-imports)',
    'import type',
  ),
  bad('src/run/p.ts', 'async function f(): Promise<void> {}\nf();', 'typescript(no-floating-promises)', 'Promises must be awaited'),
  bad(
    'src/run/q.ts',
    "export function f(a: 'x' | 'y'): number { switch (a) { case 'x': return 1; } return 2; }",
    'typescript(switch-exhaustiveness-check)',
    'exhaustive',
  ),
  bad('src/run/r.ts', "import { s } from './s.ts';\nexport const r = (): unknown => s;", 'import(no-cycle)', 'cycle'),
  bad('src/run/s.ts', "import { r } from './r.ts';\nexport const s = (): unknown => r;", 'import(no-cycle)', 'cycle'),
];

const GOOD: Readonly<Record<string, string>> = {
  'src/results/tap/index.ts':
    "import '../contract.ts';\nimport '../shared.ts';\nimport '../sections/x.ts';\nimport '../../model/x.ts';\nimport '../../lib/x.ts';\nimport '../../ports/index.ts';\nimport './part.ts';\n",
  'src/results/junit/index.ts': "import './x.ts';\n",

  'src/results/tap/deep/good.ts': "import '../../contract.ts';\nimport '../index.ts';\nimport '../../../model/x.ts';\n",
  'src/checks/cors/judge.ts': "import '../../model/x.ts';\nimport '../../lib/x.ts';\n",
  'src/checks/cors/index.ts': "import './judge.ts';\nimport '../contract.ts';\n",
  'src/run/good.ts': "import '../config/x.ts';\nimport '../plan/x.ts';\nimport '../results/registry.ts';\nimport '../ports/index.ts';\n",
  'src/cli/good.ts':
    "import '../judge/x.ts';\nimport '../action/x.ts';\nimport '../ports/node/files.ts';\nexport const home = process.env;\nconsole.log(home);\n",
  'src/action/good.ts': "import '@actions/core';\nimport '../cli/x.ts';\n",
  'src/ports/node/good.ts': "import 'node:child_process';\nimport '../index.ts';\nexport const home = process.env;\n",
  'src/run/good.test.ts': "import '../judge/x.ts';\nimport 'node:fs';\n",
};

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

let folder: string;
let diagnostics: readonly Diagnostic[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gauntlet-lint-'));
  await cp(join(ROOT, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'));
  await cp(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  // Without it neither @types/node nor the half of oxlint that knows types is found.
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await Promise.all(
    [...BAD.map(({ path, text }) => [path, text] as const), ...Object.entries(GOOD)].map(([path, text]) => write(path, text)),
  );
  diagnostics = await lint();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.for(BAD)('$path is refused: $says', ({ path, rule, says }) => {
  const told = diagnostics
    .filter(({ filename, code }) => filename === path && code === rule)
    .map(({ message, help }) => `${message} ${help ?? ''}`);
  expect(told.join('\n')).toContain(says);
});

test('what CONTRIBUTING.md allows is allowed', () => {
  expect(diagnostics.filter(({ filename }) => filename in GOOD)).toEqual([]);
});

// The lint rule reads import statements alone.
test('nobody goes round the boundaries with import()', async () => {
  const found: string[] = [];
  for await (const path of glob('src/**/*.ts', { cwd: ROOT, exclude: ['src/{cli,action}/**', 'src/ports/node/**', '**/*.test.ts'] })) {
    const text = await readFile(join(ROOT, path), 'utf8');
    for (const [, specifier] of text.matchAll(/\bimport\(\s*'([^']+)'/g)) found.push(`${path}: ${specifier}`);
  }
  expect(found.filter((line) => /: (?:\.|node:|undici|ws$|@actions)/.test(line))).toEqual([]);
});

function imports(path: string, specifier: string, says: string): Case {
  return bad(path, `import '${specifier}';`, BOUNDARY, says);
}

function bad(path: string, text: string, ...[rule, says]: [rule: string, says: string]): Case {
  return { path, text: `${text}\n`, rule, says };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

function lint(): Promise<readonly Diagnostic[]> {
  return new Promise((fulfil, reject) => {
    execFile(process.execPath, [OXLINT, '--format', 'json', 'src'], { cwd: folder, maxBuffer: 1e8 }, (_, stdout, stderr) => {
      try {
        fulfil((JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics);
      } catch {
        reject(new Error(`oxlint said: ${stdout}${stderr}`));
      }
    });
  });
}
