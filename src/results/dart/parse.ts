import { placeInTrace } from '../../lib/frames.ts';
import { parseJson } from '../../lib/json.ts';
import { eachLine, type Line } from '../../lib/lines.ts';
import { LIMITS } from '../../model/limits.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { DartEvent, type Test } from './events.ts';

type Emit = (event: ResultEvent) => void;
type EventOf<T extends DartEvent['type']> = Extract<DartEvent, { type: T }>;

/** Characters of an event. */
const LINE = 1_000_000;
/** Files whose names are held, and tests that may run at once. */
const SUITES = 100_000;
const RUNNING = 10_000;
/** Ended tests that are held, for errors that come late. */
const LATE = 1_000;

/** Reads the events of `dart test --reporter json` and `flutter test --machine`. */
export async function parseDart(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const stream = new DartStream(emit);
  await eachLine(text, LINE, (line) => stream.line(line));
  stream.end();
}

interface Running {
  readonly test: Test;
  readonly started: number | undefined;
  error: string;
  trace: string;
  skip: string;
  retries: number;
}

class DartStream {
  readonly #emit: Emit;
  readonly #suites = new Map<number, { readonly path: string | undefined; readonly platform: string | undefined }>();
  readonly #running = new Map<number, Running>();
  readonly #ended = new Map<number, Test>();
  #bad = 0;
  #done: EventOf<'done'> | undefined;
  #other = 0;
  #broken: string | undefined;
  #truncated: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  line({ text, number, cut, unfinished }: Line): undefined {
    // flutter puts events of its own into lists of one, and some scripts put all of them into a list.
    const plain = text
      .trim()
      .replace(/^\[(?=\{)/, '')
      .replace(/(?<=\})[\],]$/, '');
    if (plain === '' || plain === '[' || plain === ']') return;
    if (!plain.startsWith('{')) {
      this.#other += 1;
      return;
    }
    const value = cut ? undefined : parseJson(plain);
    if (value === undefined && unfinished) this.#truncated = `line ${number} ends in the middle of an event`;
    else if (value === undefined && /^\{"(?:type|test|testID|suite|group|success|protocolVersion|count)"/.test(plain))
      this.#broken ??= cut ? `line ${number} is longer than ${LINE} characters` : `line ${number} is not an event`;
    else if (value === undefined) this.#other += 1;
    else this.#take(value, number);
  }

  end(): void {
    if (this.#other > 0)
      this.#emit({ type: 'note', message: `${this.#other} lines are not events: output of something else in the same file` });
    if (this.#broken !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#broken });
    for (const running of this.#running.values())
      this.#tell(running, 'error', {
        message: this.#done === undefined ? 'the report ends before this test did' : 'the run ended before this test did',
      });
    if (this.#done === undefined)
      this.#emit({ type: 'gap', reason: 'truncated', message: this.#truncated ?? 'the run has no end: there is no "done" event' });
    else if (this.#done.success !== true && this.#bad === 0) this.#unsaid(this.#done.success);
  }

  #unsaid(success: boolean | null | undefined): void {
    const message = success === false ? 'the run failed, and no test says why' : 'the run was given up before its end';
    this.#emit({ type: 'case', result: { name: 'the test run', status: 'error', message }, sibling: true });
  }

  #take(value: unknown, line: number): void {
    const event = DartEvent.safeParse(value);
    if (!event.success) {
      if (isKnown(value)) this.#broken ??= `line ${line} is not an event of its type`;
      return;
    }
    const { data } = event;
    if (data.type === 'suite') this.#suite(data);
    else if (data.type === 'testStart') this.#start(data);
    else if (data.type === 'print') this.#print(data);
    else if (data.type === 'error') this.#error(data);
    else if (data.type === 'testDone') this.#finish(data);
    else this.#done = data;
  }

  #suite({ suite: { id, path, platform } }: EventOf<'suite'>): void {
    if (this.#suites.size < SUITES) this.#suites.set(id, { path: path ?? undefined, platform: platform ?? undefined });
  }

  #start({ test, time }: EventOf<'testStart'>): void {
    if (this.#running.size >= RUNNING) {
      this.#broken ??= `more than ${RUNNING} tests run at once`;
      return;
    }
    this.#running.set(test.id, { test, started: time, error: '', trace: '', skip: test.metadata?.skipReason ?? '', retries: 0 });
  }

