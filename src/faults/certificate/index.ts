import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { failureOf, fileIn, succeeded } from '../kit/docker.ts';
import { containerNow, listeningPorts } from '../kit/netns.ts';
import { madeFingerprint, madeNow, makeAnew, makeAsBefore, modelOf, prepareRecreated, Recreated, writeOverride } from '../kit/recreate.ts';
import { replaced } from '../kit/replaced.ts';

const DAY_MS = 86_400_000;
/** Days from now on which each ends. */
const DAYS = { expired: -1, soon: 6 } as const;

const Options = z.strictObject({
  service: z.string().min(1).describe('the service that shows the certificate'),
  path: z.string().startsWith('/').describe('where its certificate is mounted in it'),
  key: z.string().startsWith('/').optional().describe('where its key is mounted in it; not needed when the certificate shall be missing'),
  ca: z
    .strictObject({ certificate: z.string().min(1).describe('its file'), key: z.string().min(1).describe('the file of its key') })
    .optional()
    .describe('the authority that signs it, as files of this machine; without it the certificate signs itself'),
  to: z.enum(['expired', 'soon', 'missing']).default('expired').describe('ended yesterday, ends in 6 days, or an empty file'),
  port: z.int().min(1).max(65_535).optional().describe('where it is served; the first port when left out'),
});
type Options = z.output<typeof Options>;

/**
 * The certificate of a service has ended: its own, of the same name, key and authority, so that nothing but its dates can be what a client
 * refuses. The service is made anew with it, and made as it was after; no file of the project is touched.
 */
export const certificate = defineFault<Options, Recreated>({
  type: 'certificate',
  summary: 'a certificate that has ended, ends in 6 days, or is missing: the service is started with it in place of its own',
  rows: ['CHA-08'],
  options: Options,
  undo: Recreated,
  lasts: 'held',
  expires: false,
  title: ({ service, to }) =>
    `give ${service} a certificate that ${to === 'expired' ? 'has ended' : to === 'soon' ? 'ends in 6 days' : 'is missing'}`,
  services: ({ service }) => [service],
  capability: (options, context) =>
    ableIf(async () => {
      const undo = await prepareRecreated(options.service, context);
      replaced(await modelOf(undo, context), options.service, { path: options.path, by: fileOf(context) });
      if (options.to !== 'missing') await keyOf(options, undo, context);
    }),
  prepare: ({ service }, context) => prepareRecreated(service, context),
  inject: async (options, undo, context) => {
    context.signal.throwIfAborted();
    await context.ports.files.makeDirectory(context.folder);
    await (options.to === 'missing' ? context.ports.files.write(fileOf(context), '') : sign(options, undo, context));
    const override = replaced(await modelOf(undo, context), options.service, { path: options.path, by: fileOf(context) });
    await makeAnew(undo, context, await writeOverride(context, override));
  },
  prove,
  heal: (undo, context) => makeAsBefore(undo, context),
  fingerprint: (undo, context) => madeFingerprint(undo, context),
});

function fileOf({ folder, id }: FaultContext): string {
  return join(folder, `${id}-certificate.pem`);
}

/** The key goes from the container to openssl, and nowhere else. @throws GauntletError when it cannot be had. */
async function keyOf({ service, key, ca }: Options, { containers }: Recreated, context: FaultContext): Promise<string> {
  if (key === undefined)
    throw new GauntletError(`nobody says where the key of ${service} is`, {
      kind: 'config',
      hint: 'write the path of its `key` in the container',
    });
  const [first] = containers;
  const text = first && (await fileIn(context, first.id, key));
  if (text === undefined || !text.includes('PRIVATE KEY'))
    throw new GauntletError(`${service} has no key at ${key}`, {
      kind: 'config',
      hint: 'name a PEM file as it is called inside of the container',
    });
  const version = await openssl(['version'], context);
  if (!succeeded(version))
    throw new GauntletError(`openssl is needed to make a certificate: ${failureOf(version)}`, { kind: 'config', hint: 'install openssl' });
  for (const file of ca === undefined ? [] : [ca.certificate, ca.key])
    if (!(await context.ports.files.exists(file)))
      throw new GauntletError(`there is no file ${file}`, { kind: 'config', hint: 'name the files of the authority' });
  return text;
}

