import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** Why a test cannot fail, whatever the code does. */
export const VacuousKind = z.enum(['empty', 'constant', 'no-call', 'swallowed', 'leaves-when-empty']);
export type VacuousKind = z.output<typeof VacuousKind>;

export const VacuousFacts = z.object({
  /** Test files that were read, and tests in them. */
  files: z.number(),
  tests: z.number(),
  suspects: z.array(z.object({ path: z.string(), line: z.number(), name: z.string(), kind: VacuousKind })),
  /** Suspects beyond the bound. */
  omitted: z.number(),
});
export type VacuousFacts = z.output<typeof VacuousFacts>;

export const MockFacts = z.object({
  files: z.number(),
  sites: z.array(z.object({ path: z.string(), line: z.number(), library: z.string(), service: z.string() })),
});
export type MockFacts = z.output<typeof MockFacts>;

export const PropertyFacts = z.object({
  /** Libraries that the manifests declare, each with the test files that use it. */
  libraries: z.array(z.object({ library: z.string(), manifest: z.string(), users: z.number() })),
});
export type PropertyFacts = z.output<typeof PropertyFacts>;

export const ContractFacts = z.object({
  contracts: z.array(z.object({ path: z.string(), kind: z.enum(['openapi', 'pact']) })),
  /** Files that hold code against a contract, with the tool that they use. */
  verifiers: z.array(z.object({ path: z.string(), tool: z.string() })),
  /** Files that make code from an OpenAPI description, or the description from the code. */
  makers: z.array(z.object({ path: z.string(), tool: z.string() })).optional(),
});
export type ContractFacts = z.output<typeof ContractFacts>;

const SAID: Readonly<Record<VacuousKind, string>> = {
  empty: 'its body is empty',
  constant: 'it only asserts constants',
  'no-call': 'it calls nothing and asserts nothing',
  swallowed: 'it swallows every failure in an empty catch',
  'leaves-when-empty': 'it returns before its first assertion when there is nothing to look at',
};

export const judges: readonly RowJudge[] = [
  defineJudge<VacuousFacts>({
    code: 'TST-15',
    rule: {
      title: 'a test that cannot fail',
      priority: 'P1',
      effort: '15–60 min',
      fix: 'Let the test do what its name says and assert the outcome, or delete it: it counts as a pass whatever the code does.',
    },
    facts: VacuousFacts,
    evaluate: vacuous,
  }),
  defineJudge<MockFacts>({
    code: 'TST-20',
    rule: {
      title: 'an integration test replaces the service that it should meet',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Speak to the service of the stack (`GAUNTLET_SERVICE_<NAME>_HOST` and `_PORT` say where it is), or move the test to the unit tests.',
    },
    facts: MockFacts,
    evaluate: mocks,
  }),
  defineJudge<PropertyFacts>({
    code: 'TST-11',
    rule: {
      title: 'a property-based testing library is installed and no test uses it',
      priority: 'P3',
      effort: '1–2 h',
      fix: 'Write one property of the code that takes the widest input (a parser, a calculation), or remove the library.',
    },
    facts: PropertyFacts,
    evaluate: properties,
  }),
  defineJudge<ContractFacts>({
    code: 'TST-10',
    rule: {
      title: 'a contract that no test holds the code against',
      priority: 'P1',
      effort: '2–4 h',
      fix: 'Verify the contract in a stage (a Pact provider verification; schemathesis, dredd or a validator of requests and responses for OpenAPI), or delete it if nobody relies on it.',
    },
    facts: ContractFacts,
    evaluate: contracts,
  }),
];

function vacuous({ files, tests, suspects, omitted }: VacuousFacts): RowResult[] {
  const looked = `${counted(tests, 'test')} in ${counted(files, 'test file')} looked at`;
  if (suspects.length === 0) return [fine('tests', looked)];
  const results = suspects.map(({ path, line, name, kind }): RowResult => ({
    subject: `${path} › ${name}`,
    result: { verdict: 'confirmed' },
    summary: `\`${name}\` (${path}:${line}) cannot fail: ${SAID[kind]}.${omitted > 0 ? ` ${counted(omitted, 'more test')} like it.` : ''}`,
    measured: SAID[kind],
    expected: 'a test that fails when the code is wrong',
    locations: [{ path, line }],
  }));
  return results;
}

function mocks({ files, sites }: MockFacts): RowResult[] {
  if (sites.length === 0) return [fine('integration tests', `${counted(files, 'test file')} of integration and e2e looked at`)];
  return sites.map(({ path, line, library, service }) => ({
    subject: `${path}: ${library}`,
    result: { verdict: 'confirmed' },
    summary: `${path}:${line} is an integration test by its folder, and uses ${library} in place of ${service}.`,
    measured: library,
    expected: `the real ${service}`,
    locations: [{ path, line }],
  }));
}

function properties({ libraries }: PropertyFacts): RowResult[] {
  return libraries.map(({ library, manifest, users }) =>
    users > 0
      ? fine(library, `used by ${counted(users, 'test file')}`)
      : {
          subject: library,
          result: { verdict: 'confirmed' },
          summary: `${manifest} declares ${library}, and no test file uses it.`,
          measured: '0 test files',
          expected: 'at least 1',
          locations: [{ path: manifest }],
        },
  );
}

const HELD = 'at least one test that verifies it';

function contracts({ contracts: all, verifiers, makers = [] }: ContractFacts): RowResult[] {
  return (['pact', 'openapi'] as const).flatMap((kind): RowResult[] => {
    const own = all.filter((contract) => contract.kind === kind);
    const held = verifiers.filter(({ tool }) => (kind === 'pact') === /pact/i.test(tool));
    const [first] = own;
    if (!first) return [];
    const names = atMost(
      own.map(({ path }) => path),
      5,
    );
    if (held.length > 0) return [fine(names, `held by ${held[0]?.tool ?? ''} in ${held[0]?.path ?? ''}`)];
    const [maker] = kind === 'openapi' ? makers : [];
    if (maker) {
      const because = `${maker.tool} (${maker.path}) makes code and description from each other, which no test has to hold together`;
      return [
        {
          subject: names,
          result: { verdict: 'not_applicable', because },
          summary: `${names}: ${because}.`,
          measured: because,
          expected: HELD,
        },
      ];
    }
    return [
      {
        subject: first.path,
        result: { verdict: 'confirmed' },
        summary: `${names}: no test, script or workflow of this repository uses a tool that holds code against ${kind === 'pact' ? 'a pact' : 'an OpenAPI description'}.`,
        measured: 'no verification',
        expected: HELD,
        locations: own.slice(0, 10).map(({ path }) => ({ path })),
      },
    ];
  });
}

function fine(subject: string, measured: string): RowResult {
  return { subject, result: { verdict: 'refuted' }, summary: `${measured}.`, measured, expected: measured };
}
