import { counted, cut, grouped, oneLine, quoted } from '../../lib/text.ts';
import { lineInTrace, readableFailure } from '../../lib/trace.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { EvidenceRef } from '../../model/finding.ts';
import type { CaseDetail } from '../../model/tests.ts';
import { decideClaims, excusedByChange, explainedTests, testKey } from '../claims.ts';
import { calledOf, lineOf, suspectGroup, type Context, type Drafted, type JudgeRule, type Member } from '../context.ts';
import { draft } from '../draft.ts';
import { groupOfReport } from './diagnostics.ts';
import { STAGE_ROWS } from './exits.ts';

type Tests = EvidenceOf<'tests'>;

/** Up to so many tests are findings of their own; more are one finding that lists them. */
const SINGLE = 10;
const LISTED = 25;

/** What the results say: failures, skips, flakes, contradictions. */
export const tests: JudgeRule = {
  name: 'tests',
  judge: (context) => {
    // A failure that the claims file gives a meaning is told by its claim.
    const claims = decideClaims(context);
    const explained = explainedTests(claims);
    const own = ofKind(context.evidence, 'tests').map((piece) => withoutExplained(piece, explained));
    return { drafts: own.flatMap((piece) => judgeResults(context, piece, excusedByChange(claims))) };
  },
};

function withoutExplained(piece: Tests, explained: ReadonlySet<string>): Tests {
  const failed = piece.failed.filter((test) => !explained.has(testKey(piece, test)));
  const fewer = piece.failed.length - failed.length;
  return fewer === 0 ? piece : { ...piece, failed, counts: { ...piece.counts, failed: Math.max(0, piece.counts.failed - fewer) } };
}

/** A test that a race detector has failed is told beside its race, as one cause. */
function racedIn({ evidence }: Context, { stage, command, leg }: Tests): (test: CaseDetail) => string | undefined {
  const reports = ofKind(evidence, 'diagnostics')
    .filter((piece) => piece.stage === stage && piece.command === command && piece.leg === leg)
    .flatMap((piece) => piece.reports.filter(({ kind }) => kind === 'data-race'));
  return ({ name, suite }) => {
    const found = reports.find(({ seen }) =>
      seen.some((one) => one.test === name && (one.suite === undefined || suite === undefined || one.suite === suite)),
    );
    return found && groupOfReport(found);
  };
}

interface Kind {
  readonly code: string;
  readonly list: readonly CaseDetail[];
  readonly total: number;
  readonly verb: string;
  /** What a reader calls the command. */
  readonly called: string;
  readonly expected: string;
  readonly group?: string | undefined;
  /** Keys of tests whose failure the claims file of this change alone explains. */
  readonly excused?: ReadonlySet<string>;
  /** The group of the race that a failed test ran into. */
  readonly raced?: (test: CaseDetail) => string | undefined;
}

function judgeResults(context: Context, piece: Tests, excused: ReadonlySet<string>): Drafted[] {
  const { counts } = piece;
  const group = suspectGroup(context, piece.stage);
  const called = calledOf(piece.command, lineOf(context, piece.stage, piece.command));
  return [
    ...tell(piece, {
      code: STAGE_ROWS[piece.stage],
      list: piece.failed,
      total: Math.max(counts.failed + counts.errors, piece.failed.length),
      verb: 'failed',
      called,
      expected: 'passes',
      group,
      excused,
      raced: racedIn(context, piece),
    }),
    ...tell(piece, {
      code: 'TST-13',
      list: piece.skipped,
      total: Math.max(counts.skipped, piece.skipped.length),
      verb: 'skipped',
      called,
      expected: 'runs',
    }),
    ...tell(piece, {
      code: 'TST-14',
      list: piece.flaky,
      total: Math.max(counts.flaky, piece.flaky.length),
      verb: 'flaky',
      called,
      expected: 'passes at the first attempt',
    }),
    ...disagreements(piece),
  ];
}

function tell(piece: Tests, kind: Kind): Drafted[] {
  if (kind.total === 0) return [];
  const whole = kind.total <= SINGLE && kind.list.length === kind.total;
  return whole ? kind.list.map((test) => single(piece, kind, test)) : [many(piece, kind)];
}

function single(piece: Tests, kind: Kind, test: CaseDetail): Drafted {
  const message = readableFailure(test.message, test.detail);
  const measured = kind.verb === 'flaky' ? test.attempts.join(' → ') || 'flaky' : test.status;
  return draft(kind.code, {
    stage: piece.stage,
    subject: subjectOfTest(piece, test),
    title: `${kind.verb}: ${quoted(cut(displayName(test), 120))}`,
    summary: `${quoted(displayName(test))} ${howOf(kind, test)}${message === '' ? '.' : `:\n\n${cut(message, 1_500)}`}${excuseOf(piece, kind, test)}`,
    evidence: [{ id: piece.id, shows: `${inRun(test.source)}: ${measured}${test.message ? `: ${test.message}` : ''}` }],
    measured,
    expected: kind.expected,
    locations: locationOf(test),
    about: memberOf(piece, test),
    group: kind.group ?? kind.raced?.(test),
  });
}

