import { ask, unavailable } from './service.js';

/** The models behind one service: embeddings, a router, a small local model and a large remote one. */
export function openModel(url) {
  const call = (path, json) =>
    ask(`${url}${path}`, { json, timeoutMs: 1500 }).catch(() => {
      throw unavailable('model_unavailable');
    });
  return {
    embed: async (text) => (await call('/embed', { text })).vector,
    route: async (question) => (await call('/route', { question })).route,
    complete: (route, question, context) => call('/complete', { model: route, question, context }),
  };
}
