// @ts-check

/** @typedef {'info' | 'warn' | 'error'} Level */
/** @typedef {(level: Level, event: string, fields?: Record<string, unknown>) => void} Log */

/** @param {string} service @param {(line: string) => void} [write] @returns {Log} */
export function createLog(service, write = (line) => process.stdout.write(`${line}\n`)) {
  return (level, event, fields = {}) => {
    write(JSON.stringify({ time: new Date().toISOString(), level, service, event, ...fields }));
  };
}

/** @param {unknown} error */
export function describe(error) {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = /** @type {{code?: unknown}} */ (error).code;
  return { error: error.message, ...(code === undefined ? {} : { code: String(code) }) };
}
