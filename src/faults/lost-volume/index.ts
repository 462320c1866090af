import { z } from 'zod';

import { defineFault } from '../contract.ts';
import {
  healSwapped,
  injectSwapped,
  prepareSwapped,
  proveSwapped,
  Swapped,
  swappedCapability,
  swappedFingerprint,
} from '../kit/swapped.ts';

const Options = z.strictObject({
  service: z.string().min(1).describe('the service whose volume is lost'),
  path: z.string().startsWith('/').optional().describe('where the volume is mounted in it; the only one when left out'),
});
type Options = z.output<typeof Options>;

/** A volume that is lost: the service starts with an empty one. What was in it lies aside, whole, and is put back. */
export const lostVolume = defineFault<Options, Swapped>({
  type: 'lost-volume',
  summary: 'a lost volume: the service is started with an empty one, and gets its own back',
  rows: ['CHA-05'],
  options: Options,
  undo: Swapped,
  lasts: 'held',
  expires: false,
  title: ({ service, path }) => `start ${service} with ${path ?? 'its volume'} empty`,
  services: ({ service }) => [service],
  capability: (options, context) => swappedCapability({ ...options, kind: 'empty' }, context),
  prepare: (options, context) => prepareSwapped({ ...options, kind: 'empty' }, context),
  inject: (_, undo, context) => injectSwapped(undo, context),
  prove: (_, undo, context) => proveSwapped(undo, context),
  heal: (undo, context) => healSwapped(undo, context),
  fingerprint: (undo, context) => swappedFingerprint(undo, context),
});
