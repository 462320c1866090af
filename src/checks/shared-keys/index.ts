import { classifySecret, isSecretName } from '../../lib/secret-value.ts';
import { defineCheck, type CheckPlugin } from '../contract.ts';
import { resolvedStack } from '../repository/compose.ts';
import { SharedFacts, type Role } from './judge.ts';

const SHORTEST = 8;
const GROUPS = 20;
/** What a variable opens, by its name; the first that fits. A name that tells nothing is compared with none. */
const ROLES: readonly { readonly role: Role; readonly name: RegExp }[] = [
  { role: 'encryption', name: /ENCRYPTION/ },
  { role: 'signing', name: /JWT|SESSION|COOKIE|SIGNING|NEXTAUTH|TOKEN_SECRET|SECRET_KEY_BASE/ },
  { role: 'database', name: /POSTGRES|^PGPASS|MYSQL|MARIADB|MONGO|DATABASE|(?:^|_)DB_/ },
  { role: 'cache', name: /REDIS|VALKEY/ },
  { role: 'broker', name: /RABBIT|AMQP|KAFKA|NATS/ },
  { role: 'storage', name: /MINIO|(?:^|_)S3_/ },
  { role: 'search', name: /ELASTIC|OPENSEARCH|QDRANT|CLICKHOUSE|MEILI|TYPESENSE/ },
  { role: 'console', name: /GRAFANA|^GF_|KEYCLOAK|PGADMIN|FLOWER/ },
];

/** SEC-06: a value that is the password of one thing is not the key of another. */
const ownKeys = defineCheck<SharedFacts>({
  code: 'SEC-06',
  summary: 'no secret of the stack serves several purposes',
  needs: 'static',
  facts: SharedFacts,
  collect: async (context) => {
    const stack = await resolvedStack(context);
    if (typeof stack === 'string') return { state: 'gap', because: stack };
    const secrets = (stack?.services ?? []).flatMap(({ name: service, service: { environment } }) =>
      Object.entries(environment ?? {}).flatMap(([name, value]) => {
        const role = ROLES.find((one) => one.name.test(name))?.role;
        if (role === undefined || value === null || !isSecretName(name) || value.length < SHORTEST) return [];
        if (!['plain', 'strong'].includes(classifySecret(value))) return [];
        const place = stack?.place(service, 'environment', name);
        return [{ value, member: { service, name, role, ...(place ? { place } : {}) } }];
      }),
    );
    if (secrets.length < 2)
      return { state: 'not-applicable', because: 'no compose file gives its services two secrets that could be compared' };
    const groups = [...Map.groupBy(secrets, ({ value }) => value).values()]
      .map((same) => same.map(({ member }) => member))
      .filter((members) => new Set(members.map(({ role }) => role)).size > 1);
    return { state: 'collected', facts: { compared: secrets.length, groups: groups.slice(0, GROUPS) }, sources: [] };
  },
});

/** Secrets that are one and should be several. */
export const sharedKeys: readonly CheckPlugin[] = [ownKeys];
