export type Outcome = 'success' | 'failure' | 'cancelled' | 'skipped';

/** One `::error::`, `::warning::` or `::notice::` that reached the job. */
export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  message: string;
  title?: string;
  file?: string;
  line?: number;
  endLine?: number;
  col?: number;
  endColumn?: number;
  step: string;
}

export interface StepResult {
  name: string;
  id: string | null;
  /** Before continue-on-error; `conclusion` is after it. */
  outcome: Outcome;
  conclusion: Outcome;
  exitCode: number | null;
  /** The strongest signal that a cancel had to send. */
  signalled: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | null;
  /** Standard output and error as the log shows them: masked, commands in their `##[…]` form. */
  output: string;
  outputs: Record<string, string>;
  state: Record<string, string>;
  summary: string;
  durationMs: number;
}

/** A nested `uses:`; it is recorded, not run. */
export interface UsesCall {
  step: string;
  uses: string;
  with: Record<string, string>;
}

export interface JobResult {
  conclusion: Outcome;
  steps: StepResult[];
  outputs: Record<string, string>;
  /** The summaries of all steps, those over 1 MiB left out. */
  summary: string;
  annotations: Annotation[];
  /** Annotations beyond ten per level, which GitHub throws away. */
  droppedAnnotations: number;
  /** Additions to the environment and to PATH. */
  env: Record<string, string>;
  path: string[];
  /** Values given to `::add-mask::`. */
  masks: string[];
  calls: UsesCall[];
  /** Processes that outlived the job; they have been killed, as the runner does. */
  orphans: { pid: number; command: string }[];
  log: string;
}

export interface RunnerOptions {
  event?: { name: string; payload: unknown };
  /** Where the repository is checked out; a fresh folder, removed afterwards, without it. */
  workspace?: string;
  /** On top of everything, GITHUB_* included: `github.env()` of the fake belongs here. */
  env?: Record<string, string>;
  /** Variables of this process to hand down besides PATH, HOME and the like. */
  inherit?: string[];
  /** Cancels the job after so many milliseconds, or when a line of the log matches. */
  cancelAfter?: number | RegExp;
  /** Scales the runner's own delays (7.5 s, 2.5 s, 5 min): 0.02 makes a cancel take 0.2 s. */
  timeScale?: number;
  /** A last resort for tests: whatever runs is killed. 120 s by default. */
  timeoutMs?: number;
}
