import { createHmac } from 'node:crypto';

/** Replaces secrets in text. Idempotent. */
export type Redactor = (text: string) => string;

interface Shape {
  readonly name: string;
  /** Substrings of which one must be there before the pattern is tried: `includes` is many times faster than a search. */
  readonly hints: readonly string[];
  /** Group `secret` is what is replaced; without it the whole match. Repetitions are bounded: logs are hostile. */
  readonly pattern: RegExp;
}

const SHAPES: readonly Shape[] = [
  {
    name: 'private-key',
    hints: ['PRIVATE KEY-----'],
    pattern: /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY-----[\s\S]*?(?:-----END \1PRIVATE KEY-----|$)/g,
  },
  {
    name: 'github',
    hints: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{22,255})/g,
  },
  { name: 'gitlab', hints: ['glpat-'], pattern: /glpat-[\w-]{20,255}/g },
  { name: 'aws', hints: ['AKIA', 'ASIA'], pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: 'google', hints: ['AIza'], pattern: /AIza[\w-]{35}/g },
  { name: 'slack', hints: ['xox', 'xapp-'], pattern: /(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}/g },
  { name: 'stripe', hints: ['k_live_', 'k_test_'], pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g },
  { name: 'npm', hints: ['npm_'], pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  // A digit sets keys apart from hyphenated prose.
  { name: 'api-key', hints: ['sk-'], pattern: /\bsk-(?=[\w-]{0,200}\d)[\w-]{20,255}/g },
  { name: 'jwt', hints: ['eyJ'], pattern: /\beyJ[\w-]{8,4096}\.eyJ[\w-]{8,8192}\.[\w-]{0,4096}/g },
  { name: 'url-password', hints: ['://'], pattern: /:\/\/[^\s:@/?#"'<>]{0,256}:(?<secret>[^\s@/"'<>]{1,512})@/g },
  {
    name: 'authorization',
    hints: ['uthorization', 'UTHORIZATION'],
    pattern:
      /authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:(?:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,8})?(?<secret>(?!(?:bearer|basic|token|digest|negotiate|apikey)[ \t])[^\s"',;[\]]{4,8192})/gi,
  },
  { name: 'bearer', hints: ['earer ', 'EARER '], pattern: /\bbearer {1,8}(?<secret>[\w.~+/=-]{16,8192})/gi },
];

/** What a run's redactor is made of: data, so that every thread of the run can have the same. */
export interface Redacting {
  readonly env: Readonly<Record<string, string>>;
  /** Salts the digests that tell equal secrets apart from different ones. */
  readonly runId: string;
  /** Of the repository on this machine. */
  readonly root: string;
  /** Regular expressions of further secrets. */
  readonly patterns: readonly string[];
}

/** Replaces secrets of an environment and of the configuration, and this machine's path of the repository. */
export function makeRunRedactor({ env, runId, root, patterns }: Redacting): Redactor {
  const redact = makeRedactor({ secrets: secretsFromEnv(env), salt: runId });
  const configured = patterns.map((pattern) => new RegExp(pattern, 'g'));
  return (text) =>
    configured.reduce((rest, pattern) => rest.replace(pattern, '[secret configured]'), redact(text)).replaceAll(`${root}/`, '');
}

/**
 * Replaces the given values (4 characters or more; also base64, URL-encoded and JSON-escaped) and the well-known shapes
 * of tokens by `[secret <class> <length> hmac:<6 hex>]`. The HMAC with the run's salt tells equal secrets apart from
 * different ones without telling what they are.
 */
export function makeRedactor(options: { readonly secrets: readonly string[]; readonly salt: string }): Redactor {
  const label = (name: string, value: string): string => {
    const digest = createHmac('sha256', options.salt).update(value).digest('hex').slice(0, 6);
    return `[secret ${name} ${String(value.length)} hmac:${digest}]`;
  };
  const known = knownForms(options.secrets);
  // Longest first, so that a secret that contains another one is replaced as a whole.
  const forms = [...known.keys()].toSorted((a, b) => b.length - a.length);
  const values = forms.length === 0 ? undefined : new RegExp(forms.map((form) => escapePattern(form)).join('|'), 'g');
  return (text) => {
    let result = text;
    if (values !== undefined) result = result.replace(values, (form) => label('value', known.get(form) ?? form));
    for (const shape of SHAPES) if (shape.hints.some((hint) => result.includes(hint))) result = replaceShape(result, shape, label);
    return result;
  };
}

function replaceShape(text: string, shape: Shape, label: (name: string, value: string) => string): string {
  return text.replace(shape.pattern, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1);
    const secret = typeof groups === 'object' && groups !== null ? (groups as { secret?: string }).secret : undefined;
    if (secret === undefined) return label(shape.name, match);
    const at = match.lastIndexOf(secret);
    return match.slice(0, at) + label(shape.name, secret) + match.slice(at + secret.length);
  });
}

/** Everything that a value can look like in text → the value. */
function knownForms(secrets: readonly string[]): Map<string, string> {
  const forms = new Map<string, string>();
  const add = (form: string, secret: string): void => {
    if (form.length >= 4 && !forms.has(form)) forms.set(form, secret);
  };
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    add(secret, secret);
    add(encodeURIComponent(secret.toWellFormed()), secret);
    add(JSON.stringify(secret).slice(1, -1), secret);
    for (const form of base64Forms(secret)) add(form, secret);
    // Logs arrive line by line: a key over several lines is recognised by each of them.
    if (secret.includes('\n'))
      for (const line of secret.split(/\r?\n/)) if (line.length >= 12 && !line.startsWith('-----')) add(line, secret);
  }
  return forms;
}

