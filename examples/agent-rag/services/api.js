// The way in: HTTP and WebSocket on one port, and the agents behind them.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createMetrics } from '../src/metrics.js';
import { openModel } from '../src/model.js';
import { createRoutes } from '../src/routes.js';
import { createRuns } from '../src/runs.js';
import { createHttp, HttpError, serve } from '../src/service.js';
import { urlFrom } from '../src/settings.js';
import { createSockets } from '../src/sockets.js';
import { openAnalytics } from '../src/stores/analytics.js';
import { openVectors } from '../src/stores/vectors.js';

/** What anybody may read. */
const OPEN = new Set(['/health', '/ready', '/metrics', '/discovery', '/quickstart', '/skills', '/manual']);

const { API_KEY = '' } = process.env;
if (API_KEY.length < 16) throw new Error('API_KEY must have at least 16 characters');

const digest = (text) => createHash('sha256').update(text).digest();
const key = digest(API_KEY);

function authorize(path, headers) {
  if (!OPEN.has(path) && !timingSafeEqual(digest(headers['x-api-key'] ?? ''), key)) throw new HttpError(401, 'unauthorized');
}

const analytics = openAnalytics({ url: urlFrom('ANALYTICS_URL', ['http']), redisUrl: urlFrom('REDIS_URL', ['redis']) });
const services = { model: openModel(urlFrom('MODEL_URL', ['http'])), vectors: openVectors(urlFrom('VECTORS_URL', ['http', 'postgres'])), analytics };
const metrics = createMetrics(analytics);
const runs = createRuns(services, metrics);
const sockets = createSockets({ runs, authorize });
const server = createHttp(createRoutes({ services, runs, metrics }), { authorize });
server.on('upgrade', sockets.upgrade);
await serve(server, {
  async stop() {
    await sockets.close();
    analytics.close();
    await services.vectors.close();
  },
});
