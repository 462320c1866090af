import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type Capability, type FaultContext, type FaultPlugin, type HealContext, type Proof } from '../contract.ts';
import { capabilityBy } from './capability.ts';
import { edgesBetween, type Edge, type Peer } from './edges.ts';
import type { Direction } from './fields.ts';
import { fingerprintOf } from './fingerprint.ts';
import { pidNow } from './netns.ts';
import { probeTcp, type Probed } from './probe.ts';
import { ContainerLife, countRules, familyOf, installRules, removeRules, Ruled, rulesCapability, type Rule } from './rules.ts';

const CONTROL_MS = 1_000;

/** One attempt across the edge by a process of ours, and what became of it before the fault. */
const Control = z.strictObject({
  container: ContainerLife,
  host: z.string(),
  port: z.number(),
  before: z.enum(['open', 'refused', 'timeout', 'failed']),
});
export type Control = z.output<typeof Control>;

/** Rules on an edge; `control` is null where nobody listens (UDP alone): then the counters must do. */
const EdgeUndo = z.strictObject({ ...Ruled.shape, control: Control.nullable() });
type EdgeUndo = z.output<typeof EdgeUndo>;

export interface EdgeOptions {
  readonly from: string;
  readonly to: string;
  readonly port?: number | undefined;
}

interface EdgeRules {
  readonly direction: Direction;
  /** Between where a packet comes from and what becomes of it, such as `-m statistic …`. */
  readonly more?: string;
  readonly target: string;
  /** What the target needs, such as `tcp` for a reset; everything when left out. */
  readonly protocol?: 'tcp';
}

interface EdgeKind<Options extends EdgeOptions> extends Pick<FaultPlugin<Options>, 'type' | 'summary' | 'rows' | 'options' | 'title'> {
  readonly rules: (options: Options) => EdgeRules;
  /** What the control attempt shows of the fault, in words; `undefined` where it shows nothing. */
  readonly shows: (probed: Probed) => string | undefined;
}

/** A fault of packets between two services that rules of the kernel make, on all replicas; the kernel ends it by itself. */
export function edgeFault<Options extends EdgeOptions>({ rules, shows, ...kind }: EdgeKind<Options>): FaultPlugin {
  return defineFault<Options, EdgeUndo>({
    ...kind,
    undo: EdgeUndo,
    lasts: 'held',
    expires: true,
    // Who asks must live with it: only who is asked is out of reach.
    services: ({ to }) => [to],
    capability: (options, context) => edgeCapability(options, rules(options), context),
    prepare: (options, context) => prepareEdge(options, rules(options), context),
    inject: async (_, undo, context) => {
      context.signal.throwIfAborted();
      await installRules(context, undo);
    },
    prove: (_, undo, context) => proveEdge(undo, shows, context),
    heal: (undo, context) => removeRules(context, undo),
    fingerprint: ({ holders }, context) => fingerprintOf(holders, context),
  });
}

/** Rules for all replicas of an edge, and one control attempt across it. @throws GauntletError when the edge is not there. */
async function prepareEdge(options: EdgeOptions, rules: EdgeRules, context: FaultContext): Promise<EdgeUndo> {
  const edges = await edgesBetween(options, context);
  const holders = edges.map(({ container, peers }) => ({
    container: lifeOf(container),
    rules: peers.flatMap((peer) => rulesOf(peer, options, rules)),
  }));
  return {
    tag: context.id,
    expiresAtMs: context.expiresAtMs,
    holders,
    control: await controlOf(edges, options, context),
  };
}

/** Whether the rules of this edge can be made on this machine. Never throws. */
async function edgeCapability(options: EdgeOptions, rules: EdgeRules, context: FaultContext): Promise<Capability> {
  return capabilityBy(async () => {
    const edges = await edgesBetween(options, context);
    return await rulesCapability(
      context,
      edges.flatMap(({ peers }) => peers.flatMap((peer) => rulesOf(peer, options, rules))),
    );
  });
}

/**
 * Proved by both: the kernel counted packets in every rule's place, and the control attempt shows what `shows` says.
 * The control is made first: it is traffic of its own, should there be no other.
 */
