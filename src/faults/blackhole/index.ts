import { z } from 'zod';

import { defineFault, type FaultContext } from '../contract.ts';
import { fingerprintOf } from '../kit/fingerprint.ts';
import { inspectOrThrow, listeningPorts } from '../kit/netns.ts';
import { firstOf, ownCapability, prepareOwn } from '../kit/own-network.ts';
import { probeTcp } from '../kit/probe.ts';
import { countRules, installRules, removeRules, Ruled, type Rule } from '../kit/rules.ts';

const CONTROL_MS = 1_000;

const Options = z.strictObject({ service: z.string().min(1).describe('the service that nobody hears any more, and that hears nobody') });
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  ...Ruled.shape,
  /** Where this machine reached it before; null where it could not. */
  control: z.strictObject({ host: z.string(), port: z.number() }).nullable(),
});
type Undo = z.output<typeof Undo>;

/** Everything but its own loopback: health checks inside the container still pass, which is the point. */
const RULES = (['ip4', 'ip6'] as const).flatMap((family): Rule[] => [
  { family, table: 'filter', chain: 'INPUT', match: '! -i lo', target: 'DROP' },
  { family, table: 'filter', chain: 'OUTPUT', match: '! -o lo', target: 'DROP' },
]);

/** A service whose packets all get lost, in both directions: it runs, and nobody reaches it. */
export const blackhole = defineFault<Options, Undo>({
  type: 'blackhole',
  summary: 'a service that runs and cannot be reached: all its packets are dropped, so callers wait for nothing',
  rows: ['CHA-03'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: true,
  title: ({ service }) => `drop all packets of ${service}`,
  services: ({ service }) => [service],
  capability: ({ service }, context) => ownCapability(service, RULES, context),
  prepare: async ({ service }, context) => {
    const ruled = await prepareOwn(service, RULES, context);
    return { ...ruled, control: await controlOf(ruled, context) };
  },
  inject: async (_, undo, context) => {
    context.signal.throwIfAborted();
    await installRules(context, undo);
  },
  prove: async (_, undo, context) => {
    const { control } = undo;
    const probed = control === null ? undefined : await probeTcp(context, 'here', { ...control, timeoutMs: CONTROL_MS });
    const { rules, expected, packets, without } = await countRules(context, undo);
    if (without.length > 0) return { state: 'unproved', why: `the rules are not (any more) in the network of ${without.join(', ')}` };
    if (rules < expected || packets === 0)
      return { state: 'unproved', why: `${String(packets)} packets in ${String(rules)} of ${String(expected)} rules` };
    const counted = `${String(packets)} packets were dropped`;
    if (control === null || probed === undefined) return { state: 'proved', by: [counted] };
    const where = `${control.host}:${String(control.port)}`;
    if (probed.outcome !== 'timeout')
      return { state: 'unproved', why: `${counted}, yet a control attempt at ${where} was ${probed.outcome}` };
    return { state: 'proved', by: [counted, `a control attempt at ${where}, which was open before, got no answer`] };
  },
  heal: (undo, context) => removeRules(context, undo),
  fingerprint: ({ holders }, context) => fingerprintOf(holders, context),
});

async function controlOf(ruled: Ruled, context: FaultContext): Promise<Undo['control']> {
  const first = firstOf(ruled);
  const { NetworkSettings } = await inspectOrThrow(context, first);
  const host = Object.values(NetworkSettings.Networks).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  const [port] = listeningPorts(context, first.pid);
  if (host === undefined || port === undefined) return null;
  const { outcome } = await probeTcp(context, 'here', { host, port, timeoutMs: CONTROL_MS });
  return outcome === 'open' ? { host, port } : null;
}
