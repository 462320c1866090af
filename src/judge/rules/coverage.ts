import { counted, quoted } from '../../lib/text.ts';
import type { Ratio } from '../../model/coverage.ts';
import { ofKind } from '../../model/evidence.ts';
import type { CoverageGate } from '../../model/plan.ts';
import type { StageName } from '../../model/stage.ts';
import { formatRatio } from '../../model/units.ts';
import { whyMissing, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { changedLines } from './coverage-changed.ts';
import { drop } from './coverage-drop.ts';
import { critical, packages } from './coverage-paths.ts';
import { missing, proof, ranges, ratioOf, type Coverage } from './coverage-text.ts';

/** Coverage against the gate of its command: totals, changed lines, critical paths, packages, and the base branch's. */
export const coverage: JudgeRule = {
  name: 'coverage',
  judge: (context) => ({
    drafts: context.plan.stages.flatMap((stage) => [
      ...stage.commands.flatMap(({ name, coverage: gate }) => {
        const pieces = ofKind(context.evidence, 'coverage').filter(
          (piece) => piece.stage === stage.name && piece.command === name && piece.lines.total > 0,
        );
        return gate && !inPart(context, stage.name, name)
          ? pieces.flatMap((piece) => [
              ...total(piece, gate),
              ...further(piece, { what: 'branches', required: gate.branches, measured: piece.branches }),
              ...further(piece, { what: 'functions', required: gate.functions, measured: piece.functions }),
              ...changedLines(piece, gate),
              ...critical(piece, gate),
              ...packages(piece, gate),
            ])
          : [];
      }),
      ...drop(context, stage),
      ...ofKind(context.evidence, 'coverage').flatMap((piece) => (piece.stage === stage.name ? contradictions(piece) : [])),
    ]),
  }),
};

/** The coverage of some legs is no coverage of the whole; that a leg is missing is said, and owed. */
function inPart({ plan, evidence }: Context, stage: StageName, command: string): boolean {
  return plan.owed.some(
    (piece) =>
      piece.leg !== undefined &&
      piece.kind === 'coverage' &&
      piece.stage === stage &&
      piece.name === command &&
      whyMissing(piece, evidence),
  );
}

function total(piece: Coverage, { min }: CoverageGate): Drafted[] {
  // What the config calls source and no test loads counts: nobody raises coverage by not loading a file.
  const unloaded = piece.neverLoaded?.by === 'include' ? piece.neverLoaded : undefined;
  const lines: Ratio = { covered: piece.lines.covered, total: piece.lines.total + (unloaded?.lines ?? 0) };
  const ratio = ratioOf(lines);
  if (ratio >= min) return [];
  const worst = [...piece.files]
    .sort((a, b) => missing(b) - missing(a))
    .slice(0, 5)
    .filter((file) => missing(file) > 0);
  const needed = Math.ceil(min * lines.total) - lines.covered;
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject: `coverage of ${piece.command}`,
      title: `${formatRatio(ratio)} of lines covered, ${formatRatio(min)} asked`,
      summary: [
        `${lines.covered} of ${counted(lines.total, 'line')} are covered; ${counted(needed, 'more line')} would reach ${formatRatio(min)}.`,
        ...(unloaded
          ? [
              `Among them about ${counted(unloaded.lines, 'line')} of ${counted(unloaded.total, 'file')} that no test loads (an estimate: neither blank nor comment):`,
              ...unloaded.files.slice(0, 10).map((file) => `- ${quoted(file.path)}: about ${counted(file.lines, 'line')}, never loaded`),
            ]
          : []),
        ...worst.map(
          (file) => `- ${quoted(file.path)}: ${counted(missing(file), 'uncovered line')} (${ranges(file.uncovered, file.omitted)})`,
        ),
      ].join('\n'),
      evidence: proof(piece),
      measured: formatRatio(ratio),
      expected: `>= ${formatRatio(min)}`,
    }),
  ];
}

interface Further {
  readonly what: 'branches' | 'functions';
  readonly required: number | undefined;
  readonly measured: Ratio | undefined;
}

/** Branches and functions. A report that does not count them proves nothing about them. */
function further(piece: Coverage, { what, required, measured }: Further): Drafted[] {
  if (required === undefined) return [];
  const subject = `${what} in the coverage of ${piece.command}`;
  if (!measured || measured.total === 0)
    return [
      draft('TST-06', {
        stage: piece.stage,
        subject,
        title: `the coverage does not count ${what}`,
        result: notTested(`the coverage report does not count ${what}, and ${formatRatio(required)} of them are asked for`),
        summary: `${formatRatio(required)} of ${what} must be covered, but the report has no numbers about ${what}.`,
        evidence: proof(piece),
        measured: `no ${what} in the report`,
        expected: `>= ${formatRatio(required)} of ${what}`,
        fix: `Let the coverage tool count ${what} (\`--cov-branch\`, \`--branch-coverage\`, \`branch = true\`), or leave \`coverage.${what}\` out.`,
        owed: true,
      }),
    ];
  const ratio = ratioOf(measured);
  if (ratio >= required) return [];
  return [
    draft('TST-06', {
      stage: piece.stage,
      subject,
      title: `${formatRatio(ratio)} of ${what} covered, ${formatRatio(required)} asked`,
      summary: `${measured.covered} of ${counted(measured.total, what === 'branches' ? 'branch' : 'function', what)} are covered; ${Math.ceil(required * measured.total) - measured.covered} more would reach ${formatRatio(required)}.`,
      evidence: proof(piece),
      measured: `${formatRatio(ratio)} of ${what}`,
      expected: `>= ${formatRatio(required)} of ${what}`,
      fix: `Test the ${what} that never run; lower \`coverage.${what}\` only if the old number was wrong.`,
    }),
  ];
}

/** What counts are the lines that a report lists: the sums that it states beside them are only held against them. */
function contradictions(piece: Coverage): Drafted[] {
  const all = piece.disagreements ?? [];
  const [first] = all;
  if (first === undefined) return [];
  return [
    draft('GAT-03', {
      stage: piece.stage,
      subject: `coverage of ${piece.command}`,
      title: `a coverage report states ${first.declared} ${first.what}, and lists ${first.counted}`,
      summary: [
        'The sums of a coverage report differ from the lines that it lists; the gate counts the lines:',
        ...all
          .slice(0, 20)
          .map(
            ({ file, scope, what, declared, counted: listed }) =>
              `- ${file}, ${quoted(scope)}: states ${declared} ${what}, lists ${listed}`,
          ),
      ].join('\n'),
      evidence: all.slice(0, 10).map(({ file, scope, what, declared, counted: listed }) => ({
        id: piece.id,
        shows: `${file}, ${scope}: ${what} ${declared} stated, ${listed} listed`,
      })),
      measured: `${first.counted} ${first.what} listed`,
      expected: `${first.declared} ${first.what} stated`,
      fix: 'See that one process alone writes the report, and that nothing removes lines from it; the lines that it lists are what counts.',
      repro: ['inspect', first.file],
      // Some tools count the lines of nested functions twice in their sums alone.
      priority: ['P2', 'de-escalate:lines-are-listed'],
    }),
  ];
}
