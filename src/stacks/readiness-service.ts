import type { RootCause } from '../model/manifest.ts';
import { formatDuration } from '../model/units.ts';
import type { ReplicaState, ServiceNode, Snapshot } from './observation.ts';

/** Why a service is not settled. */
export interface Why {
  readonly reason: RootCause['reason'];
  readonly message: string;
  readonly exitCode?: number | undefined;
  readonly healthOutput?: string | undefined;
}

/** Where one service stands. `lost`: only a change in another service could still help it. */
export type Standing =
  | { readonly state: 'settled' }
  | { readonly state: 'waiting'; readonly lost: boolean; readonly why: Why }
  | { readonly state: 'failed'; readonly why: Why };

interface Rules {
  readonly windowMs: number;
  readonly unhealthyGraceMs: number;
  readonly loopMs: number;
  readonly ignoreEarlierRestarts?: boolean;
}

/** What the history tells about one replica beyond its present state. */
interface Past {
  readonly runningMs: number;
  readonly restarts: number;
  readonly sinceFirstRestartMs: number;
  readonly unhealthyMs: number;
  readonly checked: boolean;
  readonly oomKilled: boolean;
  /** Of the last end that was seen. */
  readonly exitCode: number | undefined;
}

const SETTLED: Standing = { state: 'settled' };
const LOOP_RESTARTS = 3;

/** Where a service stands at the last snapshot: as badly as its worst replica. */
export function standingOf(node: ServiceNode, history: readonly Snapshot[], rules: Rules): Standing {
  const now = history.at(-1);
  const replicas = now?.services[node.name] ?? [];
  if (!now || replicas.length < node.replicas) {
    const message = node.replicas > 1 ? `${replicas.length} of ${node.replicas} replicas were started` : 'was not started';
    return worst([missing(message), ...(now ? replicas.map((replica) => replicaStanding(node, replica, { history, now, rules })) : [])]);
  }
  const standing = worst(replicas.map((replica) => replicaStanding(node, replica, { history, now, rules })));
  return standing.state === 'settled' ? probed(node, now) : standing;
}

/** One replica with what the history says about it. */
interface Case {
  readonly node: ServiceNode;
  readonly replica: ReplicaState;
  readonly past: Past;
}

interface Scene {
  readonly history: readonly Snapshot[];
  readonly now: Snapshot;
  readonly rules: Rules;
}

function replicaStanding(node: ServiceNode, replica: ReplicaState, scene: Scene): Standing {
  const past = pastOf(node.name, replica, scene);
  switch (replica.state) {
    case 'missing':
      return missing('its container was removed');
    case 'created':
      return replica.error === undefined
        ? missing('was created, but not started')
        : { state: 'failed', why: { reason: 'up-failed', message: `could not be started: ${replica.error}` } };
    case 'exited':
    case 'dead':
      return ended({ node, replica, past }, scene.rules);
    case 'restarting':
      return restarting(replica, past, scene.rules);
    case 'paused':
      return waiting({ reason: 'unreachable', message: 'is paused' });
    case 'running':
      return running({ node, replica, past }, scene);
  }
}

function ended({ node, replica, past }: Case, rules: Rules): Standing {
  // A refused start leaves the state `exited` or `created`, with the engine's reason and a code such as 127 or 128.
  if (replica.error !== undefined) {
    return { state: 'failed', why: { reason: 'up-failed', message: `could not be started: ${replica.error}`, exitCode: replica.exitCode } };
  }
  const code = replica.exitCode ?? -1;
  const ranMs = Math.max(0, Date.parse(replica.finishedAt ?? '') - Date.parse(replica.startedAt ?? '')) || 0;
  const again = past.restarts > 0 ? `, after ${times(past.restarts, 'restart')}` : '';
  const message = `exited with code ${code} ${formatDuration(ranMs)} after its start${again}`;
  const fail = (reason: Why['reason'], text = message): Standing => ({
    state: 'failed',
    why: { reason, message: text, exitCode: code, healthOutput: replica.healthOutput },
  });
  if (replica.oomKilled) return fail('oom-killed', `was killed for want of memory (${message})`);
  // Nobody scales a one-shot or checks its health: whatever is scaled or checked was meant to stay.
  const mayEnd = node.kind === 'one-shot' || (node.kind === 'undeclared' && node.replicas === 1 && !past.checked);
  if (code === 0) return mayEnd ? SETTLED : fail('exited', `${message}, but was meant to stay up`);
  if (node.kind === 'one-shot') return fail('one-shot-failed');
  if (past.restarts > 0) return fail('restart-loop');
  return fail(mayEnd && ranMs < rules.windowMs ? 'one-shot-failed' : 'exited');
}

