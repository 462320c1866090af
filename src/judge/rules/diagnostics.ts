import { counted, cut, grouped, quoted, sentenceList } from '../../lib/text.ts';
import type { CallStack, Diagnostic, DiagnosticKind, StackFrame } from '../../model/diagnostic.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Location } from '../../model/source.ts';
import { decideClaims, type DecidedClaim } from '../claims.ts';
import { answers, commandGroup, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';

type Piece = EvidenceOf<'diagnostics'>;

/** Races, runtime fatals and leaks that anything printed; and whether a race detector was on where absence is claimed. */
export const diagnostics: JudgeRule = {
  name: 'diagnostics',
  judge: (context) => {
    const claims = decideClaims(context);
    const pieces = ofKind(context.evidence, 'diagnostics');
    return {
      drafts: [
        ...pieces.flatMap((piece) => piece.reports.map((report) => found(piece, report, claims))),
        ...pieces.flatMap(beyond),
        ...pieces.flatMap((piece) => undetected(context, piece)),
        ...silent(context),
      ],
    };
  },
};

/** Name of the group of findings that one report of a runtime causes: a test fails because it raced. */
export function groupOfReport({ kind, fingerprint }: Pick<Diagnostic, 'kind' | 'fingerprint'>): string {
  return `${kind}:${fingerprint}`;
}

const CODES: Record<DiagnosticKind, string> = {
  'data-race': 'CON-01',
  'concurrent-map': 'CON-07',
  deadlock: 'CON-07',
  fatal: 'CON-07',
  panic: 'CON-07',
  'memory-error': 'CON-07',
  'undefined-behavior': 'CON-07',
  'memory-leak': 'LEAK-07',
  'goroutine-leak': 'LEAK-07',
};

const NAMES: Record<DiagnosticKind, string> = {
  'data-race': 'data race',
  'concurrent-map': 'concurrent map access',
  deadlock: 'deadlock',
  fatal: 'fatal error',
  panic: 'panic',
  'memory-error': 'memory error',
  'undefined-behavior': 'undefined behaviour',
  'memory-leak': 'memory leak',
  'goroutine-leak': 'goroutine leak',
};

function found(piece: Piece, printed: Diagnostic, claims: readonly DecidedClaim[]): Drafted {
  const report = inFixedOrder(printed);
  const tops = topsOf(report);
  const where = tops.map((frame) => shortName(frame.function));
  const seen = report.seen.map(({ source, service, test }) => test ?? service ?? source);
  const claim = claims.find(({ tests }) =>
    tests.some(
      ({ outcome, name, evidence }) =>
        outcome === 'race detected' && evidence?.stage === piece.stage && report.seen.some(({ test }) => test === name),
    ),
  );
  return draft(CODES[report.kind], {
    stage: piece.stage,
    subject: `${report.kind} ${report.fingerprint}`,
    title: `${NAMES[report.kind]}${where.length === 0 ? '' : `: ${sentenceList(where.map(quoted))}`}`,
    summary: `${report.tool} reports ${report.message === NAMES[report.kind] ? `a ${report.message}` : quoted(cut(report.message, 200))}, seen ${counted(report.count, 'time')} in ${sentenceList([...new Set(seen)].slice(0, 4).map(quoted))}.\n\n${told(report)}`,
    evidence: report.seen.slice(0, 6).map(({ source, service, test, count }) => ({
      id: piece.id,
      shows: `${source}${test === undefined ? '' : `, ${test}`}${service === undefined ? '' : `, service ${service}`}: ${counted(count, 'time')}`,
    })),
    measured: counted(report.count, 'report'),
    expected: '0 reports',
    locations: placesOf(report, tops),
    ...(claim === undefined ? { group: groupOfReport(report), cause: true } : { group: `claim:${claim.claim.id}` }),
  });
}

/** Which of two racing accesses comes first is chance: in one order, the finding keeps its title and its place from run to run. */
function inFixedOrder(report: Diagnostic): Diagnostic {
  const [one, other, ...rest] = report.stacks;
  if (report.kind !== 'data-race' || one === undefined || other === undefined) return report;
  const [first, second] = [one, other].sort((a, b) => compare(nameOf(a), nameOf(b)));
  return first && second ? { ...report, stacks: [first, second, ...rest] } : report;
}

function nameOf(stack: CallStack): string {
  const { function: name = '', location } = topOf(stack) ?? {};
  return `${name} ${location?.path ?? ''} ${String(location?.line ?? 0).padStart(8, '0')}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The stacks, own calls first; as it was printed when nothing could be taken apart. */
function told({ stacks, text, kind }: Diagnostic): string {
  if (stacks.length === 0) return cut(text, 1_500);
  const shown = stacks.slice(0, kind === 'data-race' ? 2 : 3);
  return shown.map(({ title, frames }) => [`${title}:`, ...frames.slice(0, 6).map(frameLine)].join('\n')).join('\n');
}

function frameLine({ function: name, location }: StackFrame): string {
  return `  ${name}${location === undefined ? '' : ` (${location.path}:${location.line ?? 0})`}`;
}

/** The innermost call of each telling stack that lies in the repository. */
function topsOf({ kind, stacks }: Diagnostic): StackFrame[] {
  return stacks.slice(0, kind === 'data-race' ? 2 : 1).flatMap((stack) => topOf(stack) ?? []);
}

function topOf({ frames }: CallStack): StackFrame | undefined {
  return (
    frames.find(({ location }) => location !== undefined) ??
    frames.find(({ function: name }) => !/^(?:runtime|internal|sync|testing)[./]/.test(name)) ??
    frames[0]
  );
}

function placesOf({ stacks }: Diagnostic, tops: readonly StackFrame[]): Location[] {
  const all = [...tops, ...stacks.flatMap(({ frames }) => frames)].flatMap(({ location }) => (location === undefined ? [] : [location]));
  return [...new Map(all.map((place) => [`${place.path}:${String(place.line)}`, place])).values()].slice(0, 8);
}

/** `example.com/app/internal/gate.(*Gate).Allowed.func2` is `gate.(*Gate).Allowed.func2` to a reader. */
function shortName(name: string): string {
  return cut(name.replace(/^.*\//, ''), 80);
}

function beyond(piece: Piece): Drafted[] {
  if (piece.omitted === 0) return [];
  return [
    draft('CON-07', {
      stage: piece.stage,
      subject: `more reports in ${piece.command ?? 'the services'}`,
      title: `${counted(piece.omitted, 'more report')} of runtimes and sanitizers`,
      summary: `Beside the ${grouped(piece.reports.length)} causes told here there are ${counted(piece.omitted, 'report')} of others.`,
      evidence: [{ id: piece.id, shows: `${piece.omitted} beyond the bound` }],
      measured: counted(piece.omitted, 'report'),
      expected: '0 reports',
    }),
  ];
}

/** "No race" is worth what the detector is: one that was off, or that nobody can show, has seen nothing. */
function undetected(context: Context, piece: Piece): Drafted[] {
  const { detector, command = '', stage, incomplete } = piece;
  if (detector === undefined) return [];
  const because = detector.state === 'on' ? incomplete : detector.shows;
  if (because === undefined) return [];
  return [notOn(context, { stage, command, because, ref: { id: piece.id, shows: because } })];
}

/** Asked for, and not even looked at: the command may have died before anybody could. */
function silent(context: Context): Drafted[] {
  const { plan, evidence } = context;
  const explained = new Set(ofKind(evidence, 'gap').flatMap(({ owed }) => owed));
  const looked = ofKind(evidence, 'diagnostics');
  return plan.owed
    .filter((piece) => piece.kind === 'diagnostics' && !explained.has(piece.id) && !looked.some((one) => answers(one, piece)))
    .filter(({ stage }) => context.stageRuns.some((run) => run.stage === stage && run.status === 'completed'))
    .map(({ stage, name, what, id }) =>
      notOn(context, {
        stage,
        command: name,
        because: 'nobody looked through what it printed',
        ref: { id: 'plan.json', shows: `owes ${id}: ${what}` },
      }),
    );
}

function notOn(
  context: Context,
  { stage, command, because, ref }: { stage: Piece['stage']; command: string; because: string; ref: { id: string; shows: string } },
): Drafted {
  return draft('CON-02', {
    stage,
    subject: `command ${command}`,
    title: `nothing shows that the race detector was on for \`${command}\``,
    result: notTested(`a race detector is asked for, but ${because}`),
    summary: `\`${command}\` of ${stage} is to run under a race detector, but ${because}. Its tests may be green; that there is no race is not known.`,
    evidence: [ref],
    measured: because,
    expected: 'a race detector that was on',
    group: commandGroup(
      context,
      context.plan.owed.filter((piece) => piece.stage === stage && piece.name === command).map(({ id }) => id),
    ),
    owed: true,
  });
}
