import type { Gap, RunContext } from '../context.ts';
import { sideUp } from '../side-stack.ts';
import { stackDown, type RunningStack } from '../stack.ts';
import type { BaseTree } from './base-tree.ts';

const DOWN_MS = 60_000;

/** Two stacks that stand side by side, taken down when they are disposed of. */
export interface Sides extends AsyncDisposable {
  readonly base: RunningStack;
  readonly head: RunningStack;
}

/** The base branch's stack and another one of this branch, as old as each other; a gap where one of them does not come up. */
export async function bothUp(context: RunContext, tree: BaseTree): Promise<Sides | (AsyncDisposable & { readonly gap: Gap })> {
  const undo = new AsyncDisposableStack();
  const dispose = { [Symbol.asyncDispose]: () => undo.disposeAsync() };
  const down = (instance: 'base' | 'challenger') => async (): Promise<void> => {
    await stackDown(context, instance, AbortSignal.any([context.signal, AbortSignal.timeout(DOWN_MS)]));
  };
  undo.defer(down('base'));
  const base = await sideUp({ ...context, root: tree.root }, 'base');
  if ('why' in base) return { ...dispose, gap: notUp('the base branch', base.why) };
  undo.defer(down('challenger'));
  const head = await sideUp(context, 'challenger');
  if ('why' in head) return { ...dispose, gap: notUp('this branch beside that of the base', head.why) };
  return { ...dispose, base, head };
}

function notUp(whose: string, why: string): Gap {
  return {
    reason: 'stack-not-ready',
    message: `head against base: the stack of ${whose} did not become ready: ${why}`,
    fix: 'Two stacks must be able to stand side by side: let ports be chosen (`port: auto`; in Compose publish the container port alone), and name what the base needs under `prepare`, such as `npm ci`.',
  };
}
