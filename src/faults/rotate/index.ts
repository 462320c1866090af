import { join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { RotationFacts } from '../../model/fault-facts.ts';
import { stackEnvironment } from '../../model/stack-environment.ts';
import { defineFault, type FaultContext, type HealContext, type Proof } from '../contract.ts';
import { succeeded } from '../kit/docker.ts';
import { findTarget } from '../kit/target.ts';

const RUN_MS = 14_000;
const TRY_MS = 3_000;
const SERVED_MS = 3_000;
const LOOK_MS = 100;

const command = z.string().min(1);
const Options = z.strictObject({
  service: z.string().min(1).describe('the service whose key or certificate is replaced'),
  run: command.describe('the command of the project that replaces it'),
  undo: command.optional().describe('what brings the old one back; it stays replaced without it'),
  old: command.optional().describe('succeeds as long as the old key is accepted'),
  new: command.optional().describe('succeeds when the new key is accepted'),
  served_at: z
    .string()
    .regex(/^[^\s:/]+:\d+$/, 'is not an address such as 127.0.0.1:8443')
    .optional()
    .describe('where the certificate is served'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  undo: z.string().nullable(),
  /** Variables for it: where the stack is. */
  env: z.record(z.string(), z.string()),
  /** Made when the command is begun. */
  begun: z.string(),
  /** Where it is told how the command went. */
  record: z.string(),
  before: z.strictObject({ old: z.boolean().nullable(), new: z.boolean().nullable(), serial: z.string().nullable() }),
});
type Undo = z.output<typeof Undo>;

const Told = RotationFacts.pick({ exitCode: true, tookMs: true, servedAfterMs: true });

/** A key or a certificate is replaced as the project does it, while users are served: nobody should notice. */
export const rotate = defineFault<Options, Undo>({
  type: 'rotate',
  summary: 'a key or certificate is replaced by the project’s own command while users are served, and the old one must die',
  rows: [],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service, run }) => `replace what ${service} shows: ${run.replace(/\s+/g, ' ').slice(0, 60)}`,
  // Nobody may suffer from it, also not those who speak to the service itself.
  services: () => [],
  capability: async ({ service }, context) => {
    const known = context.manifest.services.some(({ name }) => name === service);
    return known ? { state: 'able' } : { state: 'unsupported', why: `the stack has no service ${service}` };
  },
  prepare: async (options, context) => {
    await findTarget(options.service, context);
    const env = stackEnvironment(context.manifest);
    const files = { begun: join(context.folder, `${context.id}-begun`), record: join(context.folder, `${context.id}-rotation.json`) };
    return { undo: options.undo ?? null, env, ...files, before: await stateOf(options, env, context) };
  },
  inject,
  prove: async (_, { record }, context): Promise<Proof> => {
    const told = await toldIn(record, context);
    if (told === undefined) return { state: 'unproved', why: 'the command is not over' };
    return {
      state: 'proved',
      by: [
        told.exitCode === undefined
          ? `the command was not over after ${String(RUN_MS / 1_000)} s`
          : `the command ended with ${String(told.exitCode)}`,
      ],
    };
  },
  observe: async (options, { env, before, record }, context): Promise<RotationFacts> => {
    const after = await stateOf(options, env, context);
    return {
      kind: 'rotation',
      tookMs: 0,
      ...(await toldIn(record, context)),
      ...(before.old === null || after.old === null ? {} : { old: { before: before.old, after: after.old } }),
      ...(before.new === null || after.new === null ? {} : { new: { before: before.new, after: after.new } }),
      ...(before.serial === null ? {} : { serial: { before: before.serial, after: after.serial ?? 'none' } }),
    };
  },
  heal: async ({ undo, env, begun }, context) => {
    if (undo === null || !(await context.ports.files.exists(begun))) return;
    const result = await shell(undo, { env, timeoutMs: RUN_MS }, context);
    if (!succeeded(result)) throw new Error(`the command that brings the old one back fails: ${result.stderr.trim().slice(-200)}`);
    await context.ports.files.remove(begun);
  },
  // What was replaced is meant to stay so.
  fingerprint: async () => null,
});

async function inject(options: Options, undo: Undo, context: FaultContext): Promise<void> {
  const { files, clock } = context.ports;
  context.signal.throwIfAborted();
  if (await files.exists(undo.record)) return;
  await files.appendDurably(undo.begun, 'begun');
  const from = clock.monotonicMs();
  const { outcome } = await shell(options.run, { env: undo.env, timeoutMs: RUN_MS }, context);
  const tookMs = Math.round(clock.monotonicMs() - from);
  const served = await servedAfter(options, undo, context);
  const told = {
    tookMs,
    ...(outcome.ended === 'exit' ? { exitCode: outcome.code } : {}),
    ...(served === undefined ? {} : { servedAfterMs: Math.round(served - from) }),
  };
  await files.write(undo.record, JSON.stringify(told));
}

/** When the new one was first seen, by the clock of `monotonicMs`. */
async function servedAfter(options: Options, { env, before }: Undo, context: FaultContext): Promise<number | undefined> {
  const { clock } = context.ports;
  const until = clock.monotonicMs() + SERVED_MS;
  do {
    const now = await stateOf(options, env, context);
    if (now.new === true || (now.serial !== null && now.serial !== before.serial)) return clock.monotonicMs();
    if (now.new === null && now.serial === null) return undefined;
    await clock.sleep(LOOK_MS, context.signal);
  } while (clock.monotonicMs() < until);
  return undefined;
}

async function stateOf(options: Options, env: Undo['env'], context: FaultContext): Promise<Undo['before']> {
  const accepted = async (line: string | undefined): Promise<boolean | null> =>
    line === undefined ? null : succeeded(await shell(line, { env, timeoutMs: TRY_MS }, context));
  return { old: await accepted(options.old), new: await accepted(options.new), serial: await serialAt(options.served_at, context) };
}

async function serialAt(address: string | undefined, { ports, signal }: FaultContext): Promise<string | null> {
  if (address === undefined) return null;
  const [host = '', port = ''] = address.split(':');
  const shaken = await ports.tls.handshake({ host, port: Number(port), timeoutMs: TRY_MS, signal }, { name: host });
  return shaken.state === 'done' ? (shaken.chain[0]?.serial ?? null) : null;
}

async function toldIn(record: string, { ports }: HealContext): Promise<z.output<typeof Told> | undefined> {
  return Told.safeParse(parseJson(await ports.files.readText(record).catch(() => ''))).data;
}

function shell(
  line: string,
  { env, timeoutMs }: { readonly env: Undo['env']; readonly timeoutMs: number },
  { ports, signal }: HealContext,
) {
  return ports.exec.run({ type: 'shell', line }, { env: { ...ports.env, ...env }, timeoutMs, signal, graceMs: 500 });
}
