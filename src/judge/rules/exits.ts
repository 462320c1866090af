import { counted, quoted } from '../../lib/text.ts';
import { ofKind, type CommandOutcome, type EvidenceOf } from '../../model/evidence.ts';
import type { EvidenceRef } from '../../model/finding.ts';
import type { LoadTool } from '../../model/load-results.ts';
import type { StageName } from '../../model/stage.ts';
import { formatDuration } from '../../model/units.ts';
import {
  attemptsOf,
  byKey,
  calledOf,
  executed,
  groupOfCommand,
  succeeded,
  suspectGroup,
  type Context,
  type Drafted,
  type JudgeRule,
} from '../context.ts';
import { draft, notTested } from '../draft.ts';

type Exit = EvidenceOf<'exit'>;
/** What shells answer for a program that cannot be run, or is not there. */
const NO_PROGRAM: readonly number[] = [126, 127];

type Attempts = readonly [Exit, ...Exit[]];

/** How each command ended, against what its results say. */
export const exits: JudgeRule = {
  name: 'exits',
  judge: (context) => {
    const groups = byKey(ofKind(context.evidence, 'exit'), ({ stage, command, leg = '' }) => `${stage}\0${command}\0${leg}`);
    return { drafts: groups.flatMap((group) => attemptsOf(group).flatMap((attempts) => judgeCommand(context, attempts))) };
  },
};

/** The row that a failing command of a stage answers. */
export const STAGE_ROWS: Record<StageName, string> = {
  audit: 'TST-12',
  unit: 'TST-01',
  integration: 'TST-02',
  e2e: 'TST-03',
  performance: 'TST-04',
  chaos: 'TST-05',
  smoke: 'REL-02',
};

function judgeCommand(context: Context, attempts: Attempts): Drafted[] {
  const last = attempts.at(-1) ?? attempts[0];
  const results = ofKind(context.evidence, 'tests').filter(
    ({ stage, command, leg }) => stage === last.stage && command === last.command && leg === last.leg,
  );
  switch (last.outcome.ended) {
    case 'exit':
      return last.outcome.code === 0
        ? [...contradictedSuccess(last, results), ...crossedUnsaid(context, last), ...repeated(attempts, results)]
        : failed(context, attempts, results);
    case 'signal':
      return [failure(context, attempts, { how: `was ended by ${last.outcome.signal}`, promised: false })];
    case 'timeout':
    case 'not-found':
      return [unfinished(last)];
    case 'interrupted':
      return []; // Nothing was learned: `owed` says so.
  }
}

/** Exit 0 with failed tests inside: somebody swallows the runner's status. */
function contradictedSuccess(last: Exit, results: readonly EvidenceOf<'tests'>[]): Drafted[] {
  const failures = results.reduce((sum, { counts }) => sum + counts.failed + counts.errors, 0);
  if (failures === 0) return [];
  return [
    draft('GAT-02', {
      stage: last.stage,
      subject: subjectOf(last),
      title: `\`${called(last)}\` exits 0 although ${counted(failures, 'test')} failed`,
      summary: `${quoted(last.line)} ended with exit code 0, but its results hold ${counted(failures, 'failed test')}. Any other gate that trusts the exit code is green here.`,
      evidence: [exitRef(last), ...results.map(testsRef)],
      measured: `exit 0, ${counted(failures, 'failed test')}`,
      expected: 'a failing test makes the command fail',
    }),
  ];
}

/** What a load tool left behind that the command ran. */
function toolOf({ evidence }: Context, { stage, command, leg }: Exit): LoadTool | undefined {
  return ofKind(evidence, 'series').find((piece) => piece.stage === stage && piece.load === command && piece.leg === leg && piece.tool)
    ?.tool;
}

/** k6 ends with 99 when a threshold is crossed: https://grafana.com/docs/k6/latest/using-k6/thresholds/ */
function saysCrossed({ outcome }: Exit, { name }: LoadTool): boolean {
  return name === 'k6' && outcome.ended === 'exit' && outcome.code === 99;
}

