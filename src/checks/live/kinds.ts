import type { CheckContext } from '../contract.ts';
import { mongoCommand } from './mongo.ts';
import type { Place } from './services.ts';

export type Kind =
  | 'postgres'
  | 'mysql'
  | 'redis'
  | 'mongodb'
  | 'rabbitmq'
  | 'clickhouse'
  | 'qdrant'
  | 'prometheus'
  | 'alertmanager'
  | 'loki'
  | 'grafana'
  | 'jaeger';

/** How one kind of service is known: by the last part of its image's name, and then by what it says itself. */
interface Known {
  readonly title: string;
  readonly image: RegExp;
  readonly port: number;
  readonly protocol:
    | { readonly speaks: 'bytes'; readonly send: Uint8Array; readonly bytes: number; readonly is: (heard: Uint8Array) => boolean }
    | { readonly speaks: 'http'; readonly path: string; readonly is: (status: number, body: string) => boolean };
}

const HEAR_MS = 2_000;
const BODY_BYTES = 20_000;

const bytes = (send: Uint8Array, length: number, is: (heard: Buffer) => boolean): Known['protocol'] => ({
  speaks: 'bytes',
  send,
  bytes: length,
  is: (heard) => is(Buffer.from(heard)),
});
const http = (path: string, is: (status: number, body: string) => boolean): Known['protocol'] => ({ speaks: 'http', path, is });

export const KINDS: Readonly<Record<Kind, Known>> = {
  postgres: {
    title: 'PostgreSQL',
    image: /^(?:postgres|postgresql|postgis|pgvector|timescaledb(?:-ha)?)$/,
    port: 5432,
    // SSLRequest: one byte back (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL).
    protocol: bytes(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), 1, (heard) => heard[0] === 0x53 || heard[0] === 0x4e),
  },
  mysql: {
    title: 'MySQL',
    image: /^(?:mysql|mysql-server|percona|mariadb)$/,
    port: 3306,
    // The server greets with protocol 10, or says why it does not (0xff).
    protocol: bytes(new Uint8Array(), 5, (heard) => heard.length === 5 && heard[3] === 0 && (heard[4] === 10 || heard[4] === 0xff)),
  },
  redis: {
    title: 'Redis',
    image: /^(?:redis|valkey|redis-stack(?:-server)?|keydb|dragonfly)$/,
    port: 6379,
    protocol: bytes(Buffer.from('PING\r\n'), 5, (heard) =>
      /^(?:\+PONG|-NOAU|-DENI|-NOPE|-LOAD|-MAST|-ERR )/.test(heard.toString('latin1')),
    ),
  },
  mongodb: {
    title: 'MongoDB',
    image: /^(?:mongo|mongodb|mongodb-community-server|percona-server-mongodb)$/,
    port: 27017,
    protocol: bytes(
      mongoCommand('hello'),
      16,
      (heard) => heard.length === 16 && heard.readInt32LE(12) === 2013 && heard.readInt32LE(8) === 1,
    ),
  },
  rabbitmq: {
    title: 'RabbitMQ',
    image: /^rabbitmq$/,
    port: 5672,
    // connection.start on channel 0 (AMQP 0-9-1, 4.2.2).
    protocol: bytes(
      Buffer.from('AMQP\0\0\u0009\u0001', 'latin1'),
      11,
      (heard) => heard.length === 11 && heard[0] === 1 && heard.readUInt32BE(7) === 0x000a_000a,
    ),
  },
  clickhouse: {
    title: 'ClickHouse',
    image: /^(?:clickhouse|clickhouse-server)$/,
    port: 8123,
    protocol: http('/ping', (status, body) => status === 200 && body === 'Ok.\n'),
  },
  qdrant: {
    title: 'Qdrant',
    image: /^qdrant$/,
    port: 6333,
    protocol: http('/', (status, body) => status === 200 && /"title":"qdrant/.test(body)),
  },
  prometheus: {
    title: 'Prometheus',
    image: /^prometheus$/,
    port: 9090,
    protocol: http('/-/healthy', (status, body) => status === 200 && body.startsWith('Prometheus ')),
  },
  alertmanager: {
    title: 'Alertmanager',
    image: /^(?:prometheus-)?alertmanager$/,
    port: 9093,
    protocol: http('/api/v2/status', (status, body) => status === 200 && body.includes('"versionInfo"') && body.includes('"cluster"')),
  },
  loki: {
    title: 'Loki',
    image: /^loki$/,
    port: 3100,
    protocol: http('/loki/api/v1/status/buildinfo', (status, body) => status === 200 && body.includes('"revision"')),
  },
  jaeger: {
    title: 'Jaeger',
    image: /^(?:jaeger|all-in-one|jaeger-query)$/,
    port: 16686,
    protocol: http('/api/services', (status, body) => status === 200 && /"data"\s*:/.test(body)),
  },
  grafana: {
    title: 'Grafana',
    image: /^grafana(?:-oss|-enterprise)?$/,
    port: 3000,
    protocol: http('/api/health', (status, body) => status === 200 && /"database"\s*:/.test(body)),
  },
};

export type Recognised = { readonly state: 'known'; readonly tls: boolean } | { readonly state: 'unknown'; readonly heard: string };

/** Does what listens there speak the protocol of this kind? */
export async function recognise({ ports, signal }: CheckContext, kind: Kind, place: Place): Promise<Recognised> {
  const { protocol } = KINDS[kind];
  if (protocol.speaks === 'bytes') {
    const heard = await ports.tcp.hear(place.host, place.port, { send: protocol.send, bytes: protocol.bytes, timeoutMs: HEAR_MS });
    if (heard !== undefined && protocol.is(heard)) return { state: 'known', tls: false };
    if (heard === undefined) return { state: 'unknown', heard: 'nobody listens' };
    return { state: 'unknown', heard: heard.length === 0 ? `it said nothing within ${HEAR_MS} ms` : 'it answered in another protocol' };
  }
  const told: string[] = [];
  for (const scheme of ['http', 'https']) {
    const url = `${scheme}://${place.host}:${place.port}${protocol.path}`;
    const answer = await ports.http.request({ method: 'GET', url, anyCertificate: true, timeoutMs: HEAR_MS, maxBytes: BODY_BYTES, signal });
    if (answer.state === 'answered' && protocol.is(answer.status, Buffer.from(answer.body).toString('utf8')))
      return { state: 'known', tls: scheme === 'https' };
    told.push(
      answer.state === 'failed'
        ? `${scheme}: ${answer.reason === 'tls' ? 'no TLS is spoken there' : answer.message}`
        : `GET ${protocol.path} answered ${answer.status}`,
    );
    if (answer.state === 'failed' && answer.reason === 'timeout') break;
  }
  return { state: 'unknown', heard: told.join('; ') };
}
