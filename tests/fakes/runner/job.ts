import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { eventPayload } from '../github/events.ts';
import { baseEnvironment, githubContext, layout } from './environment.ts';
import { createFiles, readFiles } from './files.ts';
import { reapOrphans, runProcess } from './process.ts';
import { AnnotationBox, StepLog, mask } from './step-log.ts';
import type { Annotation, JobResult, Outcome, RunnerOptions, StepResult, UsesCall } from './types.ts';

const CANCEL_BUDGET_MS = 300_000;
const DEFAULT_TIMEOUT_MS = 120_000;

/** One process to run as a step. */
export interface StepSpec {
  name: string;
  id?: string | undefined;
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** A `run:` step: the runner annotates its exit code, which it does not do for a JavaScript action. */
  script?: boolean;
  /** Steps that share a box share the limit of ten annotations per level. */
  annotations?: AnnotationBox;
}

/** What a job carries from step to step: environment, masks, annotations, and whether it has been cancelled. */
export class Job implements Disposable {
  readonly event: { name: string; payload: unknown };
  readonly workspace: string;
  readonly temp: string;
  readonly steps: StepResult[] = [];
  readonly calls: UsesCall[] = [];
  readonly env: Record<string, string> = {};
  readonly path: string[] = [];
  readonly secrets = new Set<string>();
  status: 'success' | 'failure' | 'cancelled' = 'success';
  readonly #root: string;
  readonly #base: Record<string, string>;
  readonly #boxes = new Set<AnnotationBox>();
  readonly #options: RunnerOptions;
  readonly #timeScale: number;
  readonly #trackingId = `gauntlet_${randomUUID()}`;
  readonly #cancel = new AbortController();
  readonly #kill = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#timeScale = options.timeScale ?? 1;
    this.event = options.event ?? { name: 'push', payload: eventPayload('push') };
    this.#root = mkdtempSync(join(tmpdir(), 'runner-'));
    const folders = layout(this.#root, 'octo/demo', options.workspace);
    for (const folder of [folders.workspace, folders.tools, dirname(folders.eventPath)]) mkdirSync(folder, { recursive: true });
    writeFileSync(folders.eventPath, JSON.stringify(this.event.payload));
    this.workspace = folders.workspace;
    this.temp = folders.temp;
    this.#base = baseEnvironment(this.event, folders, this.#trackingId, options);
    const token = this.#base['GITHUB_TOKEN'];
    if (token !== undefined && token !== '') this.secrets.add(token);
    const { cancelAfter, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    if (typeof cancelAfter === 'number') this.#later(cancelAfter, () => this.cancel());
    this.#later(timeoutMs, () => this.#kill.abort());
  }

  #later(ms: number, act: () => void): void {
    this.#timers.push(setTimeout(act, ms));
  }

  get cancelled(): boolean {
    return this.#cancel.signal.aborted;
  }

  /** Cancels as the button does: the running step gets signals, and what is left has five minutes. */
  cancel(): void {
    if (this.cancelled) return;
    this.status = 'cancelled';
    this.#later(CANCEL_BUDGET_MS * this.#timeScale, () => this.#kill.abort());
    this.#cancel.abort();
  }

  /** Everything a step finds in its environment before its own `env:`. */
  environment(): Record<string, string> {
    const merged = { ...this.#base, ...this.env };
    const path = [...this.path].reverse();
    return { ...merged, PATH: [...path, merged['PATH'] ?? ''].join(delimiter) };
  }

  /** The `github` context. */
  github(): Record<string, unknown> {
    return githubContext(this.#base, this.event.payload);
  }

  /** Runs one step to its end and takes in what it wrote. It changes `status` only by being cancelled. */
  async execute(spec: StepSpec): Promise<StepResult> {
    const started = performance.now();
    const box = spec.annotations ?? new AnnotationBox();
    this.#boxes.add(box);
    const log = new StepLog(spec.name, this.secrets, box);
    const files = createFiles(this.temp, this.steps.length);
    const { cancelAfter } = this.#options;
    const onLine = (line: string): void => {
      log.write(line);
      if (cancelAfter instanceof RegExp && cancelAfter.test(line)) this.cancel();
    };
    const ran = await runProcess({
      command: spec.command,
      args: spec.args,
      cwd: spec.cwd ?? this.workspace,
      env: { ...this.environment(), ...spec.env, ...files },
      onLine,
      // A step that starts after the cancel (always(), post) is not cancelled a second time.
      cancel: this.cancelled ? undefined : this.#cancel.signal,
      kill: this.#kill.signal,
      timeScale: this.#timeScale,
    });
    const wrote = readFiles(files);
    for (const error of wrote.errors) log.error(error);
    Object.assign(this.env, wrote.env);
    this.path.push(...wrote.path);
    const good = ran.exitCode === 0 && !wrote.fatal && !log.failed;
    if (spec.script === true && ran.exitCode !== 0 && !ran.cancelled)
      log.error(`Process completed with exit code ${ran.exitCode ?? 'unknown'}.`);
    const outcome: Outcome = ran.cancelled ? 'cancelled' : good ? 'success' : 'failure';
    const result: StepResult = {
      name: spec.name,
      id: spec.id ?? null,
      outcome,
      conclusion: outcome,
      exitCode: ran.exitCode,
      signalled: ran.signalled,
      output: log.lines.join('\n'),
      outputs: { ...log.outputs, ...wrote.outputs },
      state: { ...log.state, ...wrote.state },
      summary: mask(wrote.summary, this.secrets),
      durationMs: performance.now() - started,
    };
    this.steps.push(result);
    return result;
  }

  /** Records a step that ran no process. */
  record(name: string, id: string | undefined, outcome: Outcome, outputs: Record<string, string> = {}): StepResult {
    const empty = { exitCode: null, signalled: null, output: '', state: {}, summary: '', durationMs: 0 };
    const result: StepResult = { name, id: id ?? null, outcome, conclusion: outcome, outputs, ...empty };
    this.steps.push(result);
    return result;
  }

  /** Adds a warning of the runner's own. */
  warn(message: string): void {
    const box = new AnnotationBox();
    box.add({ level: 'warning', message, step: '' });
    this.#boxes.add(box);
  }

  /** Kills what was left running and sums up. */
  finish(outputs: Record<string, string>): JobResult {
    const boxes = [...this.#boxes];
    const annotations: Annotation[] = boxes.flatMap((box) => box.kept);
    return {
      conclusion: this.status,
      steps: this.steps,
      outputs,
      summary: this.steps.map((step) => step.summary).join(''),
      annotations,
      droppedAnnotations: boxes.reduce((total, box) => total + box.dropped, 0),
      env: this.env,
      path: this.path,
      masks: [...this.secrets],
      calls: this.calls,
      orphans: reapOrphans(this.#trackingId),
      log: this.steps.map((step) => step.output).join('\n'),
    };
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    reapOrphans(this.#trackingId);
    rmSync(this.#root, { recursive: true, force: true });
  }
}
