import { cut, oneLine } from '../lib/text.ts';
import { GauntletError } from '../model/errors.ts';
import type { StackInstance } from '../model/manifest.ts';
import type { RunContext } from './context.ts';
import { contextFor, findStack, type RunningStack } from './stack.ts';

/** Another stack beside the first, of the files in `context.root`, or why it is not ready. What it does is no evidence about the first. */
export async function sideUp(
  context: RunContext,
  instance: Exclude<StackInstance, 'head'>,
): Promise<RunningStack | { readonly why: string }> {
  const { stack } = context.plan;
  if (!stack) return { why: 'the configuration names no stack' };
  const plugin = findStack(stack.kind);
  const stackContext = contextFor(context, instance, context.signal);
  const refused = (await plugin.preflight(stack.options, stackContext)).find(({ level }) => level === 'error');
  if (refused) return { why: refused.message };
  const { manifest, readiness } = await plugin.up(stack.options, stackContext);
  if (readiness.state === 'ready') return { plugin, manifest, readiness };
  return { why: readiness.causes.map(({ service, message, logTail }) => `${service}: ${message}${lastWord(logTail)}`).join('; ') };
}

/** The line in which a service most likely says why. */
function lastWord(logTail: readonly string[]): string {
  const line = logTail.findLast((text) => /error|fatal|panic|exception/i.test(text)) ?? logTail.at(-1);
  return line === undefined ? '' : ` (${cut(oneLine(line), 200)})`;
}

/** Ends what runs of a side stack and keeps what it stored. @throws GauntletError when something still runs, or nobody here can. */
export async function sideHalt(context: RunContext, { plugin, manifest }: Pick<RunningStack, 'plugin' | 'manifest'>): Promise<void> {
  if (plugin.halt === undefined)
    throw new GauntletError(`a stack of the kind ${plugin.kind} is never stopped`, {
      kind: 'stack',
      hint: 'a rollback is tried on a stack of the gate’s own: name one below `stack`',
    });
  await plugin.halt(manifest.handle, contextFor(context, manifest.instance, context.signal));
}

/** Names of what keeps the data of the planned stack while its containers or processes come and go; empty where nobody can know. */
export async function dataOfStack(context: RunContext): Promise<string[]> {
  const { stack } = context.plan;
  if (!stack) return [];
  if (/\{\{\s*run\.dir\s*\}\}/.test(JSON.stringify(stack.options))) return ['{{run.dir}}'];
  const model = await findStack(stack.kind).model?.(stack.options, contextFor(context, 'rollback', context.signal));
  const volumes = typeof model === 'object' && model !== null && 'volumes' in model ? model.volumes : undefined;
  return typeof volumes === 'object' && volumes !== null ? Object.keys(volumes) : [];
}
