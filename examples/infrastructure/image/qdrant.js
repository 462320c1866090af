// Stand-in: answers as Qdrant's published API (https://api.qdrant.tech) says. TLS on 6333; where PLAIN is set, without it on 6334.
const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');

const { QDRANT__SERVICE__API_KEY: KEY = '', SIZE = '384', DISTANCE = 'Cosine', COLLECTION, PLAIN } = process.env;
const collections = new Map([[COLLECTION, { size: Number(SIZE), distance: DISTANCE, points: [] }]]);

function answer(method, url, key, body) {
  if (url === '/') return [200, { title: 'qdrant - vector search engine', version: '1.15.0' }];
  if (url === '/healthz') return [200, 'healthz check passed'];
  if (KEY !== '' && key !== KEY) return [401, 'Must provide an API key or an Authorization bearer token'];
  const [, , name, points, action] = url.split('?')[0].split('/');
  if (name === undefined) return done({ collections: [...collections.keys()].map((one) => ({ name: one })) });
  if (method === 'PUT' && points === undefined) {
    collections.set(name, { ...body.vectors, points: [] });
    return done(true);
  }
  const collection = collections.get(name);
  if (!collection) return [404, { status: { error: `Not found: Collection \`${name}\` doesn't exist!` } }];
  if (method === 'DELETE') return done(collections.delete(name));
  if (method === 'PUT') {
    collection.points.push(...body.points);
    return done({ operation_id: 0, status: 'completed' });
  }
  if (action === 'query') return done({ points: nearest(collection, body.query, body.limit) });
  const { size, distance } = collection;
  return done({ status: 'green', points_count: collection.points.length, config: { params: { vectors: { size, distance } } } });
}

function nearest({ points }, query, limit) {
  const score = ({ id, vector }) => ({ id, version: 0, score: dot(query, vector) / Math.sqrt(dot(query, query) * dot(vector, vector)) });
  return points.map(score).sort((a, b) => b.score - a.score).slice(0, limit);
}

const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const done = (result) => [200, { result, status: 'ok', time: 0.0001 }];

function serve(request, response) {
  let text = '';
  request.on('data', (part) => (text += part));
  request.on('end', () => {
    const [status, body] = answer(request.method, request.url, request.headers['api-key'], text === '' ? {} : JSON.parse(text));
    response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

https.createServer({ key: readFileSync('/tmp/key.pem'), cert: readFileSync('/tmp/cert.pem') }, serve).listen(6333);
if (PLAIN) http.createServer(serve).listen(6334);
process.on('SIGTERM', () => process.exit(0));
