import { posix } from 'node:path';

import { ofKind, type EvidenceOf } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { MatrixCell, ReportV1 } from '../model/report-v1.ts';
import type { StageName } from '../model/stage.ts';
import type { CaseResult } from '../model/tests.ts';
import type { JudgeInput } from './context.ts';

type Input = Pick<JudgeInput, 'plan' | 'evidence' | 'cases'>;

/** Something that ran in a stage, with the texts that tell what it was about: many tests share their file, suite and class. */
interface Trace {
  readonly stage: StageName;
  readonly texts: readonly string[];
  readonly file?: string | undefined;
  readonly state: 'pass' | 'fail' | 'skipped';
}

/**
 * Component × stage: which part of the system was tested where. An empty cell is untested, never a pass. What an experiment was done to is
 * tested by it; `failed` has the subjects of the experiments that found something.
 */
export function matrixOf(input: Input, failed: ReadonlySet<string> = new Set()): ReportV1['matrix'] {
  const components = Object.entries(componentsOf(input));
  const stages = input.plan.stages.map(({ name }) => name);
  const cells = components.map((): MatrixCell[] => stages.map(() => 'untested'));
  const find = finder(components);
  for (const { stage, texts, file, state } of components.length === 0 ? [] : [...tracesOf(input), ...experimentTraces(input, failed)]) {
    const column = stages.indexOf(stage);
    if (column < 0 || state === 'skipped') continue;
    for (const row of find(texts, file)) {
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

type Finder = (texts: readonly string[], file?: string) => ReadonlySet<number>;

/** Texts whose components are remembered: names of tests are as many as tests, and seen once. */
const REMEMBERED = 20_000;

/** Finds the components that texts mention, in one look per word: there may be 100,000 tests and 30 components. */
function finder(components: readonly (readonly [string, readonly string[]])[]): Finder {
  const single = new Map<string, number[]>();
  const phrases: [string, number][] = [];
  const globs: { readonly glob: string; readonly prefix: string; readonly row: number }[] = [];
  for (const [row, [name, words]] of components.entries()) {
    for (const written of [name, ...words]) {
      if (isGlob(written)) {
        globs.push({ glob: written, prefix: /^[^*?[{(!]*/.exec(written)?.[0] ?? '', row });
        continue;
      }
      const word = spread(written.toLowerCase());
      if (word.includes(' ')) phrases.push([` ${word} `, row]);
      else if (word !== '') single.set(word, [...(single.get(word) ?? []), row]);
    }
  }
  const look = (text: string): number[] => {
    const words = spaced(text);
    const rows = words.split(' ').flatMap((word) => single.get(word) ?? []);
    return [...rows, ...phrases.flatMap(([phrase, row]) => (words.includes(phrase) ? [row] : []))];
  };
  const inText = remembering(look);
  const inFile = remembering((file) =>
    globs.flatMap(({ glob, prefix, row }) => (file.startsWith(prefix) && posix.matchesGlob(file, glob) ? [row] : [])),
  );
  return (texts, file) => {
    const found = new Set<number>();
    // The last text is a test's own name: nobody asks for it again.
    for (const [at, text] of texts.entries()) for (const row of at < texts.length - 1 ? inText(text) : look(text)) found.add(row);
    if (file !== undefined && globs.length > 0) for (const row of inFile(file)) found.add(row);
    return found;
  };
}

function remembering(look: (text: string) => readonly number[]): (text: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (text) => {
    const before = known.get(text);
    if (before) return before;
    const rows = look(text);
    if (known.size < REMEMBERED) known.set(text, rows);
    return rows;
  };
}

/** A word names a component in texts, a glob in the paths of test files. */
function isGlob(written: string): boolean {
  return /[*?/]/.test(written);
}

function tracesOf({ plan, evidence, cases = [] }: Input): Trace[] {
  const lines = cases.map((test): Trace => ({
    stage: test.stage,
    texts: textsOf(test),
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
            texts: [piece.journey, ...piece.steps.map(({ title }) => title)],
            state: piece.outcome === 'passed' ? 'pass' : 'fail',
          },
        ],
  );
  return [...lines, ...tests, ...journeys, ...serviceTraces(plan, [...tests, ...journeys])];
}

/** A fault without proof, or in a system that was not well before it, has tested nothing. */
function experimentTraces({ evidence }: Input, failed: ReadonlySet<string>): Trace[] {
  return ofKind(evidence, 'fault').flatMap(({ stage, experiment, proof, observed }): Trace[] =>
    proof.state !== 'proved' || observed?.steady.state !== 'good'
      ? []
      : [{ stage, texts: [experiment, ...observed.services], state: failed.has(`experiment ${experiment}`) ? 'fail' : 'pass' }],
  );
}

function testTraces({ stage, failed, skipped, flaky, slowest }: EvidenceOf<'tests'>): Trace[] {
  const bad = new Set([...failed, ...skipped].map(keyOf));
  return [
    ...failed.map((test): Trace => ({ stage, texts: textsOf(test), file: test.file, state: 'fail' })),
    ...skipped.map((test): Trace => ({ stage, texts: textsOf(test), file: test.file, state: 'skipped' })),
    ...flaky.map((test): Trace => ({ stage, texts: textsOf(test), file: test.file, state: 'pass' })),
    // The slowest tests are the only passed ones that the evidence names by itself.
    ...slowest
      .filter((test) => !bad.has(keyOf(test)))
      .map((test): Trace => ({ stage, texts: textsOf(test), file: test.file, state: 'pass' })),
  ];
}

/** Components of this list that a test or a journey names by itself, whatever a stage says that it needs. */
export function namedComponents(input: Input, names: readonly string[]): ReadonlySet<string> {
  const find = finder(names.map((name) => [name, input.plan.components[name] ?? []]));
  const { cases = [], evidence } = input;
  const traces = [...tracesOf({ plan: { ...input.plan, stages: [] }, evidence, cases })];
  const rows = new Set(traces.flatMap(({ texts, file, state }) => (state === 'skipped' ? [] : [...find(texts, file)])));
  return new Set(names.filter((_, row) => rows.has(row)));
}

/** A stage that names a service needs it: when the stage's tests pass, they passed with that service up. */
function serviceTraces({ stages }: Plan, traces: readonly Trace[]): Trace[] {
  return stages.flatMap(({ name, services }) => {
    const passed = traces.some(({ stage, state }) => stage === name && state === 'pass');
    return services === 'all' || !passed ? [] : services.map((service): Trace => ({ stage: name, texts: [service], state: 'pass' }));
  });
}

type Named = Pick<CaseResult, 'name' | 'class' | 'file'> & { readonly suite?: string | undefined };

/** What is shared comes first: it is remembered while there is room. */
function textsOf({ file, suite, class: owner, name }: Named): string[] {
  return [file, suite, owner, name].filter((text): text is string => text !== undefined && text !== '');
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
  if (!/\p{Lu}/u.test(word.slice(1))) return word;
  const parts = word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
  if (parts.length === 1) return word;
  const pairs = parts.length === 2 ? [] : parts.slice(1).map((part, index) => `${parts[index]}${part}`);
  return [word, ...parts, ...pairs].join(' ');
}

function spread(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