/** Base64 of the value alone, and the part of it that stays the same when other bytes stand around it (`user:password`). */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const whole = bytes.toString('base64');
  const inside = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const start = shift === 0 ? 0 : shift + 1;
    return encoded.slice(start, Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const plain = [whole, whole.replaceAll('=', ''), ...inside.filter((form) => form.length >= 8)];
  return [...plain, ...plain.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

const SECRET_NAME =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(?:^|_)(?:KEY|PASS|PWD|PAT|AUTH|DSN|COOKIE)(?:$|_)|CONNECTION_?STRING/i;
const PLAIN_NAME =
  /(?:_FILE|_PATH|_DIR|_NAME|_ID|_COUNT|_LIMIT|_TTL|_SOCK|_EXPIRY|_URL|_URI|_HOST|_PORT)$|PUBLIC|TOKENIZER|TOKENS?_(?:MAX|MIN|LIMIT|BUDGET)|MAX_TOKENS|^PWD$|^OLDPWD$/i;
const COMMON = new Set(
  'admin administrator changeme default development disabled enabled example false guest localhost none null password postgres postgresql production public redis rabbitmq root secret staging test testing token true undefined user mysql mongo minio minioadmin kafka'.split(
    ' ',
  ),
);

/** Values of variables whose name looks secret, and passwords inside URLs; not the short or common words that would blot out a log. */
export function secretsFromEnv(env: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (SECRET_NAME.test(name) && !PLAIN_NAME.test(name) && isSecretLike(value)) secrets.add(value);
    const inUrl = /:\/\/[^\s:@/]{0,256}:([^\s@/]{1,512})@/.exec(value)?.[1];
    if (inUrl !== undefined && isSecretLike(inUrl)) secrets.add(inUrl);
  }
  return [...secrets].toSorted((a, b) => b.length - a.length || a.localeCompare(b));
}

function isSecretLike(value: string): boolean {
  const text = value.trim();
  if (text.length < 6 || COMMON.has(text.toLowerCase())) return false;
  if (/^\d{1,7}$/.test(text) || /^[a-z]{1,7}$/i.test(text)) return false;
  return !/^(?:\/|\.\/|[a-z][a-z0-9+.-]{0,20}:\/\/[^@]*$)/i.test(text);
}