/** The same certificate once more, with other dates. */
async function sign(options: Options, undo: Recreated, context: FaultContext): Promise<void> {
  const key = await keyOf(options, undo, context);
  const [first] = undo.containers;
  const present = first && (await fileIn(context, first.id, options.path));
  if (present === undefined || !present.includes('BEGIN CERTIFICATE'))
    throw new GauntletError(`${options.service} has no certificate at ${options.path}`, { kind: 'config', hint: 'name a PEM file' });
  const [before, request, signed] = [`${fileOf(context)}.before`, `${fileOf(context)}.request`, fileOf(context)];
  await context.ports.files.write(before, `${present}\n`);
  const days = String(DAYS[options.to === 'soon' ? 'soon' : 'expired']);
  const { ca } = options;
  const steps =
    ca === undefined
      ? [['x509', '-in', before, '-signkey', '/dev/stdin', '-days', days, '-out', signed]]
      : [
          ['x509', '-x509toreq', '-in', before, '-signkey', '/dev/stdin', '-copy_extensions', 'copy', '-out', request],
          [
            'x509',
            '-req',
            '-in',
            request,
            '-CA',
            ca.certificate,
            '-CAkey',
            ca.key,
            '-set_serial',
            `0x${randomBytes(12).toString('hex')}`,
            '-days',
            days,
            '-copy_extensions',
            'copy',
            '-out',
            signed,
          ],
        ];
  for (const step of steps) {
    const result = await openssl(step, context, key);
    if (!succeeded(result)) throw new Error(`openssl ${step.slice(0, 2).join(' ')}: ${failureOf(result)}`);
  }
}

/** Through a pipe: what a process of ours writes to is a socket, which `/dev/stdin` cannot open. */
function openssl(args: readonly string[], { ports, signal }: FaultContext, stdin = '') {
  const argv = ['/bin/sh', '-c', 'cat | openssl "$@"', 'sh', ...args];
  return ports.exec.run({ type: 'argv', argv }, { env: ports.env, timeoutMs: 10_000, signal, stdin });
}

/** What is really served now; a certificate that is missing shows in what the container was made with. */
async function prove({ service, path, to, port }: Options, undo: Recreated, context: FaultContext): Promise<Proof> {
  const made = (await madeNow(undo, context)).find(({ Id }) => undo.containers.every(({ id }) => id !== Id));
  if (made === undefined) return { state: 'unproved', why: `${service} was not made anew (yet)` };
  if (!made.Mounts.some(({ Destination, Source }) => Destination === path && Source === fileOf(context)))
    return { state: 'unproved', why: `${service} has its own certificate` };
  if (to === 'missing') return { state: 'proved', by: [`the certificate of ${made.Name.slice(1)} is an empty file`] };
  const now = await containerNow(context, made.Id);
  const host = Object.values(now?.NetworkSettings.Networks ?? {}).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  const own = port ?? listeningPorts(context, now?.State.Pid ?? 0)[0];
  if (host === undefined || own === undefined) return { state: 'unproved', why: `${service} does not listen (yet)` };
  const shaken = await context.ports.tls.handshake({ host, port: own, timeoutMs: 2_000, signal: context.signal }, { name: service });
  const served = shaken.state === 'done' ? shaken.chain[0] : undefined;
  if (served === undefined) return { state: 'unproved', why: `${service} shows no certificate on port ${String(own)}` };
  const days = (Date.parse(served.notAfter) - Date.parse(context.ports.clock.now())) / DAY_MS;
  const right = to === 'expired' ? days < 0 : days > 0 && days < DAYS.soon + 1;
  return right
    ? { state: 'proved', by: [`${service} serves a certificate that ${days < 0 ? 'ended' : 'ends'} ${served.notAfter}`] }
    : { state: 'unproved', why: `${service} serves a certificate that ends ${served.notAfter}` };
}
