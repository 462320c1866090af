/**
 * What the value of a secret is like, judged by its text alone:
 * `indirect` names a place (a variable, a file, a vault); `placeholder` waits to be replaced; `weak` is in every list of
 * passwords; `local` says itself that it is for one machine; `strong` looks random; `plain` is anything else.
 */
export type SecretClass = 'empty' | 'indirect' | 'placeholder' | 'weak' | 'local' | 'strong' | 'plain';

const NOUN =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|SECRET_KEY|SECRET_KEY_BASE|PRIVATE_KEY|ENCRYPTION_KEY|SIGNING_KEY|MASTER_KEY|ADMIN_KEY|APP_KEY|JWT_KEY|CREDENTIALS?)$|^PGPASSWORD$/;
const NO_SECRET = /PUBLIC|PUBLISHABLE|ALLOW|ENABLE|DISABLE|REQUIRE|RESET|TOKENIZER|CSRF_TOKEN$|^PASS$|^PWD$|BYPASS|(?:^|_)(?:MAX|MIN|NUM)_/;

/** Does a variable of this name hold a secret? Told by its last word: `POSTGRES_PASSWORD`, `apiKey`, `db-password`. */
export function isSecretName(name: string): boolean {
  const normal = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[-.]/g, '_')
    .toUpperCase();
  return NOUN.test(normal) && !NO_SECRET.test(normal);
}

const INDIRECT =
  /\$\{|\$\(|\$[A-Z_]{2}|\{\{|<%|^(?:\.{0,2}\/|~\/|[a-z]:\\)|^(?:file|vault|arn|sm|op|ssm|gcpsm|awssm|secret|ref\+\w+|akv|doppler|env):|^ENC\[|^!vault|^AQICAH|^secret(?:s|KeyRef)?\.\w/i;
const PLACEHOLDER =
  /change[-_ ]?(?:me|this|it)|^(?:please[-_ ])?change|^(?:\w{1,6}[-_])?your[-_ ]|[-_ ]your[-_ ]|^<[^>]*>$|^\[[^\]]*\]$|^[xX]{4,}$|^\*{3,}$|^\.{3,}$|^(?:todo|fixme|tbd|placeholder)$|replace[-_ ]?(?:me|this|with|in[-_ ])|^insert[-_ ]|[-_ ]here$|placeholder|^set[-_ ]?me|^fill[-_ ]?(?:me|in)|^AC[xX]{6,}$|^sk-[xX.]{3,}|^to[-_ ]be[-_ ]/i;
const LOCAL =
  /^(?:local(?:host)?|dev|development|test|testing|demo|ci|e2e|sample|example|fake|mock|dummy|insecure|unsafe|not-?a-?(?:real-?)?secret)[-_.]|[-_.](?:local|dev|development|test|testing|demo|example|fake|dummy|insecure)$|not-?for-?production|only-?for-?(?:dev|test)|EXAMPLE/i;
/** What stubs of others are given where they insist on some value (LocalStack, a model that runs at home). */
const STAND_IN =
  /^(?:test|testing|testpass|demo|example|sample|dummy|fake|stub|mock|foo|bar|foobar|local|localstack|ollama|lm-studio|not-?needed|no-?key(?:-required)?|sk-no-key-required|unused|ignored?|anything)$/i;
const WEAK = new Set(
  'password passw0rd p@ssw0rd password1 password123 pass pass123 secret secret123 secrets mysecret mysecretpassword supersecret supersecretkey secretkey my-secret my-secret-key my_secret_key super-secret super-secret-key topsecret admin admin123 administrator root root123 toor user guest default letmein qwerty qwerty123 abc123 test123 postgres postgresql mysql mariadb mongo mongodb redis rabbitmq rabbit minio minioadmin minio123 miniosecret elastic grafana keycloak nats kafka clickhouse qdrant neo4j sa changeit welcome welcome1 123 1234 12345 123456 1234567 12345678 123456789 1234567890 jwt-secret jwtsecret jwt_secret'.split(
    ' ',
  ),
);

export function classifySecret(value: string): SecretClass {
  const text = value.trim();
  if (text === '' || /^(?:true|false|yes|no|on|off|0|1|none|null|nil|undefined|empty|n\/a)$/i.test(text)) return 'empty';
  if (text.length > 4_096) return 'plain';
  if (INDIRECT.test(text)) return 'indirect';
  if (PLACEHOLDER.test(text)) return 'placeholder';
  if (STAND_IN.test(text)) return 'local';
  if (WEAK.has(text.toLowerCase()) || /^(.)\1{5,}$/.test(text)) return 'weak';
  if (LOCAL.test(text)) return 'local';
  return isRandom(text) ? 'strong' : 'plain';
}

/** Sixteen characters or more that no hand typed: letters and digits mixed, many different ones, no row of the keyboard. */
export function isRandom(text: string): boolean {
  if (text.length < 16 || /\s/.test(text) || !/\d/.test(text) || !/[a-z]/i.test(text)) return false;
  if (/x{4,}|0{6,}|123456|abcdef|qwerty|example|sample|dummy|fake|your|secret|password|token|test/i.test(text)) return false;
  const different = new Set(text).size;
  const switches = text.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  return different >= 9 && switches >= 3;
}

const SAMPLE_FOLDER =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|fixtures?|testdata|test[-_](?:data|resources|fixtures|certs|keys)|examples?|samples?|docs?|documentation|mocks?|e2e|demos?|vendor|node_modules|third_party|templates?|i18n|locales?|translations?|benchmarks?|tutorials?|playground|snapshots?)(?:\/|$)/i;
const SAMPLE_FILE =
  /[-_.](?:examples?|samples?|templates?|tmpl|tpl|dist|defaults?|tests?|specs?|stories|mock|fixture)(?:[-_.]|$)|^(?:examples?|sample|template|test)[-_.]|_test\.\w+$|\.(?:md|mdx|rst|adoc|txt|lock|snap|po|pot|map|svg|ipynb|patch|diff)$|^(?:package-lock\.json|pnpm-lock\.yaml|go\.sum|CHANGELOG|README|LICENSE)/i;

/** Files that show and try out rather than run: tests, fixtures, examples, documentation, lock files. */
export function isSamplePath(path: string): boolean {
  const at = path.lastIndexOf('/');
  return SAMPLE_FOLDER.test(path.slice(0, Math.max(at, 0))) || SAMPLE_FILE.test(path.slice(at + 1));
}

/** Files that by their name are for work on one machine or for CI: `compose.dev.yaml`, `docker-compose.override.yml`. */
export function isLocalPath(path: string): boolean {
  return /(?:^|[/._-])(?:dev|devel|development|local|localhost|override|ci|devcontainer|sandbox|debug|debugging|self[-_]?signed|snakeoil)(?:[/._-]|$)/i.test(
    path,
  );
}
