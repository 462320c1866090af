/** How somebody switches the verification of certificates off, in one language. `hint` is the word that git searches for. */
interface Switch {
  readonly hint: string;
  readonly files: RegExp;
  readonly pattern: RegExp;
}

const PYTHON = /\.py$/;
const SCRIPT = /\.[cm]?[jt]sx?$/;
const SHELL = /\.(?:sh|bash|zsh)$|(?:^|\/)(?:Makefile|Dockerfile(?:\.[\w.-]+)?|[\w.-]+\.Dockerfile)$/;

const SWITCHES: readonly Switch[] = [
  {
    hint: 'verify=False',
    files: PYTHON,
    pattern: /\b(?:requests|httpx|session|client|aiohttp)[\w.]{0,60}\([^()\n]{0,300}\bverify=False/gi,
  },
  { hint: 'CERT_NONE', files: PYTHON, pattern: /\bverify_mode\s*=\s*(?:ssl\.)?CERT_NONE\b|\bcert_reqs\s*=\s*["']?(?:ssl\.)?CERT_NONE\b/g },
  { hint: '_create_unverified_context', files: PYTHON, pattern: /\bssl\._create_unverified_context\b/g },
  { hint: 'InsecureSkipVerify', files: /\.go$/, pattern: /\bInsecureSkipVerify\s*[:=]\s*true\b/g },
  { hint: 'rejectUnauthorized', files: SCRIPT, pattern: /\brejectUnauthorized["']?\s*:\s*false\b/g },
  {
    hint: 'NODE_TLS_REJECT_UNAUTHORIZED',
    files: /\.(?:[cm]?[jt]sx?|sh|env|ya?ml)$|Dockerfile/,
    pattern: /\bNODE_TLS_REJECT_UNAUTHORIZED["'\]]{0,2}\s*[:=]\s*["']?0\b/g,
  },
  { hint: 'danger_accept_invalid_certs', files: /\.rs$/, pattern: /\bdanger_accept_invalid_certs\(\s*true\s*\)/g },
  { hint: 'CURLOPT_SSL_VERIFYPEER', files: /\.php$/, pattern: /\bCURLOPT_SSL_VERIFYPEER\s*(?:,|=>)\s*(?:false|0)\b/gi },
  { hint: 'VERIFY_NONE', files: /\.rb$/, pattern: /\bverify_mode\s*=>?\s*OpenSSL::SSL::VERIFY_NONE\b/g },
  { hint: 'DangerousAcceptAnyServerCertificateValidator', files: /\.cs$/, pattern: /\bDangerousAcceptAnyServerCertificateValidator\b/g },
  {
    hint: 'curl',
    files: SHELL,
    pattern: /\bcurl\s(?:[^|;&\n]{0,200}\s)?(?:-[a-zA-Z]{0,6}k[a-zA-Z]{0,6}|--insecure)\s[^|;&\n]{0,300}https:\/\/(?!localhost|127\.)/g,
  },
];

/** Places looked at for each switch in one file. */
const PER_FILE = 20;

export const HINTS: readonly string[] = SWITCHES.map(({ hint }) => hint);

/** Is this a file in which one of the switches could stand? */
export function mayHoldSwitch(path: string): boolean {
  return SWITCHES.some(({ files }) => files.test(path));
}

export interface Off {
  readonly line: number;
  /** The text that switches it off, bounded. */
  readonly text: string;
  /** A condition stands on the line or right above it: it may be off in development alone. */
  readonly gated: boolean;
}

/** Places of one file where the verification is switched off; comments are none. */
export function switchedOff(path: string, text: string): Off[] {
  // A verification of its own in place of the usual one: https://pkg.go.dev/crypto/tls#Config
  if (/\bVerify(?:PeerCertificate|Connection)\s*[:=]/.test(text)) return [];
  return SWITCHES.filter(({ hint, files }) => files.test(path) && text.includes(hint)).flatMap(({ hint, pattern }) =>
    [...text.matchAll(pattern).take(PER_FILE)].flatMap((found): Off[] => {
      const from = text.lastIndexOf('\n', found.index) + 1;
      // A line of a megabyte is no line that somebody wrote.
      const before = text.slice(Math.max(from, found.index - 1_000), found.index);
      if (/^\s*(?:#|\/\/|\*|\/\*|--|<!--|["'`])/.test(before) || /\s(?:#|\/\/)\s/.test(before) || insideText(before, found[0])) return [];
      const above = text
        .slice(Math.max(0, from - 300), from)
        .split('\n')
        .slice(-4)
        .join('\n');
      return [
        {
          line: lineOf(text, found.index),
          text: hint,
          gated: GATE.test(`${above}${before}`) || DECIDED.test(text.slice(found.index, endOfLine(text, found.index))),
        },
      ];
    }),
  );
}

/** Somebody has looked at the line and told a linter so. */
const DECIDED = /nosec|nolint|noqa|NOSONAR|eslint-disable/;
const GATE = /\b(?:if|unless|when|elif|else|case)\b|\?\s|&&|\bENV(?:IRONMENT)?\b|\binsecure\b|\bskip/i;

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at === -1 ? text.length : at;
}

/** Does a quote stand open before it? The quote of the key itself does not count. */
function insideText(before: string, found: string): boolean {
  const rest = (/^\w+["']/.test(found) ? before.replace(/["'[]+$/, '') : before).replaceAll(/\\./g, '');
  return ["'", '"', '`'].some((quote) => rest.split(quote).length % 2 === 0);
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
