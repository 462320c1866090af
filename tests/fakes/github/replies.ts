import type { Call, Failure, Reply, RequestMatch } from './types.ts';

const DOCS = 'https://docs.github.com/rest';

/** GitHub's error body. */
export function problem(status: number, message: string, docsUrl = DOCS, extra: object = {}): Reply {
  return { status, body: { message, ...extra, documentation_url: docsUrl, status: String(status) } };
}

/** A row or repository that is not there, or not to be seen. */
export function notFound(call: Call): Reply {
  return problem(404, 'Not Found', call.docsUrl);
}

/** What a read-only token (fork, Dependabot, missing permission) gets. */
export function notAccessible(docsUrl: string): Reply {
  return problem(403, 'Resource not accessible by integration', docsUrl);
}

/** GitHub's 422 for one field. */
export function validationFailed(call: { docsUrl: string }, error: Record<string, unknown>): Reply {
  return problem(422, 'Validation Failed', call.docsUrl, { errors: [error] });
}

/** The 422 of a text that is too long, worded as GitHub words it for this operation. */
export function tooLong(call: { operationId: string; docsUrl: string }, limit: { field: string; max: number }): Reply {
  if (call.operationId.startsWith('issues/')) {
    const message = `Body is too long (maximum is ${limit.max} characters)`;
    return validationFailed(call, { resource: 'IssueComment', code: 'unprocessable', field: 'data', message });
  }
  const message = `${limit.field} is too long (maximum is ${limit.max} characters)`;
  return validationFailed(call, { resource: 'Status', code: 'custom', field: limit.field, message });
}

/** Options of a secondary rate limit; GitHub answers 403 or 429, with or without retry-after. */
export interface RateLimit {
  status?: 403 | 429;
  retryAfter?: number | null;
  when?: RequestMatch;
}

/** GitHub's secondary rate limit. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export function secondaryRateLimit({ status = 403, retryAfter = 60, when }: RateLimit = {}): Failure {
  const body = {
    documentation_url:
      'https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    message:
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. ' +
      'If you reach out to GitHub Support for help, please include the request ID 0400:1D1C:FAKE.',
  };
  return {
    status,
    body,
    ...(retryAfter === null ? {} : { headers: { 'retry-after': String(retryAfter) } }),
    ...(when === undefined ? {} : { when }),
  };
}