/** As with waivers: what a change says excuses nothing of its own. */
function excuseOf(piece: Tests, { excused }: Kind, test: CaseDetail): string {
  if (excused?.has(testKey(piece, test)) !== true) return '';
  return '\n\nThe claims file gives this failure a meaning, but only in this change: it excuses the test once the base branch says the same.';
}

function howOf({ verb }: Kind, { attempts, status }: CaseDetail): string {
  if (verb === 'flaky') return `is flaky (${attempts.join(', then ')})`;
  return status === 'error' ? 'ended with an error' : verb;
}

function many(piece: Tests, kind: Kind): Drafted {
  const shown = kind.list.slice(0, LISTED);
  const rest = kind.total - shown.length;
  const lines = shown.map(
    (test) => `- ${quoted(cut(displayName(test), 160))}${place(test)}${test.message ? `: ${cut(oneLine(test.message), 120)}` : ''}`,
  );
  return draft(kind.code, {
    stage: piece.stage,
    subject: `${piece.command}: ${kind.verb} tests`,
    title: `${grouped(kind.total)} of ${counted(piece.counts.tests, 'test')} ${kind.verb}`,
    summary: [
      `${counted(kind.total, 'test')} of \`${kind.called}\` ${kind.verb}:`,
      ...lines,
      rest > 0 ? `and ${grouped(rest)} more in the results.` : '',
    ]
      .filter(Boolean)
      .join('\n'),
    evidence:
      piece.files.length > 0
        ? piece.files.map((file) => fileRef(piece, file.source.file, file.counts))
        : [{ id: piece.id, shows: `${kind.total} ${kind.verb}` }],
    measured: `${grouped(kind.total)} ${kind.verb}`,
    expected: `0 ${kind.verb}`,
    locations: shown.flatMap(locationOf),
    group: kind.group,
    members: {
      list: kind.list.map((test) => memberOf(piece, test)),
      complete: kind.list.length === kind.total,
    },
  });
}

function disagreements(piece: Tests): Drafted[] {
  const all = piece.files.flatMap((file) => file.disagreements.map((item) => ({ file: file.source.file, ...item })));
  const [first] = all;
  if (!first) return [];
  return [
    draft('GAT-03', {
      stage: piece.stage,
      subject: `results of ${piece.command}`,
      title: `a report declares ${first.declared} ${first.what}, its cases show ${first.counted}`,
      summary: [
        `The totals of a report differ from its own cases; the gate counts the cases:`,
        ...all
          .slice(0, 20)
          .map(
            ({ file, scope, what, declared, counted: cases }) =>
              `- ${file}, ${scope}: declares ${declared} ${what}, its cases show ${cases}`,
          ),
      ].join('\n'),
      evidence: all.slice(0, 10).map(({ file, scope, what, declared, counted: cases }) => ({
        id: piece.id,
        shows: `${file}, ${scope}: ${what} ${declared} declared, ${cases} counted`,
      })),
      measured: `${first.counted} ${first.what} counted`,
      expected: `${first.declared} ${first.what} declared`,
      repro: ['inspect', first.file],
    }),
  ];
}

function memberOf(piece: Tests, test: CaseDetail): Member {
  return { subject: subjectOfTest(piece, test), path: locationOf(test)[0]?.path, test: displayName(test), message: test.message };
}

/** Every part that tells two tests apart: the same name in two classes is two subjects. */
function subjectOfTest(piece: Tests, { file, suite, class: owner, name, parameters }: CaseDetail): string {
  const parts = [file, suite, owner, name, parameters].filter((part): part is string => part !== undefined && part !== '');
  return `${piece.command}: ${[...new Set(parts)].join(' › ') || '(no name)'}`;
}

function displayName({ suite, class: owner, name, parameters }: CaseDetail): string {
  const scope = owner ?? suite;
  const base = scope !== undefined && scope !== '' && !name.startsWith(scope) ? `${scope} › ${name}` : name || '(no name)';
  return parameters === undefined ? base : `${base} [${parameters}]`;
}

function locationOf({ location, file, detail }: CaseDetail): Drafted['finding']['locations'] {
  const place = location ?? (file ? { path: file } : skipPlace(detail));
  if (place === undefined) return [];
  const line = place.line ?? lineInTrace(place.path, detail);
  return [{ ...place, ...(line === undefined ? {} : { line }) }];
}

/** pytest says where a skip is asked for, and nothing else about the file: `tests/test_a.py:6: the reason`. */
function skipPlace(detail = ''): { path: string; line: number } | undefined {
  const [, path, line] = /^(?!\/|[A-Za-z]:)([^\s:]{1,300}\.[A-Za-z]{1,8}):(\d{1,7}): /.exec(detail) ?? [];
  return path === undefined ? undefined : { path, line: Number(line) };
}

/** Reports of earlier attempts are kept in the run directory, which every other path of a report begins at. */
function inRun(source: string): string {
  return source.replace(/^.*\.gauntlet\/runs\/[^/]+\//, '');
}

function place(test: CaseDetail): string {
  const [location] = locationOf(test);
  return location ? ` (${location.path}${location.line === undefined ? '' : `:${location.line}`})` : '';
}

function fileRef({ id }: Tests, file: string, counts: Tests['counts']): EvidenceRef {
  return {
    id,
    shows: `${file}: ${counted(counts.tests, 'test')}, ${counts.failed} failed, ${counts.errors} errors, ${counts.skipped} skipped`,
  };
}
