import { errorMessage } from '../../../model/errors.ts';
import type { Door, OpenedSession } from '../../datastores.ts';
import { timerMs } from '../clock.ts';
import { errorCode } from '../errors.ts';

type Failed = Extract<OpenedSession<never>, { state: 'failed' }>;

/** Time is up, or somebody stopped the run. */
export class LateError extends Error {}

/** The work's result, or a `LateError`. What comes too late is not heard. */
export async function withinTime<T>({ timeoutMs, signal }: Door, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const stop = (): void => late.reject(new LateError('interrupted'));
  const timer = setTimeout(() => late.reject(new LateError(`no answer within ${String(timeoutMs)} ms`)), timerMs(timeoutMs));
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Why a session was not opened. `denies` knows the protocol's own codes for a login that is not let in. */
export function failedToOpen(error: unknown, denies: (error: unknown) => boolean): Failed {
  const code = errorCode(error);
  const message = errorMessage(error) || code || 'no reason given';
  if (error instanceof LateError || code === 'ETIMEDOUT') return { state: 'failed', reason: 'timeout', message };
  if (denies(error)) return { state: 'failed', reason: 'denied', message };
  const refused = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'].includes(code ?? '');
  return { state: 'failed', reason: refused ? 'refused' : 'other', message };
}
