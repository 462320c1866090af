import type { Json } from '../../lib/json.ts';
import type { HealContext } from '../contract.ts';
import { containerNow, inNetwork, pidNow, type Inspected } from './netns.ts';
import type { Container } from './target.ts';

/**
 * Of every container of an undo that is still there: its rules, queues, names and addresses on its networks, and limits. `null` when all
 * are gone. @throws when the engine does not answer.
 */
export async function fingerprintOf(
  held: readonly { readonly container: Pick<Container, 'id' | 'name' | 'pid'> }[],
  context: HealContext,
): Promise<Json> {
  const seen: Record<string, Json> = {};
  for (const { container } of held) {
    if (container.name in seen) continue;
    const now = await containerNow(context, container.id);
    if (now === undefined) continue;
    const pid = await pidNow(context, container);
    seen[container.name] = { ...settingsOf(now), ...(pid === undefined ? {} : await kernelOf(context, pid)) };
  }
  return Object.keys(seen).length === 0 ? null : seen;
}

function settingsOf({ HostConfig, NetworkSettings }: Inspected): Record<string, Json> {
  const networks = Object.entries(NetworkSettings.Networks).map(([name, { Aliases, IPAMConfig }]): [string, Json] => [
    name,
    { aliases: [...(Aliases ?? [])].sort(), address: IPAMConfig?.IPv4Address ?? null },
  ]);
  const { NanoCpus, CpuQuota, CpuPeriod, Memory } = HostConfig;
  // Docker writes "no limit" in two ways: never set, and taken back.
  return { networks: Object.fromEntries(networks), cpu: { NanoCpus, CpuQuota: Math.max(0, CpuQuota), CpuPeriod }, memory: Memory };
}

async function kernelOf(context: HealContext, pid: number): Promise<Record<string, Json>> {
  const result = await inNetwork(context, ['sh', '-c', '{ iptables-save; ip6tables-save; tc qdisc show; } 2>/dev/null'], { pid });
  return { kernel: settled(result.stdout) };
}

/** Rules and queues without counters and comments, and without the ports that Docker's resolver draws anew at every start. */
export function settled(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('-A ') || line.startsWith('qdisc '))
    .map((line) =>
      line
        .replace(/ dev eth\d+/, ' dev eth')
        .replace(/127\.0\.0\.11:\d+/, '127.0.0.11')
        .replace(/(-s 127\.0\.0\.11\/32 .*--sport) \d+/, '$1'),
    )
    .map((line) => line.trim());
}
