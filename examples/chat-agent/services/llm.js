// @ts-check
// A STAND-IN for a language model: deterministic, streams tokens, knows nothing.
import { llmConfig } from '../src/config.js';
import { close, listen, start, stopOnSignal } from '../src/lifecycle.js';
import { createLlmServer } from '../src/llm/server.js';
import { createLog } from '../src/log.js';

const log = createLog('llm');

await start(log, async () => {
  const config = llmConfig();
  const server = createLlmServer(config);
  log('info', 'listening', { port: await listen(server, config) });
  stopOnSignal({ log, stop: () => close(server) });
});
