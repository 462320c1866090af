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
  service: z.string().min(1).describe('the service whose file is corrupt'),
  path: z.string().startsWith('/').describe('the file, as it is called in the container; in a volume of Docker'),
  how: z.enum(['garbage', 'truncated']).default('garbage').describe('its first 4 kB are random, or its second half is missing'),
});
type Options = z.output<typeof Options>;

/** A file that a crash or a bad disk left half or wrong: the service is started with it. The good one lies aside and is put back. */
export const corruptFile = defineFault<Options, Swapped>({
  type: 'corrupt-file',
  summary: 'a corrupt file: the service is started with garbage or half of it in its place, and gets its own back',
  rows: ['CHA-05'],
  options: Options,
  undo: Swapped,
  lasts: 'held',
  expires: false,
  title: ({ service, path, how }) => `start ${service} with ${path} ${how === 'garbage' ? 'full of garbage' : 'cut in half'}`,
  services: ({ service }) => [service],
  capability: ({ how, ...options }, context) => swappedCapability({ ...options, kind: how }, context),
  prepare: ({ how, ...options }, context) => prepareSwapped({ ...options, kind: how }, context),
  inject: (_, undo, context) => injectSwapped(undo, context),
  prove: (_, undo, context) => proveSwapped(undo, context),
  heal: (undo, context) => healSwapped(undo, context),
  fingerprint: (undo, context) => swappedFingerprint(undo, context),
});
