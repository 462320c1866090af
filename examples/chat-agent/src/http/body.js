// @ts-check
import { HttpError } from './errors.js';

export const MAX_BODY_BYTES = 128 * 1024;

/** @param {import('node:http').IncomingMessage} request @returns {Promise<Record<string, unknown>>} */
export async function readJson(request) {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(type)) throw new HttpError(400, 'content_type');
  return parseObject(await readText(request));
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<string>} */
function readText(request) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let bytes = 0;
    request.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      // The rest is read and dropped, so that the client gets to read the answer.
      else reject(new HttpError(413, 'too_large', { connection: 'close' }));
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', () => reject(new HttpError(400, 'aborted')));
    request.on('aborted', () => reject(new HttpError(400, 'aborted')));
  });
}

/** @param {string} text @returns {Record<string, unknown>} */
export function parseObject(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'malformed_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HttpError(422, 'object_expected');
  return /** @type {Record<string, unknown>} */ (value);
}
