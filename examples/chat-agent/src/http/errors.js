// @ts-check

export class HttpError extends Error {
  /** @param {number} status @param {string} code @param {Record<string, string>} [headers] @param {unknown} [cause] */
  constructor(status, code, headers = {}, cause) {
    super(code, { cause });
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** @param {string} code @param {unknown} [cause] */
export function unavailable(code, cause) {
  return new HttpError(503, code, { 'retry-after': '1' }, cause);
}

/** What a client may know of an error: a code of ours, never a message of somebody else's. @param {unknown} error */
export function toHttpError(error) {
  return error instanceof HttpError ? error : new HttpError(500, 'internal', {}, error);
}