function running({ node, replica, past }: Case, { now, rules }: Scene): Standing {
  if (node.kind === 'one-shot') return waiting({ reason: 'one-shot-failed', message: 'has not completed' });
  if (replica.cutOff !== undefined) return waiting({ reason: 'unreachable', message: `was taken off its network ${replica.cutOff}` });
  if (replica.health === 'healthy') return SETTLED;
  if (replica.health === 'unhealthy') {
    const why: Why = {
      reason: 'unhealthy',
      message: past.unhealthyMs < 1_000 ? 'is unhealthy' : `is unhealthy for ${formatDuration(past.unhealthyMs)}`,
      healthOutput: replica.healthOutput,
    };
    const final = past.unhealthyMs >= rules.unhealthyGraceMs || now.launch.state === 'failed';
    return final ? { state: 'failed', why } : waiting(why);
  }
  if (past.restarts > 0) {
    const calm = replica.health === 'none' && past.runningMs >= rules.windowMs * (1 + Math.min(past.restarts, 3));
    return calm ? SETTLED : restarting(replica, past, rules);
  }
  if (replica.health === 'starting') {
    return waiting({
      reason: 'never-healthy',
      message: `is running, but its health check has not passed yet`,
      healthOutput: replica.healthOutput,
    });
  }
  const answers = now.probes.some(({ service, state }) => service === node.name && state === 'ok');
  if (answers || past.runningMs >= rules.windowMs) return SETTLED;
  return waiting({ reason: 'never-healthy', message: `has no health check and is running for ${formatDuration(past.runningMs)} only` });
}

function restarting(replica: ReplicaState, past: Past, rules: Rules): Standing {
  const what = past.oomKilled ? ' for want of memory' : '';
  const { exitCode } = past;
  const code = exitCode === undefined ? '' : `, last exit code ${exitCode}`;
  const message = `was restarted ${times(past.restarts, 'time')}${what}${code}`;
  const why: Why = { reason: past.oomKilled ? 'oom-killed' : 'restart-loop', message, exitCode, healthOutput: replica.healthOutput };
  return { state: 'waiting', lost: past.restarts >= LOOP_RESTARTS && past.sinceFirstRestartMs >= rules.loopMs, why };
}

function probed(node: ServiceNode, now: Snapshot): Standing {
  const bad = now.probes.filter(({ service, state }) => service === node.name && state !== 'ok');
  const probe = bad.find(({ state }) => state === 'impossible') ?? bad[0];
  if (!probe) return SETTLED;
  const why: Why = { reason: 'unreachable', message: `target ${probe.target}: ${probe.message}` };
  return probe.state === 'impossible' ? { state: 'failed', why } : waiting(why);
}

function pastOf(service: string, replica: ReplicaState, { history, now, rules }: Scene): Past {
  const seen = history.flatMap((snapshot) => {
    const state = snapshot.services[service]?.find(({ id }) => id === replica.id);
    return state ? [{ atMs: snapshot.atMs, was: state }] : [];
  });
  const baseline = rules.ignoreEarlierRestarts ? (seen[0]?.was.restarts ?? 0) : 0;
  const sameRun = seen.filter(
    ({ was }) => was.state === 'running' && was.startedAt === replica.startedAt && was.restarts === replica.restarts,
  );
  const lastNotUnhealthy = seen.findLastIndex(({ was }) => was.health !== 'unhealthy');
  const firstRestart = seen.find(({ was }) => was.restarts > baseline);
  const byWall = Math.max(0, Date.parse(now.at) - Date.parse(replica.startedAt ?? now.at)) || 0;
  return {
    // By the engine's clock or by ours, whichever saw it run longer: they differ when the engine is on another machine.
    runningMs: replica.state === 'running' ? Math.max(byWall, now.atMs - (sameRun[0]?.atMs ?? now.atMs)) : 0,
    restarts: Math.max(0, replica.restarts - baseline),
    sinceFirstRestartMs: firstRestart ? now.atMs - firstRestart.atMs : 0,
    unhealthyMs: now.atMs - (seen[lastNotUnhealthy + 1]?.atMs ?? now.atMs),
    checked: seen.some(({ was }) => was.health !== 'none'),
    oomKilled: seen.some(({ was }) => was.oomKilled),
    exitCode: seen.findLast(({ was }) => was.state !== 'running' && was.exitCode !== undefined)?.was.exitCode,
  };
}

/** Failed before lost before waiting before settled. */
function worst(standings: readonly Standing[]): Standing {
  return standings.toSorted((a, b) => rank(a) - rank(b))[0] ?? SETTLED;
}

function rank(standing: Standing): number {
  if (standing.state === 'failed') return 0;
  if (standing.state === 'settled') return 3;
  return standing.lost ? 1 : 2;
}

function missing(message: string): Standing {
  return waiting({ reason: 'missing', message });
}

function waiting(why: Why): Standing {
  return { state: 'waiting', lost: false, why };
}

function times(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
