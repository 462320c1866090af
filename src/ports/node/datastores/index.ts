import type { Datastores } from '../../datastores.ts';
import { openMysql } from './mysql.ts';
import { openPostgres } from './postgres.ts';
import { openRedis } from './redis.ts';

/** The real clients; each is loaded with its first use. */
export const nodeDatastores: Datastores = { postgres: openPostgres, mysql: openMysql, redis: openRedis };
