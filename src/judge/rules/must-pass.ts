import { counted, cut, quoted } from '../../lib/text.ts';
import { namesTest } from '../../lib/test-pattern.ts';
import { ofKind } from '../../model/evidence.ts';
import type { MissingTest } from '../../model/report-v1.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { TestLine } from '../../model/tests.ts';
import { openTests } from '../against.ts';
import { whyMissing, type Context, type Drafted, type JudgeRule, type Ruling } from '../context.ts';
import { draft, notTested } from '../draft.ts';

const LISTED = 10;

/** Mission-critical tests ran, all of them (TST-12). Those that failed are findings of their own. */
export const mustPass: JudgeRule = {
  name: 'must-pass',
  judge: (context) => {
    const rulings = context.plan.stages.flatMap((stage) => (stage.mustPass ?? []).map((pattern) => judgePattern(context, stage, pattern)));
    return {
      drafts: rulings.flatMap(({ drafts }) => drafts),
      missingTests: rulings.flatMap(({ missingTests }) => missingTests ?? []),
    };
  },
};

function judgePattern(context: Context, stage: PlannedStage, pattern: string): Ruling {
  const owed = context.plan.owed.filter((piece) => piece.stage === stage.name && piece.kind === 'tests');
  const pieces = ofKind(context.evidence, 'tests').filter((piece) => piece.stage === stage.name);
  // No results at all: that is said already, and owed.
  if (pieces.length === 0 && owed.some((piece) => whyMissing(piece, context.evidence))) return { drafts: [] };
  const found = (context.cases ?? []).filter((test) => test.stage === stage.name && namesTest(pattern, test));
  const skipped = found.filter(({ status }) => status === 'skipped');
  if (skipped.length > 0) return { drafts: [notRun(stage, { pattern, skipped, found, proof: pieces[0]?.id })] };
  if (found.length > 0) return { drafts: [] };
  const unknown = context.cases ? openTests(context, stage.name) : 'the results have too many tests to know each by name';
  if (unknown !== undefined) return { drafts: [unlooked(stage, pattern, unknown)] };
  return { drafts: [absent(stage, { pattern, proof: pieces[0]?.id })], missingTests: [workOf(stage, pattern)] };
}

function absent({ name }: PlannedStage, { pattern, proof }: { pattern: string; proof: string | undefined }): Drafted {
  return draft('TST-12', {
    stage: name,
    subject: `must pass ${pattern}`,
    title: `mission-critical tests did not run: ${quoted(cut(pattern, 80))}`,
    summary: `${name} must run tests that ${quoted(pattern)} names, and none of its results do: renamed, filtered out, or never written.`,
    evidence: [{ id: proof ?? 'plan.json', shows: `no test of ${name} is named by ${pattern}` }],
    measured: '0 tests',
    expected: 'at least 1 that passes',
    fix: 'Run the tests in this stage, or correct the pattern under `must_pass`: text that the file, class or name of a test contains.',
  });
}

interface NotRun {
  readonly pattern: string;
  readonly skipped: readonly TestLine[];
  readonly found: readonly TestLine[];
  readonly proof: string | undefined;
}

function notRun({ name }: PlannedStage, { pattern, skipped, found, proof }: NotRun): Drafted {
  return draft('TST-12', {
    stage: name,
    subject: `must pass ${pattern}`,
    title: `mission-critical tests are skipped: ${quoted(cut(pattern, 80))}`,
    summary: [
      `${skipped.length} of ${counted(found.length, 'test')} that ${quoted(pattern)} names did not run:`,
      ...skipped
        .slice(0, LISTED)
        .map((test) => `- ${quoted(cut(test.name, 160))}${test.file === undefined ? '' : ` (${cut(test.file, 160)})`}`),
      ...(skipped.length > LISTED ? [`and ${skipped.length - LISTED} more.`] : []),
    ].join('\n'),
    evidence: [{ id: proof ?? 'plan.json', shows: `${skipped.length} of ${found.length} skipped` }],
    measured: `${skipped.length} skipped`,
    expected: 'all of them pass',
    fix: 'Enable the skipped tests listed here and give them what they need to run; take them out of `must_pass` only if nobody depends on them.',
    locations: skipped.slice(0, LISTED).flatMap(({ file }) => (file === undefined ? [] : [{ path: file }])),
  });
}

function unlooked({ name }: PlannedStage, pattern: string, because: string): Drafted {
  return draft('TST-12', {
    stage: name,
    subject: `must pass ${pattern}`,
    title: `nobody knows whether ${quoted(cut(pattern, 80))} ran`,
    result: notTested(`tests that must pass (${pattern}) were not found, and ${because}`),
    summary: `${name} must run tests that ${quoted(pattern)} names; none was seen, and ${because}.`,
    evidence: [{ id: 'plan.json', shows: `must_pass: ${pattern}` }],
    measured: 'not known',
    expected: 'at least 1 that passes',
    owed: true,
  });
}

function workOf({ name, commands }: PlannedStage, pattern: string): MissingTest {
  const where = commands.find(({ results }) => results.length > 0)?.cwd ?? '.';
  return {
    kind: 'must-pass',
    stage: name,
    what: `a test named by \`${pattern}\``,
    why: 'it is mission-critical here and does not run',
    where: where === '.' ? `the tests of ${name}` : where,
  };
}
