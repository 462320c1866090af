import type { Service } from '../repository/compose.ts';
import { speaksToEngine, watchesHost } from '../repository/images.ts';
import type { Problem } from './judge.ts';

type Found = Omit<Problem, 'subject' | 'path' | 'line'> & { readonly keys: readonly string[] };

const SOCKET = /^(?:\/var)?\/run\/(?:docker|containerd\/containerd|podman\/podman|crio\/crio)\.sock$/;
const HOST_FOLDER = /^\/(?:|etc|root|boot|proc|sys|var|usr|home)$/;
/** Each of these is as good as root on the host: https://man7.org/linux/man-pages/man7/capabilities.7.html */
const CAPABILITIES = new Set(['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO', 'DAC_READ_SEARCH']);

/** Ways from a container to its host. Tools whose work is the host weigh less: theirs is a known price. */
export function privileges(service: Service): Found[] {
  const image = service.image ?? '';
  return [...fullPower(service, image), ...engine(service, image), ...hostParts(service, image), ...capabilities(service, image)];
}

function fullPower({ privileged }: Service, image: string): Found[] {
  if (privileged !== true) return [];
  if (/(?:^|[/:-])(?:dind|buildkit)/.test(image))
    return [lowered('privileged', 'is privileged, as builders of images are', ['privileged'])];
  if (watchesHost(image)) return [lowered('privileged', 'is privileged, as its documentation asks', ['privileged'])];
  return [
    {
      kind: 'privileged',
      says: 'is privileged: who takes it over has the host',
      keys: ['privileged'],
      weight: ['P0', 'escalate:root-on-the-host'],
    },
  ];
}

function engine({ volumes }: Service, image: string): Found[] {
  const socket = (volumes ?? []).find(({ source }) => source !== undefined && SOCKET.test(source));
  if (!socket) return [];
  if (speaksToEngine(image)) return [lowered('engine', 'holds the socket of the container engine, as its work needs', ['volumes'])];
  // Read-only keeps the file, not the API behind it.
  return [
    {
      kind: 'engine',
      says: 'holds the socket of the container engine: who takes it over can start a container with the whole host',
      keys: ['volumes'],
      weight: ['P0', 'escalate:root-on-the-host'],
    },
  ];
}

function hostParts({ network_mode, pid, ipc, volumes }: Service, image: string): Found[] {
  const shared = [
    ...(network_mode === 'host' ? [{ what: 'network', key: 'network_mode' }] : []),
    ...(pid === 'host' ? [{ what: 'processes', key: 'pid' }] : []),
    ...(ipc === 'host' ? [{ what: 'shared memory', key: 'ipc' }] : []),
  ];
  const folder = (volumes ?? []).find(
    ({ type, source, read_only }) => type === 'bind' && read_only !== true && source !== undefined && HOST_FOLDER.test(source),
  );
  const found: Found[] = [
    ...shared.map(({ what, key }): Found => ({
      kind: 'host',
      says: `shares the host’s ${what}`,
      keys: [key],
      ...(what === 'network' ? { weight: ['P2', 'lower:network-alone'] } : {}),
    })),
    ...(folder ? [{ kind: 'host' as const, says: `may write to ${folder.source ?? ''} of the host`, keys: ['volumes'] }] : []),
  ];
  const [first] = found;
  if (!first || watchesHost(image)) return [];
  return [{ ...first, says: found.map(({ says }) => says).join(', and ') }];
}

function capabilities({ cap_add, security_opt, privileged }: Service, image: string): Found[] {
  if (privileged === true || watchesHost(image)) return [];
  const strong = (cap_add ?? []).map((name) => name.replace(/^CAP_/, '').toUpperCase()).filter((name) => CAPABILITIES.has(name));
  const off = (security_opt ?? []).filter((option) => /^(?:seccomp|apparmor)[:=]unconfined$/.test(option));
  if (strong.length > 0) return [{ kind: 'capability', says: `adds the capability ${strong.join(', ')}`, keys: ['cap_add'] }];
  return off.length > 0
    ? [{ kind: 'capability', says: `runs with ${off.join(', ')}`, keys: ['security_opt'], weight: ['P2', 'lower:one-layer-of-several'] }]
    : [];
}

function lowered(kind: Found['kind'], says: string, keys: readonly string[]): Found {
  return { kind, says, keys, weight: ['P3', 'lower:known-tool'] };
}
