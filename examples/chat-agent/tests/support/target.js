// @ts-check
// Where the stack is. The gate says so in the environment; the fallbacks are for work by hand.

const env = process.env;

export const apiUrl = env.GAUNTLET_TARGET_API_URL ?? 'http://127.0.0.1:8080';
export const wsUrl = env.GAUNTLET_TARGET_WS_URL ?? `${apiUrl.replace(/^http/, 'ws')}/ws`;

/** @param {string} name @param {number} port */
function service(name, port) {
  const prefix = `GAUNTLET_SERVICE_${name}`;
  return { host: env[`${prefix}_HOST`] ?? '127.0.0.1', port: Number(env[`${prefix}_PORT`] ?? port) };
}

export const postgres = service('POSTGRES', 5432);
export const redis = service('REDIS', 6379);

export const secrets = {
  apiKey: (env.API_KEYS ?? 'local-chat-agent-user-key').split(',')[0] ?? '',
  adminKey: env.ADMIN_KEY ?? 'local-chat-agent-admin-key',
  tokenSecret: env.TOKEN_SECRET ?? 'local-chat-agent-token-signing-secret-7d1f',
  postgresPassword: env.POSTGRES_PASSWORD ?? 'local-chat-agent-postgres',
  redisPassword: env.REDIS_PASSWORD ?? 'local-chat-agent-redis',
};

export const databaseUrl = `postgres://chat:${encodeURIComponent(secrets.postgresPassword)}@${postgres.host}:${postgres.port}/chat`;
/** @param {{host: string, port: number}} where */
export const redisUrl = ({ host, port }) => `redis://:${encodeURIComponent(secrets.redisPassword)}@${host}:${port}`;

/** @param {string} prefix */
export const nonce = (prefix) => `${prefix}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
