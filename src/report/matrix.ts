import { ofKind, type EvidenceOf } from '../model/evidence.ts';
import type { MatrixCell, ReportV1 } from '../model/report-v1.ts';
import type { StageName } from '../model/stage.ts';
import type { CaseResult } from '../model/tests.ts';
import type { ReportInput } from './report.ts';

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
  const traces = components.length === 0 ? [] : tracesOf(input);
  return {
    components: components.map(([name]) => name),
    stages,
    cells: components.map(([name, words]) => {
      const about = traces.filter((trace) => [name, ...words].some((word) => mentions(trace.words, word)));
      return stages.map((stage) => cellOf(about.filter((trace) => trace.stage === stage)));
    }),
  };
}

function cellOf(traces: readonly Trace[]): MatrixCell {
  if (traces.some(({ state }) => state === 'fail')) return 'fail';
  return traces.some(({ state }) => state === 'pass') ? 'pass' : 'untested';
}

function tracesOf({ plan, evidence, cases = [] }: ReportInput): Trace[] {
  const lines = cases.map(({ stage, id, status }): Trace => ({
    stage,
    words: spaced(id),
    state: status === 'passed' ? 'pass' : status === 'skipped' ? 'skipped' : 'fail',
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

/** `src/chatAgent/WebSocketHub.test.ts` → ` src chat agent web socket hub test ts `: words with their bounds. */
function spaced(text: string): string {
  const words = text
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .toLowerCase()
    .trim();
  // Both readings count: `WebSocket` is found by "websocket" and by "socket".
  return ` ${words} ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
}

function mentions(words: string, word: string): boolean {
  const wanted = word
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return wanted !== '' && words.includes(` ${wanted} `);
}
