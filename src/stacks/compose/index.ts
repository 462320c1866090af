import { defineStack } from '../contract.ts';
import { boots } from './boot.ts';
import { down, halt } from './down.ts';
import { inside } from './inside.ts';
import { logs } from './logs.ts';
import { resolveModel } from './model.ts';
import { ComposeOptions, projectOf } from './options.ts';
import { preflight } from './preflight.ts';
import { prints } from './prints.ts';
import { sampler } from './sampler.ts';
import { look, places, up } from './up.ts';
import { watch } from './watch.ts';

/** A stack of Compose files on a Docker engine, in a project of its own. */
export const compose = defineStack<ComposeOptions>({
  kind: 'compose',
  summary: 'Docker Compose files, brought up in a project of their own and judged by what the containers do',
  options: ComposeOptions,
  preflight,
  up,
  look,
  places,
  watch,
  sampler,
  prints,
  inside,
  boots,
  logs,
  halt,
  down,
  model: async (options, context) => (await resolveModel(context.ports, projectOf(options, context))).raw,
});