/** Exit 0 with a crossed threshold inside: somebody swallows the tool's status. */
function crossedUnsaid(context: Context, last: Exit): Drafted[] {
  const tool = toolOf(context, last);
  const crossed = tool?.thresholds.filter(({ outcome }) => outcome === 'broken') ?? [];
  if (tool === undefined || crossed.length === 0) return [];
  const shown = `exit 0, ${counted(crossed.length, 'crossed threshold')}`;
  return [
    draft('GAT-02', {
      stage: last.stage,
      subject: subjectOf(last),
      title: `\`${called(last)}\` exits 0 although ${counted(crossed.length, 'threshold')} of ${tool.name} ${crossed.length === 1 ? 'is' : 'are'} crossed`,
      summary: `${quoted(last.line)} ended with exit code 0, but ${tool.name} says in its results that ${crossed.map(({ text }) => quoted(text)).join(', ')} ${crossed.length === 1 ? 'is' : 'are'} crossed. Any other gate that trusts the exit code is green here.`,
      evidence: [exitRef(last)],
      measured: shown,
      expected: 'a crossed threshold makes the command fail',
    }),
  ];
}

/** The tool says that a threshold was crossed, and its results say that none was. */
function unexplained(last: Exit, tool: LoadTool): Drafted {
  const files = tool.sources.map(({ file }) => file).join(', ');
  return draft('GAT-02', {
    stage: last.stage,
    subject: subjectOf(last),
    title: `\`${called(last)}\` says that a threshold is crossed, and its results that none is`,
    summary: `${quoted(last.line)} ended with ${describe(last.outcome)}, which is what ${tool.name} says when a threshold of its own is crossed; in ${files} all ${counted(tool.thresholds.length, 'threshold')} are kept. The results are of another run, or not of all of it.${tail(last)}`,
    evidence: [exitRef(last)],
    measured: `${describe(last.outcome)}, no crossed threshold`,
    expected: 'results of the run that ended so',
  });
}

function failed(context: Context, attempts: Attempts, results: readonly EvidenceOf<'tests'>[]): Drafted[] {
  const last = attempts.at(-1) ?? attempts[0];
  const ran = results.reduce((sum, piece) => sum + executed(piece), 0);
  const failures = results.reduce((sum, { counts }) => sum + counts.failed + counts.errors, 0);
  const tool = toolOf(context, last);
  // Limits of the tool that are crossed are findings of their own.
  if (tool?.thresholds.some(({ outcome }) => outcome === 'broken')) return [];
  if (tool && saysCrossed(last, tool) && tool.thresholds.length > 0) return [unexplained(last, tool)];
  if (failures > 0) return []; // The failed tests explain the exit code; they are findings of their own.
  const meaning = tool && saysCrossed(last, tool) ? `, which is what ${tool.name} says when a threshold of its own is crossed` : '';
  if (ran === 0)
    return [failure(context, attempts, { how: `ended with ${describe(last.outcome)}${meaning}`, promised: promised(context, last) })];
  return [
    draft('GAT-02', {
      stage: last.stage,
      subject: subjectOf(last),
      title: `\`${called(last)}\` fails although every test passed`,
      summary: `${quoted(last.line)} ended with ${describe(last.outcome)}, but none of its ${counted(ran, 'test')} failed. Often a threshold of the runner itself, a crash after the last test, or a report that an earlier run left behind.${tail(last)}`,
      evidence: [exitRef(last), ...results.map(testsRef)],
      measured: `${describe(last.outcome)}, 0 failed tests`,
      expected: 'exit 0 when every test passed',
    }),
  ];
}

/** A command that failed, with the end of its output as proof. */
function failure(context: Context, attempts: Attempts, { how, promised: owed }: { how: string; promised: boolean }): Drafted {
  const last = attempts.at(-1) ?? attempts[0];
  const times = attempts.length > 1 ? ` in each of ${attempts.length} attempts` : '';
  return draft(STAGE_ROWS[last.stage], {
    stage: last.stage,
    subject: subjectOf(last),
    title: `\`${called(last)}\` ${how.replace(/^ended with exit/, 'fails with exit')}`,
    summary: `${quoted(last.line)} ${how}${times} after ${formatDuration(last.durationMs)}${owed ? ', and left no results behind that could say why' : ''}.${tail(last)}`,
    evidence: attempts.map(exitRef).reverse(),
    measured: describe(last.outcome),
    expected: 'exit 0',
    fix: NO_PROGRAM.includes(codeOf(last) ?? 0)
      ? 'The shell found no such program, or may not run it: correct the name, or install it in a step before the gate.'
      : undefined,
    group: suspectGroup(context, last.stage) ?? groupOfCommand(last.stage, last.command),
    cause: true,
  });
}

