import { nonce, type Headers } from '../openapi/call.ts';

const CREDENTIAL = /auth|key|token|secret|cookie|session|password/i;

/** The same headers with credentials that look right and belong to nobody. */
export function forged(headers: Headers): Headers {
  const names = Object.keys(headers);
  const own = names.filter((name) => CREDENTIAL.test(name));
  const replaced = own.length > 0 ? own : names;
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, replaced.includes(name) ? like(value) : value]));
}

function like(value: string): string {
  const word = `gauntlet${nonce()}${nonce()}`;
  if (/^basic /i.test(value)) return `Basic ${Buffer.from(`gauntlet:${word}`).toString('base64')}`;
  const scheme = /^(\w+) /.exec(value)?.[1];
  return scheme === undefined ? word : `${scheme} ${word}`;
}
