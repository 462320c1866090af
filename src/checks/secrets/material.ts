import { classifySecret, isRandom } from '../../lib/secret-value.ts';

export type MaterialKind = 'private-key' | 'token' | 'env-file' | 'compose' | 'kubernetes';

/** A secret that stands in a text: what it is, where, how long. Never what it says. */
export interface Material {
  readonly kind: MaterialKind;
  /** What kind of key or token, or the name of the variable. */
  readonly name: string;
  readonly line: number;
  readonly length: number;
}

/** A shape that says by itself what it is. `hint` is the word that git searches for. */
const TOKENS: readonly { readonly name: string; readonly hint: string; readonly pattern: RegExp }[] = [
  { name: 'AWS access key', hint: 'AKIA', pattern: /\bAKIA[A-Z2-7]{16}\b/g },
  { name: 'GitHub token', hint: 'ghp_', pattern: /\bghp_[A-Za-z0-9]{36}\b/g },
  { name: 'GitHub token', hint: 'github_pat_', pattern: /\bgithub_pat_\w{60,90}\b/g },
  { name: 'GitLab token', hint: 'glpat-', pattern: /\bglpat-[\w-]{20,64}\b/g },
  { name: 'Google API key', hint: 'AIza', pattern: /\bAIza[\w-]{35}\b/g },
  { name: 'Slack token', hint: 'xoxb-', pattern: /\bxoxb-\d{9,}-\d{9,}-[A-Za-z0-9]{24}\b/g },
  {
    name: 'Slack webhook',
    hint: 'hooks.slack.com/services/T',
    pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{8,12}\/B[A-Z0-9]{8,12}\/[A-Za-z0-9]{24}\b/g,
  },
  { name: 'Stripe live key', hint: 'k_live_', pattern: /\b[rs]k_live_[A-Za-z0-9]{24,128}\b/g },
  { name: 'OpenAI key', hint: 'sk-proj-', pattern: /\bsk-proj-[\w-]{40,200}\b/g },
  { name: 'Anthropic key', hint: 'sk-ant-api', pattern: /\bsk-ant-api\d\d-[\w-]{80,120}/g },
  { name: 'npm token', hint: 'npm_', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
];
/** Places of one shape that are looked at in one file. */
const PER_FILE = 20;
const KEY_HINT = 'PRIVATE KEY-----';
/** The header, then at least 64 characters of Base64: code that only knows the header holds no key. */
const KEY =
  /-----BEGIN ((?:RSA |EC |DSA |OPENSSH )?)PRIVATE KEY-----(?:\\n|\s){1,8}([A-Za-z0-9+/=]{48,}(?:(?:\\n|\s){1,8}[A-Za-z0-9+/=]{1,200}){0,200})/g;

/** Words of which one stands in every file that `materialIn` can find something in. */
export const HINTS: readonly string[] = [KEY_HINT, ...TOKENS.map(({ hint }) => hint)];

/** Private keys and tokens of known shapes in any text. Examples of documentation and made-up ones are none. */
export function materialIn(text: string): Material[] {
  const found: Material[] = [];
  if (text.includes(KEY_HINT))
    for (const match of text.matchAll(KEY).take(PER_FILE)) {
      const body = match[2] ?? '';
      if (new Set(body).size < 20 || /\.\.\.|EXAMPLE/i.test(body)) continue;
      found.push({
        kind: 'private-key',
        name: `${(match[1] ?? '').trim()} private key`.trim(),
        ...place(text, match.index),
        length: body.length,
      });
    }
  for (const { name, hint, pattern } of TOKENS) {
    if (!text.includes(hint)) continue;
    for (const match of text.matchAll(pattern).take(PER_FILE))
      if (isReal(match[0], hint)) found.push({ kind: 'token', name, ...place(text, match.index), length: match[0].length });
  }
  return found;
}

/** Is a variable's value a secret that somebody really uses? */
export function isMaterial(value: string): boolean {
  return classifySecret(value) === 'strong';
}

/** The password inside a URL, when it looks real. */
export function passwordInUrl(value: string): string | undefined {
  const password = /:\/\/[^\s:@/]{0,256}:([^\s@/]{1,512})@/.exec(value)?.[1];
  return password !== undefined && isMaterial(password) ? password : undefined;
}

/** What is random behind the prefix; Slack's and AWS's have no lower case, so the bar is the variety alone. */
function isReal(token: string, hint: string): boolean {
  const body = token.slice(token.indexOf(hint) + hint.length);
  if (/EXAMPLE|x{4,}|X{4,}|0{5,}|12345|abcde|ABCDE|your|YOUR|fake|FAKE|dummy|test|redacted/.test(body)) return false;
  return isRandom(body) || new Set(body).size >= 9;
}

function place(text: string, offset: number): { readonly line: number } {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return { line };
}
