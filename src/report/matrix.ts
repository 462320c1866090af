import { ofKind, type EvidenceOf } from '../model/evidence.ts';
import type { MatrixCell, ReportV1 } from '../model/report-v1.ts';
import type { StageName } from '../model/stage.ts';
import type { CaseResult } from '../model/tests.ts';
import type { ReportInput } from './input.ts';

/** Something that ran in a stage, with the words that tell what it was about. */
interface Trace {
  readonly stage: StageName;
  readonly words: string;
  readonly state: 'pass' | 'fail' | 'skipped';
}

/** Component × stage: which part of the system was tested where. An empty cell is untested, never a pass. */
export function matrixOf(input: ReportInput): ReportV1['matrix'] {
  const components = Object.entries(input.plan.components);
  const stages = input.plan.stages.map(({ name }) => name);
  const cells = components.map((): MatrixCell[] => stages.map(() => 'untested'));
  const find = finder(components);
  for (const { stage, words, state } of components.length === 0 ? [] : tracesOf(input)) {
    const column = stages.indexOf(stage);
    if (column < 0 || state === 'skipped') continue;
    for (const row of find(words)) {
      const line = cells[row] ?? [];
      if (line[column] !== 'fail') line[column] = state;
    }
  }
  return { components: components.map(([name]) => name), stages, cells };
}

/** Finds the components that a text mentions, in one look per word: there may be 100,000 tests and 30 components. */
function finder(components: readonly (readonly [string, readonly string[]])[]): (words: string) => Set<number> {
  const single = new Map<string, number[]>();
  const phrases: [string, number][] = [];
  for (const [row, [name, words]] of components.entries()) {
    for (const word of [name, ...words].map((text) => spread(text.toLowerCase()))) {
      if (word.includes(' ')) phrases.push([` ${word} `, row]);
      else if (word !== '') single.set(word, [...(single.get(word) ?? []), row]);
    }
  }
  return (words) => {
    const found = new Set(words.split(' ').flatMap((word) => single.get(word) ?? []));
    for (const [phrase, row] of phrases) if (words.includes(phrase)) found.add(row);
    return found;
  };
}

function tracesOf({ plan, evidence, cases = [] }: ReportInput): Trace[] {
  const lines = cases.map((test): Trace => ({
    stage: test.stage,
    words: wordsOf(test),
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
    ...failed.map((test): Trace => ({ stage, words: wordsOf(test), state: 'fail' })),
    ...skipped.map((test): Trace => ({ stage, words: wordsOf(test), state: 'skipped' })),
    ...flaky.map((test): Trace => ({ stage, words: wordsOf(test), state: 'pass' })),
    // The slowest tests are the only passed ones that the evidence names by itself.
    ...slowest.filter((test) => !bad.has(keyOf(test))).map((test): Trace => ({ stage, words: wordsOf(test), state: 'pass' })),
  ];
}

/** A stage that names a service needs it: when the stage's tests pass, they passed with that service up. */
function serviceTraces({ stages }: ReportInput['plan'], traces: readonly Trace[]): Trace[] {
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
