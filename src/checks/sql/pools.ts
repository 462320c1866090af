import type { Consumer } from '../live/logins.ts';
import type { PoolFacts } from './facts.ts';

type Pool = PoolFacts['servers'][number]['pools'][number];

const SIZE =
  /(?:^|_)(?:POOL_?SIZE|MAX_?POOL_?SIZE|POOL_?MAX(?:_?SIZE)?|MAX_?OPEN_?CONN(?:ECTION)?S|CONNECTION_LIMIT|MAXIMUM_?POOL_?SIZE|MAXIMUMPOOLSIZE)$/;
const OVERFLOW = /(?:^|_)MAX_?OVERFLOW$/;
const WORKERS = ['WEB_CONCURRENCY', 'UVICORN_WORKERS', 'GUNICORN_WORKERS', 'PUMA_WORKERS'];
const URL_SIZE = /[?&](?:connection_limit|pool_size|pool_max_conns|max_pool_size|connectionLimit|maximumPoolSize)=(\d{1,5})/;
const URL_OVERFLOW = /[?&]max_overflow=(\d{1,5})/;

/** The pool that the settings of a consumer name: pool and overflow, times its processes. `undefined` when they name none. */
export function poolOf({ service, logins }: Consumer, other: boolean): Pool | undefined {
  const entries = Object.entries(service.env);
  const own = logins.map(({ from }) => from);
  const url = entries
    .filter(([key]) => own.includes(`${service.name}: ${key}`))
    .map(([key, value]) => ({ key, size: URL_SIZE.exec(value)?.[1], overflow: URL_OVERFLOW.exec(value)?.[1] }))
    .find(({ size }) => size !== undefined);
  // A pool of Redis, or of threads, is none of the database.
  const named = entries.find(([key, value]) => SIZE.test(key) && !/REDIS|THREAD|HTTP|WORKER|CACHE/.test(key) && /^\d{1,5}$/.test(value));
  const extra = entries.find(([key, value]) => OVERFLOW.test(key) && /^\d{1,5}$/.test(value));
  const processes = Math.max(1, service.containers.length) * workers(service.env);
  if (url?.size !== undefined)
    return { service: service.name, from: url.key, each: Number(url.size) + Number(url.overflow ?? 0), processes };
  if (!named || other) return undefined;
  return {
    service: service.name,
    from: [named[0], ...(extra ? [extra[0]] : [])].join(' + '),
    each: Number(named[1]) + Number(extra?.[1] ?? 0),
    processes,
  };
}

function workers(env: Readonly<Record<string, string>>): number {
  const said = WORKERS.flatMap((name) => (/^\d{1,3}$/.test(env[name] ?? '') ? [Number(env[name])] : []));
  return Math.max(1, said[0] ?? 1);
}
