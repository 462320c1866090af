import { posix } from 'node:path';

import { ofKind, type EvidenceOf } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { MatrixCell, ReportV1 } from '../model/report-v1.ts';
import type { StageName } from '../model/stage.ts';
import type { CaseResult } from '../model/tests.ts';
import type { JudgeInput } from './context.ts';

type Input = Pick<JudgeInput, 'plan' | 'evidence' | 'cases'>;

/** Something that ran in a stage, with the words that tell what it was about. */
interface Trace {
  readonly stage: StageName;
  readonly words: string;
  readonly file?: string | undefined;
  readonly state: 'pass' | 'fail' | 'skipped';
}

/** Component × stage: which part of the system was tested where. An empty cell is untested, never a pass. */
export function matrixOf(input: Input): ReportV1['matrix'] {
  const components = Object.entries(componentsOf(input));
  const stages = input.plan.stages.map(({ name }) => name);
  const cells = components.map((): MatrixCell[] => stages.map(() => 'untested'));
  const find = finder(components);
  for (const { stage, words, file, state } of components.length === 0 ? [] : tracesOf(input)) {
    const column = stages.indexOf(stage);
    if (column < 0 || state === 'skipped') continue;
    for (const row of find(words, file)) {
      const line = cells[row] ?? [];
      if (line[column] !== 'fail') line[column] = state;
    }
  }
  return { components: components.map(([name]) => name), stages, cells };
}

const FOLDERS = 30;

/** As planned; where nothing names a component, the folders of the sources that the coverage tells of. */
function componentsOf({ plan, evidence }: Input): Plan['components'] {
  if (Object.keys(plan.components).length > 0) return plan.components;
  const folders = new Set<string>();
  for (const { path } of ofKind(evidence, 'coverage').flatMap(({ files }) => files)) {
    const [top = '', name, ...rest] = path.split('/');
    if (name !== undefined && rest.length > 0 && TOPS.has(top)) folders.add(name);
  }
  return folders.size < 2 || folders.size > FOLDERS ? {} : Object.fromEntries([...folders].sort().map((name) => [name, [name]]));
}

/** Folders whose folders are parts of a system. */
const TOPS = new Set(['src', 'lib', 'app', 'apps', 'packages', 'services', 'pkg', 'internal', 'cmd', 'crates', 'modules']);

/** Finds the components that a text mentions, in one look per word: there may be 100,000 tests and 30 components. */
function finder(components: readonly (readonly [string, readonly string[]])[]): (words: string, file?: string) => Set<number> {
  const single = new Map<string, number[]>();
  const phrases: [string, number][] = [];
  const globs: [string, number][] = [];
  for (const [row, [name, words]] of components.entries()) {
    for (const written of [name, ...words]) {
      if (isGlob(written)) {
        globs.push([written, row]);
        continue;
      }
      const word = spread(written.toLowerCase());
      if (word.includes(' ')) phrases.push([` ${word} `, row]);
      else if (word !== '') single.set(word, [...(single.get(word) ?? []), row]);
    }
  }
  const byFile = new Map<string, readonly number[]>();
  const inFile = (file: string) => {
    const known = byFile.get(file) ?? globs.flatMap(([glob, row]) => (posix.matchesGlob(file, glob) ? [row] : []));
    byFile.set(file, known);
    return known;
  };
  return (words, file) => {
    const found = new Set(words.split(' ').flatMap((word) => single.get(word) ?? []));
    for (const [phrase, row] of phrases) if (words.includes(phrase)) found.add(row);
    if (file !== undefined && globs.length > 0) for (const row of inFile(file)) found.add(row);
    return found;
  };
}

/** A word names a component in texts, a glob in the paths of test files. */
function isGlob(written: string): boolean {
  return /[*?/]/.test(written);
}

function tracesOf({ plan, evidence, cases = [] }: Input): Trace[] {
  const lines = cases.map((test): Trace => ({
    stage: test.stage,
    words: wordsOf(test),
    file: test.file,
    state: test.status === 'passed' ? 'pass' : test.status === 'skipped' ? 'skipped' : 'fail',
  }));
  const tests = ofKind(evidence, 'tests').flatMap(testTraces);
  const journeys = ofKind(evidence, 'journey').flatMap((piece): Trace[] =>
    piece.outcome === 'interrupted'
      ? []
      : [
          {
            stage: piece.stage,
            words: spaced([piece.journey, ...piece.steps.map(({ title }) => title)].join(' ')),
            state: piece.outcome === 'passed' ? 'pass' : 'fail',
          },
        ],
  );
  return [...lines, ...tests, ...journeys, ...serviceTraces(plan, [...tests, ...journeys])];
}

function testTraces({ stage, failed, skipped, flaky, slowest }: EvidenceOf<'tests'>): Trace[] {
  const bad = new Set([...failed, ...skipped].map(keyOf));
  return [
    ...failed.map((test): Trace => ({ stage, words: wordsOf(test), file: test.file, state: 'fail' })),
    ...skipped.map((test): Trace => ({ stage, words: wordsOf(test), file: test.file, state: 'skipped' })),
    ...flaky.map((test): Trace => ({ stage, words: wordsOf(test), file: test.file, state: 'pass' })),
    // The slowest tests are the only passed ones that the evidence names by itself.
    ...slowest
      .filter((test) => !bad.has(keyOf(test)))
      .map((test): Trace => ({ stage, words: wordsOf(test), file: test.file, state: 'pass' })),
  ];
}

/** Components of this list that a test or a journey names by itself, whatever a stage says that it needs. */
export function namedComponents(input: Input, names: readonly string[]): ReadonlySet<string> {
  const find = finder(names.map((name) => [name, input.plan.components[name] ?? []]));
  const { cases = [], evidence } = input;
  const traces = [...tracesOf({ plan: { ...input.plan, stages: [] }, evidence, cases })];
  const rows = new Set(traces.flatMap(({ words, file, state }) => (state === 'skipped' ? [] : [...find(words, file)])));
  return new Set(names.filter((_, row) => rows.has(row)));
}

/** A stage that names a service needs it: when the stage's tests pass, they passed with that service up. */
function serviceTraces({ stages }: Plan, traces: readonly Trace[]): Trace[] {
  return stages.flatMap(({ name, services }) => {
    const passed = traces.some(({ stage, state }) => stage === name && state === 'pass');
    return services === 'all' || !passed ? [] : services.map((service): Trace => ({ stage: name, words: spaced(service), state: 'pass' }));
  });
}

type Named = Pick<CaseResult, 'name' | 'class' | 'file'> & { readonly suite?: string | undefined };

function wordsOf({ file, suite, class: owner, name }: Named): string {
  return spaced([file, suite, owner, name].filter(Boolean).join(' '));
}

function keyOf({ file, class: owner, name }: Named): string {
  return [file, owner, name].join('\0');
}

/** `src/WebSocketHub.ts` → ` src websockethub web socket hub websocket sockethub ts `: every word that a reader sees in it. */
function spaced(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${words.map(readings).join(' ').toLowerCase()} `;
}

function readings(word: string): string {
  const parts = word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
  if (parts.length === 1) return word;
  const pairs = parts.length === 2 ? [] : parts.slice(1).map((part, index) => `${parts[index]}${part}`);
  return [word, ...parts, ...pairs].join(' ');
}

function spread(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
