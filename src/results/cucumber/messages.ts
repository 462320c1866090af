import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { eachLine } from '../../lib/lines.ts';
import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { Ordinals, scenarioEnd, type StepEnd } from './scenario.ts';

type Emit = (event: ResultEvent) => void;

/** Characters of one envelope; attachments are longer, and not looked at. */
const LINE = 8_000_000;
const UNUSED =
  /^\{"(?:attachment|externalAttachment|source|stepDefinition|parameterType|undefinedParameterType|suggestion|hook|testStepStarted)":/;

const Result = z.object({ status: z.string(), message: z.string().nullish() });
const Lined = z.object({ line: z.number() }).nullish();

/** https://github.com/cucumber/messages: one envelope in each line, one of these in each. */
const Envelope = z.object({
  gherkinDocument: z.object({ uri: z.string().nullish(), feature: z.object({ name: z.string() }).nullish() }).nullish(),
  pickle: z
    .object({
      id: z.string(),
      uri: z.string(),
      name: z.string(),
      location: Lined,
      steps: z.array(z.object({ id: z.string(), text: z.string() })).nullish(),
    })
    .nullish(),
  testCase: z
    .object({
      id: z.string(),
      pickleId: z.string(),
      testSteps: z.array(z.object({ id: z.string(), hookId: z.string().nullish(), pickleStepId: z.string().nullish() })),
    })
    .nullish(),
  testCaseStarted: z.object({ id: z.string(), testCaseId: z.string() }).nullish(),
  testStepFinished: z.object({ testCaseStartedId: z.string(), testStepId: z.string(), testStepResult: Result }).nullish(),
  testCaseFinished: z.object({ testCaseStartedId: z.string(), willBeRetried: z.boolean().nullish() }).nullish(),
  testRunHookFinished: z.object({ result: Result }).nullish(),
  testRunFinished: z.object({ success: z.boolean().nullish(), message: z.string().nullish() }).nullish(),
  parseError: z.object({ source: z.object({ uri: z.string().nullish(), location: Lined }).nullish(), message: z.string() }).nullish(),
});
type Envelope = z.output<typeof Envelope>;
type Of<Key extends keyof Envelope> = NonNullable<Envelope[Key]>;

/** Reads Cucumber messages (NDJSON): what each attempt of each test case amounts to. */
export async function parseMessages(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const run = new MessagesRun(emit);
  let broken: string | undefined;
  let unfinished = false;
  await eachLine(text, LINE, (line) => {
    if (line.text.trim() === '' || UNUSED.test(line.text)) return;
    const envelope = line.cut ? undefined : Envelope.safeParse(parseJson(line.text)).data;
    if (envelope !== undefined) run.take(envelope);
    else if (line.unfinished) unfinished = true;
    else broken ??= `line ${line.number} is no message of Cucumber's`;
  });
  run.end();
  if (broken !== undefined) emit({ type: 'gap', reason: 'malformed', message: broken });
  if (unfinished || !run.ended) emit({ type: 'gap', reason: 'truncated', message: 'the stream ends before the run does' });
}

interface Pickle {
  readonly uri: string;
  readonly name: string;
  readonly line: number | undefined;
  readonly parameters: string | undefined;
  readonly steps: ReadonlyMap<string, string>;
}

interface TestCase {
  readonly pickle: Pickle | undefined;
  readonly steps: ReadonlyMap<string, { readonly text: string; readonly isHook: boolean }>;
  readonly earlier: CaseStatus[];
  ended: boolean;
}

class MessagesRun {
  ended = false;
  readonly #emit: Emit;
  readonly #features = new Map<string, string>();
  readonly #ordinals = new Ordinals();
  readonly #pickles = new Map<string, Pickle>();
  readonly #cases = new Map<string, TestCase>();
  readonly #running = new Map<string, { readonly testCase: TestCase; readonly steps: StepEnd[] }>();
  #failed = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  take(envelope: Envelope): void {
    const { gherkinDocument, testCaseStarted, parseError, testRunHookFinished, testRunFinished } = envelope;
    if (gherkinDocument) this.#features.set(gherkinDocument.uri ?? '', gherkinDocument.feature?.name ?? '');
    if (envelope.pickle) this.#pickle(envelope.pickle);
    if (envelope.testCase) this.#testCase(envelope.testCase);
    if (testCaseStarted) {
      const testCase = this.#cases.get(testCaseStarted.testCaseId);
      if (testCase !== undefined) this.#running.set(testCaseStarted.id, { testCase, steps: [] });
    }
    if (envelope.testStepFinished) this.#stepFinished(envelope.testStepFinished);
    if (envelope.testCaseFinished) this.#caseFinished(envelope.testCaseFinished);
    if (parseError) this.#error(parseError.source?.uri ?? 'a feature', parseError.message, parseError.source?.location?.line);
    if (testRunHookFinished && !/^(?:PASSED|SKIPPED)$/i.test(testRunHookFinished.result.status))
      this.#error('a hook of the run', testRunHookFinished.result.message ?? 'a hook of the run failed');
    if (testRunFinished) this.#runFinished(testRunFinished);
  }

  end(): void {
    for (const { testCase } of this.#running.values()) {
      testCase.ended = true;
      this.#tell(testCase, { status: 'error', message: 'the report ends before this scenario did', line: undefined });
    }
    for (const testCase of this.#cases.values()) {
      if (!testCase.ended) this.#tell(testCase, { status: 'skipped', message: 'the scenario did not run', line: undefined });
    }
  }

  #pickle({ id, uri, name, location, steps }: Of<'pickle'>): void {
    const parameters = this.#ordinals.of(`${uri}\0${name}`, id);
    const texts = new Map((steps ?? []).map((step) => [step.id, step.text]));
    this.#pickles.set(id, { uri, name, line: location?.line, parameters, steps: texts });
  }

  #testCase({ id, pickleId, testSteps }: Of<'testCase'>): void {
    const pickle = this.#pickles.get(pickleId);
    const steps = testSteps.map((step) => {
      const isHook = typeof step.hookId === 'string';
      return [step.id, { isHook, text: isHook ? 'a hook' : (pickle?.steps.get(step.pickleStepId ?? '') ?? 'a step') }] as const;
    });
    this.#cases.set(id, { pickle, steps: new Map(steps), earlier: [], ended: false });
  }

  #stepFinished({ testCaseStartedId, testStepId, testStepResult: { status, message } }: Of<'testStepFinished'>): void {
    const running = this.#running.get(testCaseStartedId);
    const step = running?.testCase.steps.get(testStepId);
    running?.steps.push({
      text: step?.text ?? 'a step',
      isHook: step?.isHook ?? false,
      status: status.toLowerCase(),
      message: message?.slice(0, 20_000),
      line: undefined,
    });
  }

  #caseFinished({ testCaseStartedId, willBeRetried }: Of<'testCaseFinished'>): void {
    const running = this.#running.get(testCaseStartedId);
    if (running === undefined) return;
    this.#running.delete(testCaseStartedId);
    const { testCase, steps } = running;
    const end = scenarioEnd(steps);
    if (willBeRetried === true) {
      testCase.earlier.push(end.status);
      return;
    }
    testCase.ended = true;
    this.#tell(testCase, end);
  }

  #runFinished({ success, message }: Of<'testRunFinished'>): void {
    this.ended = true;
    if (success === false && this.#failed === 0)
      this.#error('the run', message || 'the report says that the run failed, and names no scenario that did');
  }

  #tell({ pickle, earlier }: TestCase, { line, ...end }: ReturnType<typeof scenarioEnd>): void {
    if (end.status === 'failed' || end.status === 'error') this.#failed += 1;
    const suite = this.#features.get(pickle?.uri ?? '') ?? '';
    const at = line ?? pickle?.line;
    this.#emit({
      type: 'case',
      result: {
        ...(suite === '' ? {} : { suite }),
        name: pickle?.name || '(a scenario without a name)',
        ...(pickle === undefined ? {} : { file: pickle.uri, location: { path: pickle.uri, ...(at === undefined ? {} : { line: at }) } }),
        ...(pickle?.parameters === undefined ? {} : { parameters: pickle.parameters }),
        ...end,
        ...(earlier.length > 0 ? { earlier: earlier.slice(-100) } : {}),
      },
    });
  }

  #error(name: string, message: string, line?: number): void {
    this.#failed += 1;
    const [headline = message] = message.split('\n', 1);
    const location = line === undefined ? {} : { file: name, location: { path: name, line } };
    this.#emit({
      type: 'case',
      result: { name, status: 'error', message: headline, detail: message.slice(0, 20_000), ...location },
      sibling: true,
    });
  }
}
