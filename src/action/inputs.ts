import { getInput, getMultilineInput } from '@actions/core';

import type { PlanOptions } from '../cli/session.ts';
import { GauntletError } from '../model/errors.ts';
import { Budget, STAGES, StageName } from '../model/stage.ts';

/** What `gauntlet run` takes as options, from the inputs of an action. @throws GauntletError of kind `config`. */
export function planInputs(): Omit<PlanOptions, 'directory'> {
  const [stages, only, seed] = [stageInput('stages'), listInput('only'), getInput('seed')];
  const [budget, stack, baseline, leg] = [getInput('budget'), getInput('stack'), getInput('baseline'), getInput('leg')];
  return {
    config: getInput('config') || 'gauntlet.yml',
    ...(stages.length === 0 ? {} : { stage: stages }),
    ...(only.length === 0 ? {} : { only }),
    ...(budget === '' ? {} : { budget: parse('budget', budget, { schema: Budget, known: Budget.options }) }),
    ...(seed === '' ? {} : { seed: integer('seed', seed) }),
    ...(stack === '' ? {} : { stack }),
    ...(baseline === '' ? {} : { baseline }),
    ...(leg === '' ? {} : { leg }),
  };
}

/** Names of stages. @throws GauntletError of kind `config` for a name that is none. */
export function stageInput(name: string): StageName[] {
  return listInput(name).map((text) => parse(name, text, { schema: StageName, known: STAGES }));
}

/** A list, separated by commas or line ends. */
export function listInput(name: string): string[] {
  return getMultilineInput(name)
    .flatMap((line) => line.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

interface Known<Value> {
  readonly schema: { safeParse(text: string): { readonly success: true; readonly data: Value } | { readonly success: false } };
  readonly known: readonly string[];
}

function parse<Value>(input: string, text: string, { schema, known }: Known<Value>): Value {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new GauntletError(`input ${input}: "${text}" is not known`, { kind: 'config', hint: `use ${known.join(', ')}` });
}

function integer(input: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new GauntletError(`input ${input}: "${text}" is not a whole number`, { kind: 'config', hint: 'give digits alone' });
}
