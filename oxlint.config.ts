import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { OxlintConfig, OxlintOverride } from 'oxlint';

// The import boundaries of CONTRIBUTING.md, as lint. An override replaces the whole rule of an earlier one,
// so every room below gets its complete list.

type Restriction = { regex: string; message: string };

const KINDS = ['stacks', 'results', 'coverage', 'load-results', 'journeys', 'loads', 'faults', 'checks', 'sinks'];
const ROOMS = ['lib', 'model', 'ports', 'diagnostics', ...KINDS, 'config', 'plan', 'run', 'judge', 'report', 'cli', 'action'];
const BASE = ['model', 'lib'];

/** Room → the other rooms that it may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  model: ['lib'],
  ports: BASE,
  diagnostics: [...BASE, 'ports'],
  ...Object.fromEntries(KINDS.map((kind) => [kind, [...BASE, 'ports']])),
  config: [...BASE, 'ports', ...KINDS],
  plan: [...BASE, 'ports', ...KINDS, 'config'],
  run: [...BASE, 'ports', 'diagnostics', ...KINDS, 'config', 'plan'],
  judge: BASE,
  report: BASE,
  cli: ROOMS,
  action: ROOMS,
};

/** What to do instead, by the room that was reached for. */
const REPAIR: Readonly<Record<string, string>> = {
  lib: 'lib is below everything; nothing forbids it but purity: copy the few lines or pass the value in.',
  model: 'move the type or helper to src/lib, or the code that needs it up to src/model.',
  ports: 'take what is needed as an argument: the caller has the ports.',
  ...Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      `plugins of src/${kind} are reached through its registry by config, plan and run alone: move what is shared to src/model or src/lib.`,
    ]),
  ),
  diagnostics: 'reports of runtimes are read by run alone: exchange src/model/diagnostic.ts.',
  config: 'take the parsed value as an argument, or move its schema to src/model.',
  plan: 'types that cross the line live in src/model/plan.ts: import them from there.',
  run: 'who acts is not known here: exchange evidence (src/model/evidence.ts), or move a pure helper to src/lib.',
  judge: 'who acts does not judge: write evidence and let src/cli call judge, or move the pure helper to src/lib.',
  report: 'exchange src/model/report-v1.ts, or move a pure helper to src/lib.',
  cli: 'entries import the pipeline, never the other way round: move the helper down to the room that owns it.',
  action: 'entries import the pipeline, never the other way round: move the helper down to the room that owns it.',
};

const ACTIONS: Restriction = {
  regex: '^@actions/',
  message: 'GitHub Actions packages live in src/action alone: take the value through a port or an argument.',
};
const PROCESS: Restriction = {
  regex: '^(node:)?process$',
  message: 'Only src/cli, src/action and src/ports/node touch the process: use ports.env, ports.clock or ports.progress.',
};
const OUTSIDE: Restriction = {
  regex: '^(node:)?(child_process|cluster|fs|fs/promises|http|https|http2|net|tls|dgram|dns|dns/promises|worker_threads)$|^(undici|ws)$',
  message:
    'The outside is reached through a port: use ports.exec, ports.files, ports.http, ports.sockets or ports.tcp (src/ports); the real ones live in src/ports/node.',
};
const REAL_PORTS: Restriction = {
  regex: '(^|/)ports/node(/|$)',
  message: 'Import port types from src/ports/index.ts: the real ports are handed in by src/cli and src/action.',
};
const NO_SIBLING = 'A plugin does not know another plugin: move what the two share beside their contract, or to src/lib when it is pure.';
const NO_REGISTRY: Restriction = {
  regex: '/registry\\.ts$',
  message: 'A plugin or pure room does not know the registries: config, plan and run look plugins up and hand them in.',
};
const JUDGE_ALONE =
  "A plugin's judge.ts is pure: it imports model and lib alone; put the schema of its facts here and let index.ts import it.";

