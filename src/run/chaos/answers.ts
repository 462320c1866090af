import type { StepReply } from '../../journeys/contract.ts';
import type { JourneyEvidence } from '../../model/evidence.ts';
import type { Answer, DuringLimits } from '../../model/experiment.ts';
import { isBudget, type Miss } from '../../model/journey.ts';

type Walk = Pick<JourneyEvidence, 'outcome' | 'steps'>;

/** A refusal that tells its client to come back: better than a hang, and no fault of a service that is overloaded or alone. */
const CLEAN = [429, 503];

/** How a walk was answered, by what it missed and by the marks of a fallback. `exhausted` and interrupted walks say nothing about the system. */
export function answerOf({ outcome, steps }: Walk, replies: readonly StepReply[], { fallback, statuses }: DuringLimits): Answer {
  const marked = fallback !== undefined && replies.some((reply) => isFallback(reply, fallback));
  if (outcome === 'passed') return marked ? 'degraded' : 'ok';
  const miss = worstOf(steps.flatMap(({ misses }) => misses));
  if (miss === undefined || miss.what === 'exhausted') return 'exhausted';
  if (isBudget(miss)) return marked ? 'degraded' : 'slow';
  if (miss.what === 'timeout') return 'hang';
  if (miss.what === 'connection') return 'unreachable';
  const status = replies.at(-1)?.status;
  if (status !== undefined && CLEAN.includes(status)) return 'refused';
  if (marked) return 'degraded';
  return status !== undefined && statuses?.includes(status) === true && miss.what === 'status' ? 'refused' : 'wrong';
}

/** Who was held up for this part of a deadline cannot tell whether an answer came within it. */
const HELD_UP = 0.25;

/** What a walk says when its prober was held up meanwhile: a hang that may be our own says nothing. */
export function unlessHeldUp(answer: Answer, { heldUpMs, deadlineMs }: { heldUpMs: number; deadlineMs: number }): Answer {
  return answer === 'hang' && heldUpMs > deadlineMs * HELD_UP ? 'exhausted' : answer;
}

/** As before the fault: what a journey must be again to have recovered. */
export function isWell(answer: Answer): boolean {
  return answer === 'ok' || answer === 'slow';
}

/** The miss that says most: no answer, then a wrong one, then one that is late or large. */
export function worstOf(misses: readonly Miss[]): Miss | undefined {
  const order: readonly Miss['what'][] = ['exhausted', 'timeout', 'connection'];
  const worst = order.map((what) => misses.find((miss) => miss.what === what)).find((miss) => miss !== undefined);
  return worst ?? misses.find((miss) => !isBudget(miss)) ?? misses[0];
}

function isFallback({ headers = {}, text }: StepReply, { header, body }: NonNullable<DuringLimits['fallback']>): boolean {
  if (body !== undefined && text.includes(body)) return true;
  if (header === undefined) return false;
  const [name = '', value = ''] = header.split(/:\s*/, 2);
  const measured = headers[name.toLowerCase()];
  return measured !== undefined && measured.includes(value);
}
