import { z } from 'zod';

import { defineFault, type FaultContext } from '../contract.ts';
import { fingerprintOf } from '../kit/fingerprint.ts';
import { pidNow } from '../kit/netns.ts';
import { firstOf, ownCapability, prepareOwn } from '../kit/own-network.ts';
import { probeName, type Probed } from '../kit/probe.ts';
import { countRules, installRules, removeRules, Ruled, type Rule } from '../kit/rules.ts';

/** Docker's own resolver, in every network of a project. */
const RESOLVER = '127.0.0.11';
const CONTROL_MS = 1_000;

const Options = z.strictObject({
  service: z.string().min(1).describe('the service that cannot resolve'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/, 'is not a host name')
    .max(128)
    .optional()
    .describe('only this name, such as db; every name when left out'),
  answer: z
    .enum(['none', 'refused'])
    .default('none')
    .describe('what the asking program sees: nothing until its own time-out, or that nobody listens'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({ ...Ruled.shape, before: z.enum(['open', 'refused', 'timeout', 'failed']) });
type Undo = z.output<typeof Undo>;

/** Questions that a name's lookup sends get no answer. Addresses that a program remembers stay good, as in a real outage. */
export const dns = defineFault<Options, Undo>({
  type: 'dns',
  summary: 'a service cannot resolve one name, or any: its questions get no answer, or are refused',
  rows: ['CHA-03'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: true,
  title: ({ service, name }) => `keep ${service} from resolving ${name ?? 'names'}`,
  services: ({ service }) => [service],
  capability: (options, context) => ownCapability(options.service, rulesOf(options), context),
  prepare: async (options, context) => {
    const ruled = await prepareOwn(options.service, rulesOf(options), context);
    const { outcome } = await ask(options, ruled, context);
    return { ...ruled, before: outcome };
  },
  inject: async (_, undo, context) => {
    context.signal.throwIfAborted();
    await installRules(context, undo);
  },
  prove: async (options, undo, context) => {
    const name = askedFor(options);
    if (undo.before !== 'open') return { state: 'unproved', why: `${name} could not be resolved before the fault either (${undo.before})` };
    const { outcome } = await ask(options, undo, context);
    const { rules, expected, packets, without } = await countRules(context, undo);
    if (without.length > 0) return { state: 'unproved', why: `the rules are not (any more) in the network of ${without.join(', ')}` };
    if (rules < expected || packets === 0) return { state: 'unproved', why: 'no question has come across the rules yet' };
    if (outcome === 'open') return { state: 'unproved', why: `${name} is still resolved` };
    return { state: 'proved', by: [`${String(packets)} questions were lost`, `${name}, resolved before, now ends as ${outcome}`] };
  },
  heal: (undo, context) => removeRules(context, undo),
  fingerprint: ({ holders }, context) => fingerprintOf(holders, context),
});

/**
 * Docker leads questions to another port in the nat table, which comes before `filter`: a rule for port 53 there never sees one. So they
 * are dropped in `mangle`, which comes first; what refuses can only stand in `filter`, and goes by the address there.
 */
export function rulesOf({ name, answer }: Pick<Options, 'name' | 'answer'>): Rule[] {
  const only = name === undefined ? '' : ` -m string --algo bm --icase --hex-string "${wire(name)}"`;
  if (answer === 'refused')
    return [
      {
        family: 'ip4',
        table: 'filter',
        chain: 'OUTPUT',
        match: `-d ${RESOLVER} -p udp${only}`,
        target: 'REJECT --reject-with icmp-port-unreachable',
      },
    ];
  return (['udp', 'tcp'] as const).map((protocol) => ({
    family: 'ip4',
    table: 'mangle',
    chain: 'OUTPUT',
    match: `-p ${protocol} --dport 53${only}`,
    target: 'DROP',
  }));
}

/** A name as it stands in a question (RFC 1035): each label after its length. */
function wire(name: string): string {
  return name
    .split('.')
    .map((label) => `|${label.length.toString(16).padStart(2, '0')}|${label}`)
    .join('')
    .concat('|00|');
}

/** The service itself is a name that Docker always knows. */
function askedFor({ name, service }: Options): string {
  return name ?? service;
}

async function ask(options: Options, ruled: Ruled, context: FaultContext): Promise<Probed> {
  const pid = await pidNow(context, firstOf(ruled));
  if (pid === undefined) return { outcome: 'failed', connectMs: 0, detail: `${options.service} does not run` };
  return probeName(context, { pid }, { server: RESOLVER, name: askedFor(options), timeoutMs: CONTROL_MS });
}