const OPEN_ROOMS = ['cli', 'action'];

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['dist', 'examples', '**/fixtures/**', '.gauntlet', '.gauntlet-test', 'node_modules'],
  rules: {
    'no-console': 'error',
    'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    'max-lines-per-function': ['error', { max: 60 }],
    'max-params': ['error', { max: 3 }],
    'no-restricted-globals': ['error', { name: 'process', message: PROCESS.message }],
    'no-restricted-properties': [
      'error',
      ...['globalThis', 'global'].map((object) => ({ object, property: 'process', message: PROCESS.message })),
    ],
    'no-restricted-imports': restrict([PROCESS, ACTIONS, OUTSIDE, REAL_PORTS]),
    eqeqeq: 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/consistent-type-imports': 'error',
    'unicorn/prefer-node-protocol': 'error',
    // Each of these says "maybe": they cost more attention than they save here.
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'no-control-regex': 'off', // escaping what may steer a terminal is this house's trade
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-return': 'off', // knows no exhaustive switch
    'typescript/no-unnecessary-type-parameters': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off', // fc.property is how fast-check is written
    'promise/always-return': 'off',
    // A test may assert in a helper, and a typed inline snapshot is a title enough.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/valid-expect': ['error', { maxArgs: 2 }], // the second says where in a loop
    'vitest/require-mock-type-parameters': 'off',
    'vitest/require-to-throw-message': 'off',
  },
  overrides: [
    ...ROOMS.map(room),
    ...KINDS.flatMap(pluginFolder),
    { files: ['src/ports/node/**'], rules: { 'no-restricted-imports': restrict([ACTIONS, ...rooms('ports')]), ...touchesProcess() } },
    {
      files: ['src/judge/registry.ts'],
      rules: {
        'no-restricted-imports': restrict([
          { regex: `(^|/)(${KINDS.join('|')})/.*(?:index|contract|registry)\\.ts$`, message: JUDGE_ALONE },
        ]),
      },
    },
    {
      files: ['src/cli/**', 'src/action/**', 'scripts/**', 'bench/**'],
      rules: { 'no-console': 'off', ...touchesProcess() },
    },
    { files: ['scripts/**', 'bench/**', 'tests/**', '*.config.ts'], rules: { 'no-restricted-imports': 'off' } },
    {
      files: ['**/*.test.ts', 'tests/**'],
      rules: {
        'no-console': 'off',
        'no-restricted-imports': 'off',
        'max-lines': ['error', { max: 1000 }],
        'max-lines-per-function': 'off',
        'max-params': ['error', { max: 5 }],
        'typescript/no-non-null-assertion': 'off',
        ...touchesProcess(),
      },
    },
    { files: ['*.config.ts', 'scripts/count-reporter.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
} satisfies OxlintConfig;

function room(name: string): OxlintOverride {
  const outside = OPEN_ROOMS.includes(name) ? [] : [PROCESS, OUTSIDE, REAL_PORTS];
  const actions = name === 'action' ? [] : [ACTIONS];
  return { files: [`src/${name}/**`], rules: { 'no-restricted-imports': restrict([...actions, ...outside, ...rooms(name)]) } };
}

/** A plugin's own files, at any depth below its folder, and the stricter `judge.ts`. */
function pluginFolder(kind: string): OxlintOverride[] {
  const always = [ACTIONS, PROCESS, OUTSIDE, REAL_PORTS, NO_REGISTRY, ...rooms(kind)];
  const others = (up: string): Restriction => ({ regex: `^${up}(?:${plugins(kind).join('|') || '-'})/`, message: NO_SIBLING });
  return [
    { files: [`src/${kind}/*/*.ts`], rules: { 'no-restricted-imports': restrict([...always, others('\\.\\./')]) } },
    { files: [`src/${kind}/*/*/**`], rules: { 'no-restricted-imports': restrict([...always, others('\\.\\./\\.\\./')]) } },
    {
      files: [`src/${kind}/*/judge.ts`],
      rules: {
        'no-restricted-imports': restrict([...always, { regex: '^\\./index\\.ts$|^\\.\\./[^.]|(^|/)ports/', message: JUDGE_ALONE }]),
      },
    },
  ];
}

/** Folders with an index.ts are plugins; other folders beside the contract hold what the plugins of a kind share. */
function plugins(kind: string): string[] {
  const folder = join(import.meta.dirname, 'src', kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.ts')));
}

/** What a room may not import of the other rooms, one message each. */
function rooms(from: string): Restriction[] {
  const allowed = MAY_IMPORT[from] ?? [];
  return ROOMS.filter((to) => to !== from && !allowed.includes(to)).map((to) => ({
    regex: `^(\\.\\./)+${to}/`,
    message: `src/${from} may not import src/${to}: ${REPAIR[to]}`,
  }));
}

function restrict(patterns: readonly Restriction[]): ['error', { patterns: Restriction[] }] {
  return ['error', { patterns: [...patterns] }];
}

function touchesProcess(): { 'no-restricted-globals': 'off'; 'no-restricted-properties': 'off' } {
  return { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' };
}
