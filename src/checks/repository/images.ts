/** Datastores and brokers by the last part of their image's name, with the variables and arguments that switch their authentication on. */
const DATASTORES: readonly { readonly name: string; readonly image: RegExp; readonly guarded?: RegExp; readonly open?: RegExp }[] = [
  { name: 'PostgreSQL', image: /^(?:postgres|postgresql|postgis|pgvector|timescaledb(?:-ha)?)$/, open: /POSTGRES_HOST_AUTH_METHOD=trust/ },
  { name: 'MySQL', image: /^(?:mysql|mysql-server|percona)$/, open: /ALLOW_EMPTY_(?:ROOT_)?PASSWORD=(?:1|yes|true)/i },
  { name: 'MariaDB', image: /^mariadb$/, open: /ALLOW_EMPTY_(?:ROOT_)?PASSWORD=(?:1|yes|true)/i },
  { name: 'MongoDB', image: /^(?:mongo|mongodb)$/, guarded: /MONGO_INITDB_ROOT_USERNAME|MONGODB_ROOT_PASSWORD|--auth|--keyFile/ },
  {
    name: 'Redis',
    image: /^(?:redis|valkey|redis-stack(?:-server)?|keydb|dragonfly)$/,
    guarded: /requirepass|REDIS_PASSWORD|VALKEY_PASSWORD|aclfile|REDIS_ARGS|\.conf\b/,
  },
  { name: 'Elasticsearch', image: /^elasticsearch$/, open: /xpack\.security\.enabled=["']?false/ },
  { name: 'OpenSearch', image: /^opensearch$/, open: /DISABLE_SECURITY_PLUGIN=["']?true/ },
  { name: 'ClickHouse', image: /^(?:clickhouse|clickhouse-server)$/, guarded: /CLICKHOUSE_PASSWORD|users\.d/ },
  { name: 'Qdrant', image: /^qdrant$/, guarded: /QDRANT__SERVICE__API_KEY|config\.yaml|production\.yaml/ },
  { name: 'Memcached', image: /^memcached$/, guarded: /(?:^|\s)-S\b/ },
  { name: 'RabbitMQ', image: /^rabbitmq$/ },
  { name: 'etcd', image: /^etcd$/ },
  { name: 'Neo4j', image: /^neo4j$/, open: /NEO4J_AUTH=none/ },
  { name: 'Cassandra', image: /^(?:cassandra|scylla)$/ },
  { name: 'Weaviate', image: /^weaviate$/, open: /AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=["']?true/ },
];

export interface Datastore {
  readonly name: string;
  /** As far as the configuration of the service tells. */
  readonly auth: 'off' | 'unknown';
}

/** What datastore an image is, and whether its settings (`KEY=value` and arguments, one text) leave it open. */
export function datastoreOf(image: string, settings: string): Datastore | undefined {
  const last = repositoryOf(image).split('/').at(-1) ?? '';
  const known = DATASTORES.find((one) => one.image.test(last));
  if (!known) return undefined;
  const off = known.open?.test(settings) === true || (known.guarded !== undefined && !known.guarded.test(settings));
  return { name: known.name, auth: off ? 'off' : 'unknown' };
}

/** `registry:5000/team/app:1.2@sha256:…` → `registry:5000/team/app`. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** Why an image may be another one tomorrow; `undefined` when it is pinned. */
export function unpinned(image: string): string | undefined {
  if (image.includes('@sha256:')) return undefined;
  const tag = /:([^/:]*)$/.exec(image)?.[1];
  if (tag === undefined) return 'no tag, which means latest';
  return /^(?:latest|edge|nightly|main|master|canary|unstable|rolling|develop)(?:-alpine|-slim)?$/.test(tag)
    ? `the moving tag ${tag}`
    : undefined;
}

/** Tools whose work is the host or the engine itself: what would be a hole elsewhere is what they are for. */
export function watchesHost(image: string): boolean {
  return /(?:^|\/)(?:cadvisor|node[-_]exporter|netdata|agent|datadog-agent|cluster-agent|promtail|alloy|vector|fluent-?bit|fluentd|filebeat|metricbeat|falco|telegraf|beyla|otel[\w-]*|opentelemetry-collector[\w-]*)$/.test(
    repositoryOf(image),
  );
}

/** Tools that speak to the engine by design: proxies with discovery, updaters, consoles, runners. */
export function speaksToEngine(image: string): boolean {
  return (
    watchesHost(image) ||
    /(?:^|\/)(?:traefik|portainer(?:-ce|-ee)?|watchtower|dozzle|nginx-proxy|docker-gen|acme-companion|docker-socket-proxy|socket-proxy|autoheal|diun|homepage|gitlab-runner|act_runner|dockge|ofelia|swarmpit|caddy-docker-proxy|lazydocker|uptime-kuma|docker-proxy|localstack|localstack-pro|jenkins|drone-runner-docker|woodpecker-agent|github-runner|logspout|crowdsec|coolify)$/.test(
      repositoryOf(image),
    )
  );
}
