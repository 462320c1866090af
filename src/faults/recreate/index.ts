import { z } from 'zod';

import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { dockerOrThrow, inspectContainer } from '../kit/docker.ts';
import { madeFingerprint, madeNow, makeAsBefore, prepareRecreated, Recreated, recreatedCapability } from '../kit/recreate.ts';

const GRACE_S = 5;

const Options = z.strictObject({ service: z.string().min(1).describe('the service whose containers are removed and made anew') });
type Options = z.output<typeof Options>;

/** `docker compose down` and `up` for one service: what was only in the container, or in a volume without a name, is gone for good. */
export const recreate = defineFault<Options, Recreated>({
  type: 'recreate',
  summary: 'down and up again: the containers of a service are removed, their named volumes stay, and new ones are made',
  rows: ['DATA-07'],
  options: Options,
  undo: Recreated,
  lasts: 'held',
  expires: false,
  title: ({ service }) => `remove the containers of ${service}, and make them anew`,
  services: ({ service }) => [service],
  capability: ({ service }, context) => recreatedCapability(service, context),
  prepare: ({ service }, context) => prepareRecreated(service, context),
  inject: async (_, { containers }, context) => {
    context.signal.throwIfAborted();
    for (const { id } of containers) {
      if ((await inspectContainer(context, id)) === undefined) continue;
      await dockerOrThrow(context, ['stop', '--time', String(GRACE_S), id]);
      await dockerOrThrow(context, ['rm', id]);
    }
  },
  prove,
  heal: (undo, context) => makeAsBefore(undo, context),
  fingerprint: (undo, context) => madeFingerprint(undo, context),
});

async function prove(_: Options, undo: Recreated, context: FaultContext): Promise<Proof> {
  if (context.manifest.services.every(({ name }) => name !== undo.service))
    return { state: 'unproved', why: `there is no ${undo.service}` };
  const left = (await madeNow(undo, context)).filter(({ Id }) => undo.containers.some(({ id }) => id === Id));
  const [still] = left;
  if (still !== undefined) return { state: 'unproved', why: `container ${still.Name.replace(/^\//, '')} is still there` };
  return { state: 'proved', by: [`container ${undo.containers.map(({ name }) => name).join(', ')} is removed`] };
}
