// @ts-check
// Just enough of RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/) for the stand-in.

/** Takes commands (arrays of bulk strings) out of a byte stream. */
export class CommandParser {
  #buffer = Buffer.alloc(0);

  /** @param {Buffer} chunk @returns {string[][]} the commands that are complete */
  push(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const commands = [];
    for (let parsed = parse(this.#buffer); parsed; parsed = parse(this.#buffer)) {
      commands.push(parsed.command);
      this.#buffer = this.#buffer.subarray(parsed.end);
    }
    return commands;
  }
}

/** @param {Buffer} buffer */
function parse(buffer) {
  const header = readNumber(buffer, 0, '*');
  if (!header) return undefined;
  const command = [];
  let at = header.end;
  for (let index = 0; index < header.value; index += 1) {
    const length = readNumber(buffer, at, '$');
    if (!length || buffer.length < length.end + length.value + 2) return undefined;
    command.push(buffer.toString('utf8', length.end, length.end + length.value));
    at = length.end + length.value + 2;
  }
  return { command, end: at };
}

/** @param {Buffer} buffer @param {number} at @param {string} mark */
function readNumber(buffer, at, mark) {
  const end = buffer.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = buffer.toString('latin1', at, end);
  if (!/^[*$]\d{1,9}$/.test(line) || line[0] !== mark) throw new Error('protocol error');
  return { value: Number(line.slice(1)), end: end + 2 };
}

/** @typedef {string | number | null | Error | {bulk: string}} Reply */

/** @param {Reply} reply */
export function encode(reply) {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (typeof reply === 'string') return `+${reply}\r\n`;
  return `$${Buffer.byteLength(reply.bulk)}\r\n${reply.bulk}\r\n`;
}
