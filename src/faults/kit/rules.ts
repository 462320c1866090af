import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { Capability, HealContext } from '../contract.ts';
import { failureOf, succeeded } from './docker.ts';
import { inNetwork, pidNow, runningPid } from './netns.ts';
import { asRoot, assertRoot } from './root.ts';

/** One container, and the process that it was. */
export const ContainerLife = z.strictObject({ id: z.string(), name: z.string(), pid: z.int().min(2), startedAt: z.string() });
export type ContainerLife = z.output<typeof ContainerLife>;

const Family = z.enum(['ip4', 'ip6']);
type Family = z.output<typeof Family>;

/** One rule of iptables, without what makes it ours: its tag, and the time at which the kernel stops to heed it. */
export const Rule = z.strictObject({
  family: Family,
  table: z.enum(['filter', 'mangle', 'nat']),
  chain: z.enum(['INPUT', 'OUTPUT']),
  match: z.string(),
  target: z.string(),
});
export type Rule = z.output<typeof Rule>;

/** Rules in the networks of containers: all that is needed to find them again, whatever became of their containers. */
export const Ruled = z.strictObject({
  tag: z.string().regex(/^[a-z0-9-]{1,40}$/),
  expiresAtMs: z.number(),
  holders: z.array(z.strictObject({ container: ContainerLife, rules: z.array(Rule) })).min(1),
});
export type Ruled = z.output<typeof Ruled>;

const PROGRAMS: Readonly<Record<Family, string>> = { ip4: 'iptables', ip6: 'ip6tables' };

export function familyOf(address: string): Family {
  return address.includes(':') ? 'ip6' : 'ip4';
}

/** Puts the rules where they belong, each container's at once: rules of an attempt that was broken off are replaced. @throws when the kernel refuses. */
export async function installRules(context: HealContext, undo: Ruled): Promise<void> {
  for (const { container, rules } of undo.holders) {
    const pid = await runningPid(context, container);
    for (const family of familiesOf(rules)) {
      const old = await removals(context, pid, { family, tag: undo.tag });
      const added = rules.filter((rule) => rule.family === family).map((rule) => [rule.table, `-I ${lineOf(rule, undo)}`] as const);
      await restore(context, { pid, family, lines: [...old, ...added] });
    }
  }
}

/** Takes the rules of the tag away. A container that is gone took them with it. @throws when the kernel refuses. */
export async function removeRules(context: HealContext, { holders, tag }: Pick<Ruled, 'holders' | 'tag'>): Promise<void> {
  for (const { container, rules } of holders) {
    const pid = await pidNow(context, container);
    if (pid === undefined) continue;
    for (const family of familiesOf(rules)) {
      const lines = await removals(context, pid, { family, tag });
      if (lines.length > 0) await restore(context, { pid, family, lines });
    }
  }
}

export interface Counted {
  /** Rules of the tag that are there, and those that should be. */
  readonly rules: number;
  readonly expected: number;
  /** Packets that they caught. */
  readonly packets: number;
  /** Containers whose network holds none of them: started anew, or gone. */
  readonly without: readonly string[];
}

/** What the kernel counted in the rules of the tag. */
export async function countRules(context: HealContext, { holders, tag }: Pick<Ruled, 'holders' | 'tag'>): Promise<Counted> {
  const without: string[] = [];
  let [rules, packets] = [0, 0];
  for (const { container, rules: asked } of holders) {
    if (asked.length === 0) continue;
    const pid = await pidNow(context, container);
    let own = 0;
    for (const family of pid === undefined ? [] : familiesOf(asked)) {
      const saved = await inNetwork(context, [`${PROGRAMS[family]}-save`, '-c'], { pid: pid ?? 0 });
      for (const counted of countedIn(saved.stdout, tag)) {
        own += 1;
        packets += counted;
      }
    }
    rules += own;
    if (own === 0) without.push(container.name);
  }
  return { rules, expected: holders.reduce((sum, holder) => sum + holder.rules.length, 0), packets, without };
}

