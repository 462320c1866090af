import { errorMessage, GauntletError } from '../model/errors.ts';
import type { Clock } from '../ports/index.ts';

const FIRST_MS = 500;
const LONGEST_MS = 16_000;

/** What GitHub's client throws: https://github.com/octokit/request-error.js */
interface Refusal extends Error {
  readonly status: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>>; readonly data?: unknown };
}

/** Waits between tries: exponential with jitter, longer when GitHub says so, and within one budget for everything. */
export class Patience {
  readonly #clock: Clock;
  readonly #endsAt: number;
  #tries = 0;

  constructor(clock: Clock, budgetMs: number) {
    this.#clock = clock;
    this.#endsAt = clock.monotonicMs() + budgetMs;
  }

  /** Runs `body` until it works. @throws what it threw when that will not pass by itself, or GauntletError when time is up. */
  async until<Value>(body: () => Promise<Value>): Promise<Value> {
    for (;;) {
      try {
        return await body();
      } catch (error) {
        const waitMs = this.#waitMs(error);
        if (waitMs === undefined) throw error;
        if (this.#clock.monotonicMs() + waitMs > this.#endsAt) throw givenUp(error);
        await this.#clock.sleep(waitMs);
      }
    }
  }

  /** Milliseconds until another try makes sense; none when it never will. */
  #waitMs(error: unknown): number | undefined {
    if (!isRefusal(error) || !isPassing(error)) return undefined;
    const backOff = Math.min(FIRST_MS * 2 ** this.#tries, LONGEST_MS);
    this.#tries += 1;
    return Math.max(toldMs(error, this.#clock), backOff * (0.5 + Math.random() / 2));
  }
}

/** The HTTP status with which GitHub refused, if it was that. */
export function statusOf(error: unknown): number | undefined {
  return isRefusal(error) ? error.status : undefined;
}

/** GitHub's own words. */
export function reasonOf(error: unknown): string {
  const data = isRefusal(error) ? error.response?.data : undefined;
  const message = typeof data === 'object' && data !== null && 'message' in data ? String(data.message) : undefined;
  return message ?? errorMessage(error);
}

/** Everything that GitHub says about a 422, for looking into. */
export function detailsOf(error: unknown): string {
  return isRefusal(error) ? `${errorMessage(error)} ${JSON.stringify(error.response?.data ?? '')}` : '';
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/**
 * Trouble that passes by itself. Network errors carry status 500; rate limits come as 403 or 429:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function isPassing(error: unknown): boolean {
  if (!isRefusal(error)) return false;
  if (error.status >= 500 || error.status === 429 || error.status === 408) return true;
  return (
    error.status === 403 &&
    (header(error, 'retry-after') !== undefined || header(error, 'x-ratelimit-remaining') === 0 || /rate limit/i.test(reasonOf(error)))
  );
}

/** How long GitHub tells us to wait. */
function toldMs(error: Refusal, clock: Clock): number {
  const seconds = header(error, 'retry-after');
  if (seconds !== undefined) return seconds * 1000;
  const reset = header(error, 'x-ratelimit-remaining') === 0 ? header(error, 'x-ratelimit-reset') : undefined;
  return reset === undefined ? 0 : Math.max(0, reset * 1000 - Date.parse(clock.now()));
}

function header(error: Refusal, name: string): number | undefined {
  const value = Number(error.response?.headers?.[name] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function givenUp(cause: unknown): GauntletError {
  return new GauntletError('GitHub did not take the comment', {
    kind: 'evidence',
    hint: 'write it later with `gauntlet comment`; the verdict is not changed, and the report is in the step summary and the artifact',
    cause,
  });
}
