import type { ContractFacts } from './judge.ts';

/** Stand-ins for a datastore or broker. Stand-ins for the APIs of others are no fault: those are not in anybody's stack. */
export const MOCKS: readonly { readonly library: string; readonly service: string; readonly pattern: RegExp }[] = [
  mock('ioredis-mock', 'redis'),
  mock('redis-mock', 'redis'),
  mock('pg-mem', 'postgres'),
  mock('mock-knex', 'the database'),
  mock('kafkajs-mock', 'kafka'),
  ...['pg', 'mysql', 'mysql2', 'redis', 'ioredis', 'mongodb', 'mongoose', 'kafkajs', 'amqplib', '@clickhouse/client'].map((name) => ({
    library: `a mock of ${name}`,
    service: name,
    pattern: new RegExp(String.raw`\b(?:jest|vi)\.(?:mock|doMock)\(\s*['"]${name.replace('/', String.raw`\/`)}['"]`),
  })),
  python('fakeredis', 'redis'),
  python('mongomock', 'mongodb'),
  python('pytest_mock_resources', 'the database'),
  { library: 'go-sqlmock', service: 'the database', pattern: /"github\.com\/DATA-DOG\/go-sqlmock"/ },
  { library: 'miniredis', service: 'redis', pattern: /"github\.com\/alicebob\/miniredis(?:\/v2)?"/ },
  { library: 'redismock', service: 'redis', pattern: /"github\.com\/go-redis\/redismock(?:\/v\d+)?"/ },
];

function mock(library: string, service: string) {
  return {
    library,
    service,
    pattern: new RegExp(String.raw`(?:\bfrom\s+|\brequire\(\s*|\bimport\(\s*|\bimport\s+)['"]${library}(?:\/[^'"]*)?['"]`),
  };
}

function python(library: string, service: string) {
  return { library, service, pattern: new RegExp(String.raw`^\s*(?:from|import)\s+${library}\b`, 'm') };
}

/** Libraries for property-based tests: what declares them, and what uses them. */
export const PROPERTIES: readonly {
  readonly library: string;
  readonly manifest: RegExp;
  readonly declares: RegExp;
  readonly use: RegExp;
}[] = [
  {
    library: 'fast-check',
    manifest: /^package\.json$/,
    declares: /"(?:@fast-check\/[\w-]+|fast-check)"\s*:/,
    use: /['"](?:@fast-check\/|fast-check['"])/,
  },
  { library: 'jsverify', manifest: /^package\.json$/, declares: /"jsverify"\s*:/, use: /['"]jsverify['"]/ },
  {
    library: 'hypothesis',
    manifest: /^(?:pyproject\.toml|requirements[^/]*\.txt|setup\.cfg|Pipfile)$/,
    declares: /^\s*["']?hypothesis\b/m,
    use: /^\s*(?:from|import)\s+hypothesis\b/m,
  },
  { library: 'pgregory.net/rapid', manifest: /^go\.mod$/, declares: /\bpgregory\.net\/rapid\s/, use: /"pgregory\.net\/rapid"/ },
  { library: 'gopter', manifest: /^go\.mod$/, declares: /github\.com\/leanovate\/gopter\s/, use: /"github\.com\/leanovate\/gopter/ },
];

/** Tools that hold code against a contract. */
export const CONTRACT_TOOLS =
  /@pact-foundation\/[\w-]+|\bpact-(?:python|go|ruby|jvm|provider-verifier|broker)\b|\bpact_verifier\b|pact\.(?:verify|Verifier)|au\.com\.dius\.pact|\bschemathesis\b|\bdredd\b|\bjest-openapi\b|\bchai-openapi[\w-]*|\bvitest-openapi\b|\bopenapi-(?:backend|core|response-validator|validator[\w-]*|enforcer|examples-validator)\b|\bexpress-openapi-validator\b|stoplight\/prism|\bportman\b|kin-openapi|\bcommittee\b|spring-cloud-(?:starter-)?contract|swagger-request-validator|useoptic|\brestler\b|\bcats --contract\b|^api: *(?:\{ *document: *)?[\w./-]+\.(?:ya?ml|json)\b/m;

/**
 * Generators: of server code from an OpenAPI description, which then does not build against another one, and of the description from
 * the code. Generators of clients alone hold no server.
 */
export const CONTRACT_MAKERS =
  /\boapi-codegen\b|\bogen-go\/ogen\b|\bgo-swagger\b|\bswaggo\/swag\b|\bswag init\b|\bopenapi-generator-(?:maven|gradle)-plugin\b|org\.openapi\.generator\b|@nestjs\/swagger\b|\bspringdoc-openapi[\w-]*|\bdrf-(?:spectacular|yasg)\b|\bflask-smorest\b|\bconnexion\b|\btsoa\b|\butoipa\b|\bSwashbuckle\.AspNetCore\b|\brswag\b|\bl5-swagger\b|@asteasolutions\/zod-to-openapi\b|@hono\/zod-openapi\b|@fastify\/swagger\b|^\s*["']?fastapi(?:\[[^\]]*\])?\s*(?:["'=<>~!;,]|$)/m;

/** What a file is, by what it says about itself. */
export function contractKind(text: string): ContractFacts['contracts'][number]['kind'] | undefined {
  if (/^\s*(?:"?(?:openapi|swagger)"?\s*:\s*["']?[23]\.|\{\s*"(?:openapi|swagger)"\s*:\s*"[23]\.)/m.test(text.slice(0, 20_000)))
    return 'openapi';
  return /"consumer"\s*:\s*\{/.test(text) && /"provider"\s*:\s*\{/.test(text) && /"(?:interactions|messages)"\s*:/.test(text)
    ? 'pact'
    : undefined;
}