/** Packets of each rule of the tag, in the text of `iptables-save -c`. */
export function countedIn(saved: string, tag: string): number[] {
  return saved
    .split('\n')
    .filter((line) => isTagged(line, tag))
    .flatMap((line) => {
      const packets = /^\[(\d+):\d+\] -A /.exec(line)?.[1];
      return packets === undefined ? [] : [Number(packets)];
    });
}

/** Can rules like these be made here? Tried in a network of its own that ends with the attempt: nothing else is touched. */
export async function rulesCapability(context: HealContext, rules: readonly Rule[]): Promise<Capability> {
  await assertRoot(context, ['nsenter', 'unshare', 'iptables-restore', 'iptables-save']);
  const probeEndMs = Date.parse(context.ports.clock.now()) + 60_000;
  for (const family of familiesOf(rules)) {
    const sample = rules
      .filter((rule) => rule.family === family)
      .map((rule) => [rule.table, `-I ${lineOf(rule, { tag: 'probe', expiresAtMs: probeEndMs })}`] as const);
    const result = await asRoot(context, ['unshare', '-n', '--', `${PROGRAMS[family]}-restore`, '--noflush'], restoreText(sample));
    if (!succeeded(result))
      return { state: 'unsupported', why: `this kernel or its iptables has not what the rules need: ${failureOf(result)}` };
  }
  return { state: 'able' };
}

function familiesOf(rules: readonly Rule[]): Family[] {
  return [...new Set(rules.map(({ family }) => family))];
}

/** The kernel stops to heed it at the end of that second, whether or not anybody of us is left. */
function lineOf({ chain, match, target }: Rule, { tag, expiresAtMs }: Pick<Ruled, 'tag' | 'expiresAtMs'>): string {
  const until = new Date(expiresAtMs).toISOString().slice(0, 19);
  return `${chain} ${match} -m time --datestop ${until} -m comment --comment gauntlet:${tag} -j ${target}`;
}

type Line = readonly [table: string, line: string];

async function removals(
  context: HealContext,
  pid: number,
  { family, tag }: { readonly family: Family; readonly tag: string },
): Promise<Line[]> {
  const saved = await inNetwork(context, [`${PROGRAMS[family]}-save`], { pid });
  if (!succeeded(saved)) throw refused(`the rules of a container cannot be read`, failureOf(saved));
  return removalsIn(saved.stdout, tag);
}

/** What takes the rules of the tag away again, in the text of `iptables-save`. */
export function removalsIn(saved: string, tag: string): Line[] {
  let table = '';
  return saved.split('\n').flatMap((line): Line[] => {
    if (line.startsWith('*')) table = line.slice(1);
    return line.startsWith('-A ') && isTagged(line, tag) ? [[table, `-D ${line.slice(3)}`]] : [];
  });
}

/** A tag may be the beginning of another one. */
function isTagged(line: string, tag: string): boolean {
  return new RegExp(`--comment "?gauntlet:${tag}"?(?: |$)`).test(line);
}

async function restore(
  context: HealContext,
  { pid, family, lines }: { readonly pid: number; readonly family: Family; readonly lines: readonly Line[] },
): Promise<void> {
  const result = await inNetwork(context, [`${PROGRAMS[family]}-restore`, '--noflush', '--wait', '5'], { pid, stdin: restoreText(lines) });
  if (!succeeded(result)) throw refused('the rules of a container cannot be changed', failureOf(result));
}

function restoreText(lines: readonly Line[]): string {
  const tables = [...new Set(lines.map(([table]) => table))];
  return tables
    .map((name) => `*${name}\n${lines.flatMap(([table, line]) => (table === name ? [`${line}\n`] : [])).join('')}COMMIT\n`)
    .join('');
}

function refused(what: string, said: string): GauntletError {
  return new GauntletError(`${what}: ${said}`, { kind: 'stack', hint: 'run the gate as root or with sudo, on the machine of the engine' });
}
