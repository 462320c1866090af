// A STAND-IN that speaks the part of Qdrant's REST dialect that the example needs, and forgets everything when it ends. Compose has PostgreSQL.
import { createHttp, HttpError, reply, serve } from '../src/service.js';

const MAX_POINTS = 100_000;
/** @type {Map<string, {size: number, points: Map<string, {id: string, vector: number[], payload: Record<string, any>}>}>} */
const collections = new Map();

function collectionOf({ params }) {
  const found = collections.get(params.name);
  if (!found) throw new HttpError(404, `Collection \`${params.name}\` doesn't exist!`);
  return found;
}

const done = (result) => ({ result, status: 'ok', time: 0 });

function cosine(one, other) {
  const dot = one.reduce((sum, value, i) => sum + value * other[i], 0);
  return dot / (Math.hypot(...one) * Math.hypot(...other) || 1);
}

/** One deterministic order: by score, then by id. */
function search(call) {
  const { points } = collectionOf(call);
  const { vector, limit } = call.body;
  const scored = [...points.values()].map(({ id, payload, vector: own }) => ({ id, version: 0, score: cosine(vector, own), payload }));
  return done(scored.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit));
}

function put(call) {
  const { points, size } = collectionOf(call);
  for (const { id, vector, payload = {} } of call.body.points) {
    if (vector.length !== size) throw new HttpError(400, `Wrong input: Vector dimension error: expected dim: ${size}, got ${vector.length}`);
    if (points.size >= MAX_POINTS) throw new HttpError(507, 'full');
    points.set(id, { id, vector, payload });
  }
  return done({ operation_id: 0, status: 'completed' });
}

function setPayload(call) {
  const { points } = collectionOf(call);
  const { payload, key, points: ids } = call.body;
  for (const point of ids.map((id) => points.get(id)).filter(Boolean)) {
    if (key === undefined) Object.assign(point.payload, payload);
    else point.payload[key] = { ...point.payload[key], ...payload };
  }
  return done({ operation_id: 0, status: 'completed' });
}

function get(call) {
  const point = collectionOf(call).points.get(call.params.id);
  if (!point) throw new HttpError(404, `Not found: Point with id ${call.params.id} does not exists!`);
  return done(point);
}

const server = createHttp({
  'GET /readyz': () => reply({ text: 'all shards are ready' }),
  'GET /collections/:name/exists': ({ params }) => done({ exists: collections.has(params.name) }),
  'PUT /collections/:name': ({ params, body }) => done(Boolean(collections.set(params.name, { size: body.vectors.size, points: new Map() }))),
  'PUT /collections/:name/points': put,
  'POST /collections/:name/points/search': search,
  'POST /collections/:name/points/payload': setPayload,
  'POST /collections/:name/points/count': (call) => done({ count: collectionOf(call).points.size }),
  'GET /collections/:name/points/:id': get,
});
await serve(server);
