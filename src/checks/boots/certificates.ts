import type { Bootable } from '../../model/boot.ts';
import type { CheckContext } from '../contract.ts';
import { liveServices, placeOf } from '../live/services.ts';
import type { Change, Visit } from './changes.ts';

const SHAKE_MS = 3_000;
const FILE = /\.(?:pem|crt|cer|cert|key|p12|pfx)$/i;
const FOLDER = /(?:^|\/)(?:certs?|ssl|tls|certificates)$/i;
/** Lists of authorities are for what it calls, not for what it serves. */
const AUTHORITY = /(?:^|[/_.-])(?:ca|cacerts?|root-?ca|ca-?bundle|ca-?certificates|trust(?:ed|store)?)(?:[/_.-]|$)/i;
const NOWHERE = '/gauntlet/nowhere.pem';

/** The same service without its certificate or its key: mounts taken away, and paths in variables that lead nowhere. */
export async function withoutCertificates({ service, env, mounts = [] }: Bootable, context: CheckContext): Promise<Change[]> {
  const taken = mounts.filter((path) => (FILE.test(path) || FOLDER.test(path)) && !AUTHORITY.test(path));
  const named = Object.keys(env).filter(
    (name) => FILE.test(env[name] ?? '') && /^[./~\w]/.test(env[name] ?? '') && !AUTHORITY.test(`${name}_${env[name] ?? ''}`),
  );
  if (taken.length + named.length === 0) return [];
  const visit = visitFor(context, await speaksTls(context, service));
  return [
    ...taken.map((path): Change => ({ kind: 'certificate', case: `without ${path}`, env: {}, without: [path], visit })),
    ...named.map((name): Change => ({ kind: 'certificate', case: `${name} = ${NOWHERE}`, env: { [name]: NOWHERE }, visit })),
  ];
}

/** Whether the service, as it runs in the stack, speaks TLS where it is reached. */
async function speaksTls(context: CheckContext, name: string): Promise<boolean> {
  const service = (await liveServices(context))?.find((one) => one.name === name);
  const port = service?.published[0]?.container;
  const place = service && port !== undefined ? await placeOf(context, service, port) : undefined;
  if (!place) return false;
  const { host, port: own } = place;
  const shaken = await context.ports.tls.handshake({ host, port: own, timeoutMs: SHAKE_MS, signal: context.signal }, { name });
  return shaken.state === 'done';
}

function visitFor({ ports, signal }: CheckContext, before: boolean): Visit {
  return async (url) => {
    const { hostname: host, port } = new URL(url);
    const shaken = await ports.tls.handshake({ host, port: Number(port), timeoutMs: SHAKE_MS, signal }, { name: host });
    if (shaken.state === 'done')
      return { seen: `it serves TLS with a certificate of ${shaken.chain[0]?.subject ?? 'nobody'}`, effect: false };
    if (!before) return { seen: 'its port speaks no TLS, as it does with the file', effect: false };
    const plain = shaken.reason === 'not-tls';
    return { seen: plain ? 'its port, which speaks TLS else, answers in the clear' : `no handshake: ${shaken.message}`, effect: plain };
  };
}
