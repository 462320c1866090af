import type { Readiness, RootCause } from '../model/manifest.ts';
import type { UpResult } from '../stacks/contract.ts';

/** What is only on its way (a restart, a check that has not passed yet) may take so long to come right after a stage. */
export const SETTLE_MS = 5_000;

/** Nothing has ended or gone: it may come right by itself. */
export function onItsWay(readiness: Readiness): boolean {
  if (readiness.state === 'ready') return false;
  const passing: readonly RootCause['reason'][] = ['never-healthy', 'unhealthy', 'restart-loop', 'unreachable'];
  return readiness.causes.every(({ reason, service }) => passing.includes(reason) || service === '(stack)');
}

/** What dies again and again does so within seconds of its start: green is not said before everything has lived through them. */
export function isYoung({ manifest, readiness }: UpResult, now: string): boolean {
  if (readiness.state !== 'ready') return false;
  const ages = manifest.services
    .flatMap(({ replicas }) => replicas)
    .flatMap(({ state, startedAt }) => (state === 'running' && startedAt !== undefined ? [Date.parse(now) - Date.parse(startedAt)] : []));
  return ages.some((age) => age >= 0 && age < SETTLE_MS);
}