  #print({ testID, messageType, message }: EventOf<'print'>): void {
    const running = this.#running.get(testID);
    if (running === undefined) return;
    if (messageType === 'skip') running.skip ||= message.replace(/^Skip:\s*/, '').slice(0, LIMITS.caseText);
    // package:test prints it before each further run: https://pub.dev/packages/test#configuration-files
    else if (message === `Retry: ${running.test.name}`) {
      running.retries += 1;
      running.error = '';
      running.trace = '';
    }
  }

  #error({ testID, error, stackTrace }: EventOf<'error'>): void {
    const running = this.#running.get(testID);
    if (running !== undefined) {
      running.error = `${running.error}${running.error === '' ? '' : '\n'}${error}`.slice(0, LIMITS.caseText);
      running.trace ||= (stackTrace ?? '').slice(0, LIMITS.caseText);
      return;
    }
    const test = this.#ended.get(testID) ?? { id: testID, name: `test ${testID}` };
    this.#tell({ test, started: undefined, error, trace: stackTrace ?? '', skip: '', retries: 0 }, 'error', {
      name: `${test.name} (after its end)`,
    });
  }

  #finish({ testID, result, skipped, hidden, time }: EventOf<'testDone'>): void {
    const running = this.#running.get(testID);
    if (running === undefined) return;
    this.#running.delete(testID);
    this.#ended.set(testID, running.test);
    if (this.#ended.size > LATE) for (const first of [...this.#ended.keys()].slice(0, LATE / 2)) this.#ended.delete(first);
    const status: CaseStatus = result === 'success' ? (skipped === true ? 'skipped' : 'passed') : result === 'failure' ? 'failed' : 'error';
    if (hidden === true && (status === 'passed' || status === 'skipped')) return;
    const durationMs = time !== undefined && running.started !== undefined ? time - running.started : undefined;
    this.#tell(running, status, { durationMs });
  }

  #tell(
    { test, error, trace, skip, retries }: Running,
    status: CaseStatus,
    said: { readonly durationMs?: number | undefined; readonly message?: string; readonly name?: string },
  ): void {
    const failing = status === 'failed' || status === 'error';
    if (failing) this.#bad += 1;
    const { path, platform } = this.#suites.get(test.suiteID ?? -1) ?? {};
    const first = failing ? error.split('\n').find((line) => line.trim() !== '') : status === 'skipped' && skip !== '' ? skip : undefined;
    const message = said.message ?? first?.trim();
    const detail = failing ? [error.trim(), trace.trim()].filter((text) => text !== '').join('\n') : '';
    const place = (failing ? placeInTrace(trace) : undefined) ?? placeOf(test, path);
    const result: CaseResult = {
      name: said.name ?? test.name,
      ...(path === undefined ? {} : { file: path }),
      ...(platform === undefined || platform === 'vm' ? {} : { parameters: platform }),
      status,
      ...(said.durationMs === undefined ? {} : { durationMs: said.durationMs }),
      ...(message === undefined ? {} : { message }),
      ...(detail === '' ? {} : { detail }),
      ...(place === undefined ? {} : { location: place }),
      ...(retries === 0 ? {} : { earlier: Array.from({ length: Math.min(retries, 100) }, () => 'failed' as const) }),
    };
    this.#emit({ type: 'case', result, sibling: true });
  }
}

const KNOWN: ReadonlySet<unknown> = new Set(['testStart', 'testDone', 'error', 'done']);

function isKnown(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && KNOWN.has(value.type);
}

/** Where the test stands: `root_url` where it was made by a helper in another file. */
function placeOf({ url, line, root_url: rootUrl, root_line: rootLine }: Test, suite: string | undefined): CaseResult['location'] {
  const at = rootUrl ?? (url?.startsWith('file:') === true ? url : undefined);
  const number = rootUrl === undefined || rootUrl === null ? line : rootLine;
  const path = at?.replace(/^file:\/\//, '');
  if (path === undefined) return suite === undefined ? undefined : { path: suite, ...(rootLine ? { line: rootLine } : {}) };
  return { path, ...(number ? { line: number } : {}) };
}