async function proveEdge(undo: EdgeUndo, shows: (probed: Probed) => string | undefined, context: FaultContext): Promise<Proof> {
  const { control } = undo;
  if (control !== null && control.before !== 'open')
    return { state: 'unproved', why: `${controlName(control)} could not be reached before the fault either (${control.before})` };
  const probed = control === null ? undefined : await attempt(context, control);
  const { rules, expected, packets, without } = await countRules(context, undo);
  if (without.length > 0) return { state: 'unproved', why: `the rules are not (any more) in the network of ${without.join(', ')}` };
  if (rules < expected) return { state: 'unproved', why: `${String(rules)} of ${String(expected)} rules are there` };
  if (packets === 0) return { state: 'unproved', why: 'no packet has come across the rules yet' };
  const counted = `${String(packets)} packets in ${String(rules)} rules`;
  if (control === null || probed === undefined) return { state: 'proved', by: [counted] };
  const shown = shows(probed);
  if (shown === undefined)
    return { state: 'unproved', why: `${counted}, yet the control attempt at ${controlName(control)} was ${probed.outcome}` };
  return { state: 'proved', by: [counted, `${shown}: ${controlName(control)}, which was open before`] };
}

/** One attempt at the control's place, now. */
export async function attempt(context: HealContext, control: Control): Promise<Probed> {
  const pid = await pidNow(context, control.container);
  if (pid === undefined) return { outcome: 'failed', connectMs: 0, detail: `${control.container.name} does not run` };
  return probeTcp(context, { pid }, { host: control.host, port: control.port, timeoutMs: CONTROL_MS });
}

export function controlName({ container, host, port }: Control): string {
  return `${container.name} → ${host}:${String(port)}`;
}

export async function controlOf(edges: readonly Edge[], { port, to }: EdgeOptions, context: FaultContext): Promise<Control | null> {
  for (const { container, peers } of edges) {
    for (const peer of peers) {
      const [host] = peer.addresses;
      const asked = port ?? peer.ports[0];
      if (host === undefined || asked === undefined) continue;
      if (port !== undefined && !peer.ports.includes(port))
        throw new GauntletError(`nothing of ${to} listens on port ${String(port)}`, {
          kind: 'config',
          hint: peer.ports.length === 0 ? 'leave `port` out' : `name one of ${peer.ports.join(', ')}`,
        });
      const own = lifeOf(container);
      const probed = await probeTcp(context, { pid: own.pid }, { host, port: asked, timeoutMs: CONTROL_MS });
      return { container: own, host, port: asked, before: probed.outcome };
    }
  }
  return null;
}

export function lifeOf({ id, name, pid, startedAt }: ContainerLife): ContainerLife {
  return { id, name, pid, startedAt };
}

/**
 * Each packet meets one rule once: what is asked leaves through OUTPUT, what is answered comes in through INPUT. On a shared loopback
 * every packet passes both, so there OUTPUT alone is used and ports tell the directions apart.
 */
function rulesOf({ addresses, loopback, ports }: Peer, { port, to }: EdgeOptions, rules: EdgeRules): Rule[] {
  if (loopback && port === undefined && ports.length === 0)
    throw new GauntletError(`${to} shares its network with the service that asks, and listens on no port that tells them apart`, {
      kind: 'config',
      hint: 'name the `port`',
    });
  const several = port !== undefined ? [port] : loopback ? ports : [undefined];
  return addresses.flatMap((address) =>
    several.flatMap((one) => [
      ...(rules.direction === 'answer'
        ? []
        : [ruleOf('OUTPUT', loopback ? '-o lo' : `-d ${address}`, { address, port: one, way: '--dport', rules })]),
      ...(rules.direction === 'request'
        ? []
        : [ruleOf(loopback ? 'OUTPUT' : 'INPUT', loopback ? '-o lo' : `-s ${address}`, { address, port: one, way: '--sport', rules })]),
    ]),
  );
}

function ruleOf(
  chain: Rule['chain'],
  where: string,
  { address, port, way, rules }: { address: string; port: number | undefined; way: '--dport' | '--sport'; rules: EdgeRules },
): Rule {
  const protocol = port !== undefined || rules.protocol === 'tcp' ? ' -p tcp' : '';
  const only = port === undefined ? '' : ` ${way} ${String(port)}`;
  return {
    family: familyOf(address),
    table: 'filter',
    chain,
    match: `${where}${protocol}${only}${rules.more === undefined ? '' : ` ${rules.more}`}`,
    target: rules.target,
  };
}
