import { ask } from '../service.js';
import { DIMENSIONS } from './vectors.js';

/** https://api.qdrant.tech */
export function openQdrant(url) {
  const collection = `${url.replace(/\/$/, '')}/collections/knowledge`;
  return {
    async prepare() {
      const { result } = await ask(`${collection}/exists`, { method: 'GET' });
      if (!result.exists) await ask(collection, { method: 'PUT', json: { vectors: { size: DIMENSIONS, distance: 'Cosine' } } });
    },
    /** The best `limit` points, best first: {id, score, payload}. */
    search: async (vector, limit) => (await ask(`${collection}/points/search`, { json: { vector, limit, with_payload: true } })).result,
    put: (point) => ask(`${collection}/points?wait=true`, { method: 'PUT', json: { points: [point] } }),
    /** One vote of a user; another one takes its place. */
    vote: (id, user, vote) => ask(`${collection}/points/payload?wait=true`, { json: { payload: { [user]: vote }, key: 'votes', points: [id] } }),
    count: async () => (await ask(`${collection}/points/count`, { json: { exact: true } })).result.count,
    async get(id) {
      try {
        return (await ask(`${collection}/points/${id}`, { method: 'GET' })).result;
      } catch (error) {
        if (error.status === 404) return undefined;
        throw error;
      }
    },
    close: async () => {},
  };
}
