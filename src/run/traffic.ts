import type { StackEvidence } from '../model/evidence.ts';
import type { Service } from '../model/manifest.ts';
import type { PlannedStage } from '../model/plan.ts';
import type { RunContext } from './context.ts';
import type { RunningStack } from './stack.ts';

/** Bytes that each service of a stage has received from outside its own container, since it started. */
export type Received = ReadonlyMap<string, number>;

/**
 * Reads the network counters of the containers of the services that the stage names. Empty where nobody can say: a process shares
 * the machine's network, and a container of another machine has no process here.
 */
export async function receivedBy(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<Received> {
  const names = stage.services;
  if (!stack || names === 'all' || names.length === 0) return new Map();
  const services = stack.manifest.services.filter(({ name }) => names.includes(name));
  const counts = await Promise.all(services.map(async (service) => [service.name, await receivedOf(context, service)] as const));
  return new Map(counts.flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, bytes] as const])));
}

/** Stores what the services received while the stage ran; a container that was replaced meanwhile counts from nothing. */
export async function storeTraffic(
  context: RunContext,
  stage: PlannedStage,
  { stack, before, from }: { stack: RunningStack | undefined; before: Received; from: string },
): Promise<void> {
  if (!stack || before.size === 0) return;
  const after = await receivedBy(context, stage, stack);
  const traffic = [...before].flatMap(([service, bytes]) => {
    const now = after.get(service);
    return now === undefined ? [] : [{ service, receivedBytes: now >= bytes ? now - bytes : now }];
  });
  if (traffic.length === 0) return;
  const { instance, kind } = stack.manifest;
  const evidence: StackEvidence = {
    id: `${stage.name}/stack-${instance}-traffic`,
    kind: 'stack',
    stage: stage.name,
    window: { from, to: context.ports.clock.now() },
    instance,
    phase: 'watch',
    stack: kind,
    services: [],
    preflight: [],
    incidents: [],
    leaks: [],
    logs: [],
    traffic,
  };
  await context.directory.addEvidence(evidence);
}

async function receivedOf({ ports: { files } }: RunContext, { replicas }: Service): Promise<number | undefined> {
  let sum = 0;
  for (const { id, pid } of replicas) {
    if (pid === undefined || !/^[0-9a-f]{12,}$/.test(id)) return undefined;
    try {
      // The same number may be another program's here: only the container's own process says that it is the container's.
      if (!(await files.readText(`/proc/${pid}/cgroup`)).includes(id.slice(0, 12))) return undefined;
      const snmp6 = await files.readText(`/proc/${pid}/net/snmp6`).catch(() => '');
      sum += receivedIn(await files.readText(`/proc/${pid}/net/dev`), snmp6);
    } catch {
      return undefined;
    }
  }
  return replicas.length === 0 ? undefined : sum;
}

/** An Ethernet header: interfaces count it, the IP layer does not. Bytes. */
const HEADER = 14;

/**
 * Bytes received by every interface but the loopback (proc_net(5)), over which health checks of the container itself go, without
 * what the network tells everybody: a container that nobody speaks to hears its neighbours announce themselves by IPv6.
 */
export function receivedIn(netDev: string, snmp6: string): number {
  const rows = netDev.split('\n').flatMap((line) => {
    const [, name = '', bytes = ''] = /^\s*([^:\s]+):\s*(\d+)/.exec(line) ?? [];
    return name === '' || name === 'lo' ? [] : [Number(bytes)];
  });
  const read = (name: string) => Number(new RegExp(String.raw`^Ip6${name}\s+(\d+)`, 'm').exec(snmp6)?.[1] ?? 0);
  const deaf = read('InReceives') === read('InDiscards');
  const noise = deaf ? read('InOctets') + HEADER * read('InReceives') : read('InMcastOctets') + HEADER * read('InMcastPkts');
  return Math.max(0, rows.reduce((all, bytes) => all + bytes, 0) - noise);
}