function unfinished(last: Exit): Drafted {
  const missing = last.outcome.ended === 'not-found' ? last.outcome.program : undefined;
  const how = missing === undefined ? `was ${describe(last.outcome)}` : `could not be started: there is no program \`${missing}\` here`;
  return draft('GAT-05', {
    stage: last.stage,
    subject: subjectOf(last),
    title: missing === undefined ? `\`${called(last)}\` did not end in its time` : `\`${missing}\` is not installed here`,
    result: notTested(`\`${called(last)}\` ${how}`),
    summary: `${quoted(last.line)} ${how}.${tail(last)}`,
    evidence: [exitRef(last)],
    measured: describe(last.outcome),
    expected: 'the command ends by itself',
    group: groupOfCommand(last.stage, last.command),
    cause: true,
    fix:
      missing === undefined
        ? undefined
        : `Install ${missing} in a step before the gate, or correct the name in gauntlet.yml; run the command by hand in the same folder to see.`,
    owed: true,
  });
}

/** Passed in the end, but not at first: shown, never plain green. */
function repeated(attempts: Attempts, results: readonly EvidenceOf<'tests'>[]): Drafted[] {
  const bad = attempts.slice(0, -1).filter((piece) => !succeeded(piece));
  const last = attempts.at(-1) ?? attempts[0];
  // Flaky tests that the results name say it better than the command around them.
  if (bad.length === 0 || results.some(({ counts }) => counts.flaky > 0)) return [];
  return [
    draft('TST-14', {
      stage: last.stage,
      subject: subjectOf(last),
      title: `\`${called(last)}\` passed only on attempt ${last.attempt}`,
      summary: `${quoted(last.line)}: ${bad.map(({ attempt, outcome }) => `attempt ${attempt}: ${describe(outcome)}`).join('; ')}; attempt ${last.attempt}: exit 0.${tail(bad[0] ?? last)}`,
      evidence: attempts.map(exitRef),
      measured: `${attempts.length} attempts`,
      expected: '1 attempt',
    }),
  ];
}

function promised({ plan }: Context, { stage, command }: Exit): boolean {
  return plan.owed.some((piece) => piece.kind === 'tests' && piece.stage === stage && piece.name === command);
}

function subjectOf({ command, leg }: Exit): string {
  return `command ${command}${leg === undefined ? '' : ` (leg ${leg})`}`;
}

function called({ command, line }: Exit): string {
  return calledOf(command, line);
}

/** `exit 1`, `SIGKILL`, `not over after 30 s`. */
export function describe(outcome: CommandOutcome): string {
  switch (outcome.ended) {
    case 'exit':
      return `exit ${outcome.code}`;
    case 'signal':
      return outcome.signal;
    case 'timeout':
      return `not over after ${formatDuration(outcome.afterMs)}`;
    case 'interrupted':
      return 'interrupted';
    case 'not-found':
      return 'program not found';
  }
}

/** The end of a command's output, as a block of its own. */
function tail({ tail: lines }: Exit): string {
  const last = lines.slice(-12).join('\n').trim();
  return last === '' ? '' : `\n\n${last}`;
}

function exitRef(piece: Exit): EvidenceRef {
  return { id: piece.id, shows: `attempt ${piece.attempt}: ${describe(piece.outcome)} (${piece.log.file})` };
}

function testsRef({ id, counts, files }: EvidenceOf<'tests'>): EvidenceRef {
  const where = files[0] ? ` in ${files[0].source.file}` : '';
  return {
    id,
    shows: `${counted(counts.tests, 'test')}: ${counts.passed} passed, ${counts.failed} failed, ${counts.errors} errors, ${counts.skipped} skipped${where}`,
  };
}

function codeOf({ outcome }: Exit): number | undefined {
  return outcome.ended === 'exit' ? outcome.code : undefined;
}
