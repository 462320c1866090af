import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { agentFiles, startAgent, stopAgent, workingAgent } from '../kit/agent.ts';
import { AgentSpec, type Place } from '../kit/agent-spec.ts';
import { engineOf } from '../kit/database.ts';
import { inspectOrThrow } from '../kit/netns.ts';
import { addressesOf } from '../kit/place.ts';
import { findTarget } from '../kit/target.ts';

const Options = z.strictObject({
  service: z.string().min(1).describe('the service whose connections are used up'),
  port: z.int().min(1).max(65_535).optional().describe('where it listens; its first port when left out'),
  most: z.int().min(1).max(20_000).default(2_000).describe('connections that are taken at most, should it never refuse one'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({ agent: AgentSpec });
type Undo = z.output<typeof Undo>;

/**
 * Takes every connection that a server has to give, and takes it again when it is taken back. Nobody logs in: a slot is held from the
 * greeting on, so no password is needed.
 */
export const connections = defineFault<Options, Undo>({
  type: 'connections',
  summary: 'a pool that ran dry: all connections that a server gives are held until it refuses more',
  rows: ['DB-11', 'DB-12'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: true,
  title: ({ service }) => `use up the connections of ${service}`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(() => prepare(options, context)),
  prepare,
  inject: (_, { agent }, context) => startAgent(context, agent, { within: 'here' }),
  prove,
  heal: ({ agent }, context) => stopAgent(context, agent),
  // Connections end with the process that holds them; the server itself was never changed.
  fingerprint: async ({ agent }, context) => ((await workingAgent(context, agent)) === undefined ? null : { holding: true }),
});

async function prepare({ service, port, most }: Options, context: FaultContext): Promise<Undo> {
  const { places, engine } = await listening(service, port, context);
  return {
    agent: {
      id: context.id,
      endsAtMs: context.expiresAtMs,
      ...agentFiles(context, 'hold'),
      work: { type: 'hold', to: places, hello: engine === 'postgres' ? postgresHello() : '', most },
    },
  };
}

async function listening(
  service: string,
  port: number | undefined,
  context: FaultContext,
): Promise<{ readonly places: Place[]; readonly engine: ReturnType<typeof engineOf> }> {
  const target = await findTarget(service, context);
  const places = [...(await addressesOf(target, context, port))];
  const [first] = places;
  if (first === undefined)
    throw new GauntletError(`nothing of ${service} listens on a TCP port`, {
      kind: 'config',
      hint: 'name a service that listens, or its `port`',
    });
  const [container] = target.stack === 'compose' ? target.containers : [];
  const env = container === undefined ? [] : ((await inspectOrThrow(context, container)).Config.Env ?? []);
  const image = context.manifest.services.find(({ name }) => name === service)?.image ?? '';
  const variables = env.map((line) => line.split('=')[0] ?? '');
  return { places, engine: engineOf([service, image], variables, first.port) };
}

/**
 * The start-up message of PostgreSQL (protocol 3.0): with it the server gives the connection one of its slots, and then waits for a
 * password for as long as `authentication_timeout` lets it.
 */
function postgresHello(): string {
  const body = Buffer.from('user\0gauntlet\0database\0gauntlet\0application_name\0gauntlet\0\0', 'latin1');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]).toString('hex');
}

/** The server itself must have said no: held connections alone take nothing from anybody. */
async function prove({ service, most }: Options, { agent }: Undo, context: FaultContext): Promise<Proof> {
  const state = await workingAgent(context, agent);
  if (state === undefined) return { state: 'unproved', why: 'nobody holds connections (any more)' };
  const { connections: held, refused, said } = state;
  if (held === 0) return { state: 'unproved', why: `${service} gives no connection: ${said === '' ? 'it says nothing' : said}` };
  if (refused === 0)
    return {
      state: 'unproved',
      why: `${service} gave ${String(held)} connections ${held >= most ? 'and would give more' : 'and has not refused one yet'}`,
    };
  return {
    state: 'proved',
    by: [`${String(held)} connections to ${service} are held`, `it refused ${String(refused)} more${said === '' ? '' : `: ${said}`}`],
  };
}
