import { join } from 'node:path';

import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import {
  madeFingerprint,
  madeNow,
  makeAnew,
  makeAsBefore,
  modelOf,
  prepareRecreated,
  Recreated,
  writeOverride,
  type Made,
} from '../kit/recreate.ts';
import { replaced } from '../kit/replaced.ts';

const Options = z
  .strictObject({
    service: z.string().min(1).describe('the service that is started with something missing'),
    env: z.string().min(1).optional().describe('the variable that is missing'),
    file: z.string().startsWith('/').optional().describe('the mounted file that is empty: a secret, a configuration'),
    to: z.string().optional().describe('what the variable or file says instead of nothing'),
  })
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), 'must say one of env and file');
type Options = z.output<typeof Options>;

/** A secret or a setting that was forgotten: the service is made anew without it, and made as it was after. No file of the project is touched. */
export const config = defineFault<Options, Recreated>({
  type: 'config',
  summary: 'a secret or setting that is missing or wrong: the service is started without it, as in a new environment',
  rows: ['RES-13'],
  options: Options,
  undo: Recreated,
  lasts: 'held',
  expires: false,
  title: ({ service, env, file, to }) => `start ${service} ${to === undefined ? 'without' : 'with another'} ${env ?? file ?? ''}`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(async () => overrideOf(options, await prepareRecreated(options.service, context), context)),
  prepare: ({ service }, context) => prepareRecreated(service, context),
  inject: async (options, undo, context) => {
    context.signal.throwIfAborted();
    const override = await overrideOf(options, undo, context);
    await context.ports.files.makeDirectory(context.folder);
    if (options.file !== undefined) await context.ports.files.write(emptyOf(context), options.to ?? '');
    await makeAnew(undo, context, await writeOverride(context, override));
  },
  prove,
  heal: (undo, context) => makeAsBefore(undo, context),
  fingerprint: (undo, context) => madeFingerprint(undo, context),
});

async function overrideOf({ service, env, file, to = '' }: Options, undo: Recreated, context: FaultContext): Promise<Json> {
  if (env !== undefined) return { services: { [service]: { environment: { [env]: to } } } };
  return replaced(await modelOf(undo, context), service, { path: file ?? '', by: emptyOf(context) });
}

function emptyOf({ folder, id }: FaultContext): string {
  return join(folder, `${id}-file`);
}

/** What the new container was really made with. */
async function prove({ env, file, to = '' }: Options, undo: Recreated, context: FaultContext): Promise<Proof> {
  const made = (await madeNow(undo, context)).filter(({ Id }) => undo.containers.every(({ id }) => id !== Id));
  if (made.length === 0) return { state: 'unproved', why: `${undo.service} was not made anew (yet)` };
  const shows = (one: Made): boolean =>
    env === undefined
      ? one.Mounts.some(({ Destination, Source }) => Destination === file && Source === emptyOf(context))
      : (one.Config.Env ?? []).includes(`${env}=${to}`);
  const without = made.filter((one) => !shows(one));
  if (without.length > 0) return { state: 'unproved', why: `${without.map(({ Name }) => Name.slice(1)).join(', ')} has it as before` };
  return {
    state: 'proved',
    by: [
      `container ${made.map(({ Name }) => Name.slice(1)).join(', ')} was made ${to === '' ? 'without' : 'with another'} ${env ?? file ?? ''}`,
    ],
  };
}
