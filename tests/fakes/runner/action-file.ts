import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { interpolate } from './expressions.ts';
import type { ExpressionScope } from './expressions.ts';

/** A step as a workflow or a composite writes it. */
export interface StepDefinition {
  id?: string;
  name?: string;
  if?: string | boolean;
  run?: string;
  shell?: string;
  env?: Record<string, string | number | boolean>;
  'working-directory'?: string;
  'continue-on-error'?: boolean | string;
  uses?: string;
  with?: Record<string, string | number | boolean>;
}

/** action.yml, as far as the harness reads it. */
export interface ActionFile {
  name?: string;
  inputs?: Record<string, { default?: string | number | boolean; required?: boolean }>;
  outputs?: Record<string, { value?: string }>;
  runs: {
    using: string;
    main?: string;
    pre?: string;
    post?: string;
    'pre-if'?: string;
    'post-if'?: string;
    steps?: StepDefinition[];
  };
}

/** Reads action.yml (or action.yaml) of a folder. */
export function readActionFile(folder: string): ActionFile {
  const path = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`Can't find 'action.yml' or 'action.yaml' under '${folder}'`);
  return parse(readFileSync(path, 'utf8')) as ActionFile;
}

/** Inputs with their defaults; names that the action does not know are told to `unknown`, as the runner warns of them. */
export function resolveInputs(
  action: ActionFile,
  given: Record<string, string>,
  scope: ExpressionScope,
  unknown: (name: string) => void,
): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [name, { default: fallback }] of Object.entries(action.inputs ?? {})) {
    inputs[name.toLowerCase()] = fallback === undefined ? '' : interpolate(String(fallback), scope);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!(name.toLowerCase() in inputs)) unknown(name);
    inputs[name.toLowerCase()] = value;
  }
  return inputs;
}

/** INPUT_* as a JavaScript action finds them: blanks become underscores, hyphens stay. */
export function inputVariables(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]));
}
