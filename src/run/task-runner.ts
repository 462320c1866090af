import { errorMessage } from '../model/errors.ts';

/** One thing to do with its undo. The undo is booked before `setup` starts, so a set-up that dies half-way is undone too. */
export interface Task {
  readonly title: string;
  readonly setup?: (signal: AbortSignal) => Promise<void>;
  /** Gets a signal and a time budget of its own: the run's deadline or cancel must not cut an undo short. */
  readonly teardown?: (signal: AbortSignal) => Promise<void>;
  readonly teardownMs?: number;
}

export type TasksOutcome =
  | { readonly status: 'completed' }
  | { readonly status: 'interrupted'; readonly during: string }
  | { readonly status: 'crashed'; readonly during: string; readonly error: unknown };

export interface TasksResult {
  readonly outcome: TasksOutcome;
  /** Undo steps that failed or ran out of time: secondary, never hiding the outcome. */
  readonly undoProblems: readonly string[];
}

const TEARDOWN_MS = 60_000;

/**
 * Runs tasks in order and every booked teardown in reverse, whatever happened. Never throws.
 * After microsoft/playwright's TaskRunner, except that teardown does not share the deadline:
 * https://github.com/microsoft/playwright/blob/main/packages/playwright/src/runner/taskRunner.ts
 */
export async function runTasks(tasks: readonly Task[], signal: AbortSignal): Promise<TasksResult> {
  const booked: Task[] = [];
  const outcome = await setUp(tasks, signal, booked);
  const undoProblems: string[] = [];
  for (const task of booked.reverse()) {
    const problem = await undo(task);
    if (problem !== undefined) undoProblems.push(problem);
  }
  return { outcome, undoProblems };
}

async function setUp(tasks: readonly Task[], signal: AbortSignal, booked: Task[]): Promise<TasksOutcome> {
  for (const task of tasks) {
    if (signal.aborted) return { status: 'interrupted', during: task.title };
    booked.push(task);
    try {
      await task.setup?.(signal);
    } catch (error) {
      return signal.aborted ? { status: 'interrupted', during: task.title } : { status: 'crashed', during: task.title, error };
    }
  }
  return signal.aborted ? { status: 'interrupted', during: 'the last step' } : { status: 'completed' };
}

async function undo({ title, teardown, teardownMs = TEARDOWN_MS }: Task): Promise<string | undefined> {
  if (!teardown) return undefined;
  const budget = AbortSignal.timeout(teardownMs);
  try {
    await Promise.race([teardown(budget), expiry(budget)]);
    return undefined;
  } catch (error) {
    return `undoing "${title}": ${errorMessage(error)}`;
  }
}

/** Rejects with the signal's reason when it is aborted: what a time budget is raced against. */
export function expiry(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason instanceof Error ? signal.reason : new Error('out of time')), {
      once: true,
    });
  });
}
