import { z } from 'zod';

import { isLocalPath } from '../../lib/secret-value.ts';
import { counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const Verifies = z.enum(['on', 'off', 'ends']);

export const GatedFacts = z.object({
  omitted: z.number(),
  sites: z.array(
    z.object({
      path: z.string(),
      line: z.number(),
      code: z.string(),
      variable: z.string(),
      /** What becomes of the verification; `null` is the variable that nobody set. */
      table: z.array(z.object({ value: z.string().nullable(), verifies: Verifies })),
      /** Places that set the variable for what is deployed. */
      deployed: z.array(z.object({ path: z.string(), line: z.number(), value: z.string() })),
    }),
  ),
});
export type GatedFacts = z.output<typeof GatedFacts>;
type Site = GatedFacts['sites'][number];

const EXPECTED = 'verification on when the variable is not set';
/** Somebody has looked at the line and told a linter so. */
const DECIDED = /nosec|nolint|noqa|NOSONAR/;
const WORDS = { on: 'verified', off: 'not verified', ends: 'the program ends' } as const;

export const judges: readonly RowJudge[] = [
  defineJudge<GatedFacts>({
    code: 'TLS-15',
    rule: {
      title: 'certificates are not verified unless a variable is set',
      priority: 'P0',
      effort: '15–60 min',
      fix: 'Turn the condition around: verify always, and let one variable that only a developer sets switch it off (`verify=os.getenv("TLS_VERIFY") != "off"`); better, give development the CA that signed its certificate (`verify=CA_FILE`, `ca:`, `RootCAs`), and no switch is needed.',
    },
    facts: GatedFacts,
    evaluate: ({ sites }) => [...Map.groupBy(sites, ({ path, variable }) => `${path}: ${variable}`).values()].flatMap(judge),
  }),
];

/** Places of one file that one variable decides about: the first that does not verify stands for all. */
function judge(sites: readonly Site[]): RowResult[] {
  const off = sites.filter(({ table }) => table.some(({ value, verifies }) => value === null && verifies === 'off'));
  const [first] = off.length > 0 ? off : sites;
  return first === undefined ? [] : [judgeOne(first, off.slice(1))];
}

function judgeOne({ path, line, code, variable, table, deployed }: Site, others: readonly Site[]): RowResult {
  const unset = table.find(({ value }) => value === null)?.verifies;
  const measured = table.map(({ value, verifies }) => `${value === null ? 'not set' : value}: ${WORDS[verifies]}`).join('; ');
  const base = {
    subject: `${path}: ${variable}`,
    measured,
    expected: EXPECTED,
    locations: [{ path, line }, ...others.map((one) => ({ path, line: one.line }))].slice(0, 10),
  };
  if (unset !== 'off')
    return { ...base, result: { verdict: 'refuted' }, summary: `${path}:${String(line)} depends on ${variable}: ${measured}.` };
  const safe = deployed.find((place) => verifiesWith(table, place.value));
  const lines = [
    `${path}:${String(line)}: \`${code.replaceAll('`', "'")}\`${others.length === 0 ? '' : `, and ${counted(others.length, 'line')} more`}`,
    '',
    `| ${variable} | certificates are |`,
    '| --- | --- |',
    ...table.map(({ value, verifies }) => `| ${value ?? '(not set)'} | ${verifies === 'off' ? '**not verified**' : WORDS[verifies]} |`),
    '',
    safe === undefined
      ? `Nothing in this repository sets ${variable} to a value with which they are: where it is forgotten, anybody on the way can read and change what is sent.`
      : `${safe.path}:${String(safe.line)} sets it to ${safe.value}; every other way to start the program does not verify.`,
  ];
  return {
    ...base,
    result: { verdict: 'confirmed' },
    summary: lines.join('\n'),
    ...(isTool(path)
      ? { priority: ['P2', 'lower:script-or-tool'] as const }
      : DECIDED.test(code)
        ? { priority: ['P2', 'lower:a-linter-was-told'] as const }
        : safe === undefined
          ? {}
          : { priority: ['P2', 'lower:set-where-it-is-deployed'] as const }),
  };
}

/** A value that the table does not name behaves as those that it does not compare with. */
function verifiesWith(table: Site['table'], value: string): boolean {
  return table.find((row) => row.value?.toLowerCase() === value.toLowerCase())?.verifies === 'on';
}

function isTool(path: string): boolean {
  return isLocalPath(path) || /(?:^|\/)(?:scripts?|tools?|hack|bin|build)\/|\.config\.[cm]?[jt]s$|(?:^|\/)setupProxy\./.test(path);
}
