import { counted, sentenceList } from '../../lib/text.ts';
import { issueOf, ISSUE_PATTERN, isTestOf, type Claim } from '../../model/claim.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { EvidenceRef } from '../../model/finding.ts';
import { decideClaims, listClaims, nameOfClaim, type DecidedClaim } from '../claims.ts';
import { commandGroup, stackGroup, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { holdTallies } from '../tallies.ts';

/** What became of every claim of the claims file, and of the numbers that documents state about them. */
export const claims: JudgeRule = {
  name: 'claims',
  judge: (context) => {
    const { claims: ledger } = context.plan;
    if (ledger === undefined) return { drafts: unlinked(context, []) };
    const decided = decideClaims(context);
    return {
      drafts: [
        ...decided.flatMap((one) => ofClaim(one, ledger.file)),
        ...unanswered(context, decided),
        ...untested(context, decided),
        ...unlinked(context, decided),
        ...incomplete(context, decided),
        ...tallies(context, decided),
      ],
    };
  },
};

function ofClaim(decided: DecidedClaim, file: string): Drafted[] {
  const { verdict, claim } = decided;
  switch (verdict) {
    case 'confirmed':
      return claim.kind === 'statement' ? [] : [found(decided, file)];
    case 'refuted':
      return claim.kind === 'statement' ? [found(decided, file)] : [];
    case 'documentation':
      return [found(decided, file)];
    case 'inconclusive':
      return [open(decided, file)];
    case 'not_tested':
      return [];
  }
}

/** Rows of the catalogue that a mapped test answers by itself: a claim that names one is told under its code. */
const MAPPED_ROWS: readonly string[] = ['CON-03', 'CON-04', 'CON-05', 'CON-06', 'LEAK-06'];

function codeOf({ kind, rows }: Claim): string {
  return rows.find((row) => MAPPED_ROWS.includes(row)) ?? (kind === 'statement' ? 'RPT-09' : 'TST-16');
}

/** A defect that its tests confirm, although they may be green; or a statement that does not hold. */
function found(decided: DecidedClaim, file: string): Drafted {
  const { claim, verdict, because, stage } = decided;
  const { id, title, impact, recommendation, location, rows, source } = claim;
  const numbers = decided.tests.flatMap((test) => test.numbers);
  const raced = decided.tests.some(({ outcome }) => outcome === 'race detected');
  return draft(codeOf(claim), {
    stage,
    subject: `claim ${id}`,
    title: `${nameOfClaim(id)} ${verdict === 'documentation' ? 'to be documented' : verdict}: ${title}`,
    priority: [claim.priority, `claims:${claim.kind}`],
    summary: [
      `${nameOfClaim(id)} "${title}" is ${verdict === 'documentation' ? 'confirmed; its repair is a sentence in the documentation' : verdict}: ${because}.`,
      claim.text ?? '',
      impact === undefined ? '' : `Impact: ${impact}.`,
      rows.length > 0 ? `Rows: ${rows.join(', ')}.` : '',
      sourceOf(source) === '' ? '' : `Claimed in ${sourceOf(source)}.`,
      numbers.length === 0 ? '' : `\n${numbers.slice(0, 8).join('\n')}`,
    ]
      .filter(Boolean)
      .join('\n'),
    evidence: refsOf(decided, file),
    measured: numbers[0] ?? because,
    expected: claim.kind === 'statement' ? 'the statement holds' : `nothing that confirms ${nameOfClaim(id)}`,
    fix: recommendation,
    locations: location === undefined ? [claim.at] : [location],
    group: raced ? `claim:${id}` : undefined,
    cause: raced,
  });
}

function open(decided: DecidedClaim, file: string): Drafted {
  const { claim, because, stage } = decided;
  return draft(codeOf(claim), {
    stage,
    subject: `claim ${claim.id}`,
    title: `${nameOfClaim(claim.id)} is not decided: ${claim.title}`,
    priority: [claim.priority, `claims:${claim.kind}`],
    result: { verdict: 'inconclusive', because: `${nameOfClaim(claim.id)} "${claim.title}": ${because}`.slice(0, 500) },
    summary: `${nameOfClaim(claim.id)} "${claim.title}" is neither confirmed nor refuted: ${because}.`,
    evidence: refsOf(decided, file),
    measured: because,
    expected: 'an outcome whose meaning the claims file gives',
    fix: `Say in ${file} what the outcomes of its tests mean (\`pass_means\`, \`fail_means\`, \`race_means\`), or repair the tests that do not decide it.`,
    locations: [claim.at],
    owed: true,
  });
}

/** Claims whose tests were promised and did not come: they block, because nobody knows. */
function unanswered(context: Context, decided: readonly DecidedClaim[]): Drafted[] {
  const all = decided.filter(({ claim, verdict }) => verdict === 'not_tested' && (claim.tests.length > 0 || claim.check !== undefined));
  const explained = new Set(ofKind(context.evidence, 'gap').flatMap(({ owed }) => owed));
  const stages = [...new Set(all.map(({ stage }) => stage))];
  return stages
    .filter((stage) => !explained.has(`${stage}/claims/claims`))
    .map((stage) => {
      const here = all.filter((one) => one.stage === stage);
      const owed = context.plan.owed.filter((piece) => piece.stage === stage && piece.kind === 'tests').map(({ id }) => id);
      const told = here.slice(0, 12).map(({ claim, because }) => `- ${nameOfClaim(claim.id)} ${claim.title}: ${because}`);
      return draft('TST-18', {
        stage,
        subject: `claims without an answer in ${stage}`,
        title: `${listClaims(here.map(({ claim }) => claim))} got no answer`,
        result: notTested(`${listClaims(here.map(({ claim }) => claim))} got no answer: ${here[0]?.because ?? ''}`),
        summary: [
          `The tests that decide ${counted(here.length, 'claim')} did not give an outcome:`,
          ...told,
          here.length > 12 ? `and ${here.length - 12} more.` : '',
        ]
          .filter(Boolean)
          .join('\n'),
        evidence: [
          ...here.flatMap(({ refs }) => refs).slice(0, 8),
          { id: 'plan.json', shows: `owes ${listClaims(here.map(({ claim }) => claim))}` },
        ],
        measured: `${here.length} not tested`,
        expected: '0 not tested',
        locations: here.slice(0, 12).map(({ claim }) => claim.at),
        group: stackGroup(context.evidence) ?? commandGroup(context, owed),
        owed: true,
      });
    });
}

/** Claims for which nobody has written a test. */
function untested({ plan }: Context, decided: readonly DecidedClaim[]): Drafted[] {
  const without = decided.filter(({ claim }) => claim.tests.length === 0 && claim.check === undefined);
  const bare = without.map(({ claim }) => claim);
  const [first] = bare;
  if (first === undefined) return [];
  return [
    draft('TST-18', {
      stage: first.stage ?? plan.stages[0]?.name ?? 'unit',
      subject: 'claims without a test',
      title: `${bare.length} of ${counted(decided.length, 'claim')} ${bare.length === 1 ? 'has' : 'have'} no test: ${sentenceList(bare.slice(0, 12).map(({ id }) => nameOfClaim(id)))}`,
      summary: [
        `Nobody has written a test for:`,
        ...without.slice(0, 40).map(({ claim, because }) => `- ${nameOfClaim(claim.id)} ${claim.title}: ${because}`),
      ].join('\n'),
      evidence: [{ id: 'plan.json', shows: `${plan.claims?.file ?? 'claims'}: ${listClaims(bare)} name no test` }],
      measured: `${decided.length - bare.length} of ${decided.length} have a test`,
      expected: `${decided.length} of ${decided.length}`,
      locations: bare.map(({ at }) => at),
      repro: ['plan'],
      members: { list: bare.map(({ id }) => ({ subject: `claim ${id}` })), complete: true },
    }),
  ];
}

/** Tests that a name links to an issue, and of which no claim says what they mean: counted as plain tests, judged as nothing else. */
function unlinked({ plan, evidence }: Context, decided: readonly DecidedClaim[]): Drafted[] {
  const issues = plan.claims?.issues ?? ISSUE_PATTERN;
  const linked = (piece: EvidenceOf<'claims'>) =>
    piece.tests.filter(
      (test) =>
        issueOf(test.name, issues) !== undefined &&
        !decided.some(({ claim }) => claim.tests.some(({ pattern }) => isTestOf(pattern, test, issues))),
    );
  return ofKind(evidence, 'claims').flatMap((piece) => {
    const names = linked(piece).map(({ name }) => name);
    if (names.length === 0) return [];
    return [
      draft('TST-17', {
        stage: piece.stage,
        subject: `tests of issues in ${piece.command}`,
        title: `${counted(names.length, 'test')} named after an issue and not mapped to a claim`,
        summary: [
          `What a pass of these tests means is not known, so nothing is read out of it; they count as plain tests:`,
          ...names.slice(0, 25).map((name) => `- ${name}`),
        ].join('\n'),
        evidence: [{ id: piece.id, shows: names.slice(0, 5).join(', ') }],
        measured: `${names.length} not mapped`,
        expected: '0 not mapped',
        members: { list: names.map((name) => ({ subject: `test ${name}` })), complete: piece.omitted === 0 },
      }),
    ];
  });
}

/** What a reader needs beside the verdict: where it is claimed, where it is, what it does, what to do. */
function incomplete({ plan }: Context, decided: readonly DecidedClaim[]): Drafted[] {
  const lacking = decided
    .filter(({ tests }) => tests.length > 0)
    .map(({ claim }) => ({ claim, parts: missingParts(claim) }))
    .filter(({ parts }) => parts.length > 0);
  const [first] = lacking;
  if (first === undefined) return [];
  return [
    draft('TST-19', {
      stage: first.claim.stage ?? plan.stages[0]?.name ?? 'unit',
      subject: 'claims without their story',
      title: `${counted(lacking.length, 'tested claim')} without source, place, impact or recommendation`,
      summary: lacking
        .slice(0, 40)
        .map(({ claim, parts }) => `- ${nameOfClaim(claim.id)} ${claim.title}: no ${sentenceList(parts)}`)
        .join('\n'),
      evidence: [{ id: 'plan.json', shows: `${plan.claims?.file ?? 'claims'}: ${listClaims(lacking.map(({ claim }) => claim))}` }],
      measured: `${lacking.length} incomplete`,
      expected: '0 incomplete',
      locations: lacking.map(({ claim }) => claim.at),
      repro: ['plan'],
      members: { list: lacking.map(({ claim }) => ({ subject: `claim ${claim.id}` })), complete: true },
    }),
  ];
}

function missingParts({ kind, source, location, impact, recommendation }: Claim): string[] {
  const bare = source.document === undefined && source.section === undefined;
  if (kind === 'statement') return bare ? ['source'] : [];
  return [
    ...(bare ? ['source'] : []),
    ...(location === undefined ? ['location'] : []),
    ...(impact === undefined ? ['impact'] : []),
    ...(recommendation === undefined ? ['recommendation'] : []),
  ];
}

function tallies({ plan }: Context, decided: readonly DecidedClaim[]): Drafted[] {
  return holdTallies(plan.claims?.tallies ?? [], decided)
    .filter(({ holds }) => !holds)
    .map(({ tally, says, computed, open: mayHold }) =>
      draft('RPT-01', {
        stage: decided[0]?.stage ?? plan.stages[0]?.name ?? 'unit',
        subject: `tally ${tally.text} (${says.includes('listed') ? 'list' : 'number'})`,
        title: `"${tally.text}": stated ${says}, the evidence gives ${computed}`,
        ...(mayHold ? { result: { verdict: 'inconclusive' as const, because: 'claims that could make it right are not decided' } } : {}),
        summary: `${sourceOf(tally.source) || (plan.claims?.file ?? '')} states "${tally.text}". Counted from the claims and the outcomes of their tests: ${computed}.`,
        evidence: [
          { id: 'plan.json', shows: `${plan.claims?.file ?? 'claims'}: "${tally.text}" states ${says}` },
          ...decided.flatMap(({ refs }) => refs.slice(0, 1)).slice(0, 3),
        ],
        measured: computed,
        expected: says,
        locations:
          tally.source.document === undefined
            ? [tally.at]
            : [{ path: tally.source.document, ...(tally.source.line === undefined ? {} : { line: tally.source.line }) }],
      }),
    );
}

function refsOf({ refs, claim }: DecidedClaim, file: string): EvidenceRef[] {
  return refs.length > 0 ? [...refs] : [{ id: 'plan.json', shows: `${file}:${claim.at.line ?? 0}: claim ${claim.id}` }];
}

function sourceOf({ document, section, line }: Claim['source']): string {
  const where = document === undefined ? '' : `${document}${line === undefined ? '' : `:${line}`}`;
  return [where, section === undefined ? '' : `"${section}"`].filter(Boolean).join(', ');
}
