import type { Json } from '../../lib/json.ts';
import type { Finding, Priority } from '../../model/finding.ts';
import { RULES } from '../../model/rules.ts';

/** How SARIF says a priority. */
export const LEVELS: Readonly<Record<Priority, 'error' | 'warning' | 'note'>> = { P0: 'error', P1: 'error', P2: 'warning', P3: 'note' };

/** How GitHub sorts what concerns security: https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning */
const SECURITY_SEVERITY: Readonly<Record<Priority, string>> = { P0: '9.5', P1: '8.0', P2: '5.0', P3: '2.0' };
const SECURITY_FAMILIES = new Set(['SEC', 'TLS', 'AUTH', 'INP', 'RED', 'VEC']);

/** One rule for each code that findings carry. */
export function rulesOf(codes: readonly string[], findings: readonly Finding[]): Json[] {
  return codes.map((code) => ruleOf(code, findings));
}

function ruleOf(code: string, findings: readonly Finding[]): Json {
  const own = findings.filter((finding) => finding.code === code);
  const [first] = own;
  const known = RULES[code];
  const title = known?.title ?? first?.title ?? code;
  const fix = known?.fix ?? first?.fix ?? '';
  const worst = own.map(({ priority }) => priority).toSorted()[0] ?? 'P3';
  const [family = ''] = code.split('-');
  const security = SECURITY_FAMILIES.has(family);
  return {
    id: code,
    shortDescription: { text: title },
    help: {
      text: `${fix}\n\nMore: gauntlet explain ${code}`,
      markdown: `${fix}\n\nMore: \`gauntlet explain ${code}\``,
    },
    defaultConfiguration: { level: LEVELS[worst] },
    properties: {
      tags: ['gauntlet', family, ...(security ? ['security'] : [])],
      precision: 'very-high',
      ...(security ? { 'security-severity': SECURITY_SEVERITY[worst] } : { 'problem.severity': problemSeverity(worst) }),
    },
  };
}

function problemSeverity(priority: Priority): string {
  return LEVELS[priority] === 'note' ? 'recommendation' : LEVELS[priority];
}
