/** The address of something that a service uses, as one of its variables holds it. */
export interface Address {
  readonly scheme: string;
  readonly host: string;
  readonly encrypted: boolean;
}

const URL_LIKE =
  /\b([a-z][a-z0-9+.-]{1,20}):\/\/(?:[^\s@/?#]{0,300}@)?(\[[0-9a-f:]{2,45}\]|[\w.-]{1,253})(?::\d{1,5})?([^\s"',;]{0,500})/gi;
const ENCRYPTED = new Set(['https', 'wss', 'rediss', 'amqps', 'mongodb+srv', 'grpcs', 'ldaps', 'smtps', 'mqtts', 'nats+tls', 'valkeys']);
/** Protocols that carry credentials or data in the clear; with a database, when its options do not ask for encryption. */
const PLAIN = new Set(['http', 'ws', 'redis', 'valkey', 'amqp', 'grpc', 'ldap', 'smtp', 'mqtt', 'ftp', 'clickhouse', 'nats']);
const DATABASES = new Set(['postgres', 'postgresql', 'mysql', 'mariadb', 'mongodb', 'mssql', 'sqlserver']);
/** What others call this service by, or may call it from: nothing is sent there. */
const OWN_NAME =
  /ORIGIN|CORS|PUBLIC|EXTERNAL|CALLBACK|REDIRECT|ISSUER|AUDIENCE|ALLOWED|FRONTEND|ROOT_?URL|SITE|HOMEPAGE|PROXY|DOMAIN|APP_URL|ADVERTISED|NAMESPACE|SCHEMA|SELF_|(?:^|_)BASE_URL$|DOCS?_URL/i;

/** Addresses in the value of a variable. Drivers in schemes (`postgresql+asyncpg`) count as what they speak. */
export function addressesIn(variable: string, value: string): Address[] {
  if (OWN_NAME.test(variable) || value.length > 10_000) return [];
  return [...value.matchAll(URL_LIKE)].flatMap(([, written = '', host = '', rest = '']): Address[] => {
    const scheme = written.toLowerCase();
    const spoken = ENCRYPTED.has(scheme) ? scheme : scheme.replace(/\+.*$/, '');
    if (ENCRYPTED.has(spoken)) return [{ scheme, host, encrypted: true }];
    if (DATABASES.has(spoken)) return [{ scheme, host, encrypted: asksForEncryption(rest) }];
    return PLAIN.has(spoken) ? [{ scheme, host, encrypted: /[?&](?:tls|ssl|secure)=(?:true|1|required?)/i.test(rest) }] : [];
  });
}

/** `prefer` and `allow` take what they get: https://www.postgresql.org/docs/current/libpq-ssl.html */
function asksForEncryption(options: string): boolean {
  return /[?&](?:sslmode=(?:require|verify-ca|verify-full)|ssl[-_]?mode=(?:required|verify_ca|verify_identity)|(?:tls|ssl|encrypt|usessl|requiressl)=(?:true|1|require|strict|%7b|\{)|ssl[-_]ca=)/i.test(
    options,
  );
}

/** Whether what is sent to a host leaves the machine: loopback, the engine's own names and reserved names do not. */
export function isWayOut(host: string): boolean {
  if (/^(?:localhost|127\.|0\.0\.0\.0|\[|169\.254\.|host\.docker\.internal|gateway\.docker\.internal)/i.test(host)) return false;
  if (/(?:^|\.)(?:local|localhost|test|example|invalid|internal|lan|svc|cluster\.local|example\.(?:com|org|net))$/i.test(host))
    return false;
  return host.includes('.') && !/^[\d.]+$/.test(host) ? true : /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
