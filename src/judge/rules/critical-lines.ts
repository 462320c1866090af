import { counted, cut, quoted } from '../../lib/text.ts';
import type { CriticalLines } from '../../model/diagnostic.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { StageName } from '../../model/stage.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';

/** Lines that come a little before or after a fault are its doing as well. */
const AROUND_MS = 2_000;

/** OBS-19: what services log as critical while nobody breaks anything on purpose. */
export const criticalLines: JudgeRule = {
  name: 'critical-lines',
  judge: (context) => ({
    drafts: ofKind(context.evidence, 'diagnostics').flatMap((piece) =>
      (piece.critical ?? []).flatMap((lines) => found(context, piece, lines)),
    ),
  }),
};

type Piece = EvidenceOf<'diagnostics'>;

function found(context: Context, piece: Piece, lines: CriticalLines): Drafted[] {
  const own = lines.at.filter((at) => !isProvoked(context, at));
  // Times are bounded: where every known one was provoked, so were the others.
  if (lines.at.length > 0 && own.length === 0) return [];
  const [at] = own;
  const unsure = at === undefined && hasFaults(context);
  const count = own.length < lines.at.length ? own.length : lines.count;
  const stage = (at === undefined ? undefined : stageAt(context, at)) ?? piece.stage;
  const { service, level, pattern, first, source } = lines;
  const measured = `${counted(count, 'line')} at the level ${level}`;
  const because = `${source} has no times, and faults were injected in this run: nobody can say whether they caused it`;
  return [
    draft('OBS-19', {
      stage,
      subject: `${service}: ${pattern}`,
      title: `${service} logs at the level ${level}: ${cut(said(first), 80)}`,
      ...(unsure ? { result: { verdict: 'inconclusive', because } } : {}),
      summary: `${quoted(service)} printed ${measured}${at === undefined ? '' : `, first at ${at}`}, while nothing was done to it on purpose:\n\n${first}`,
      evidence: [{ id: piece.id, shows: `${source}: ${first}` }],
      measured,
      expected: 'no critical line',
    }),
  ];
}

/** In a stage of faults, while one was injected in another, and while checks ask what they should refuse, services are meant to complain. */
function isProvoked({ evidence, stageRuns }: Context, at: string): boolean {
  const time = Date.parse(at);
  const inside = ({ from, to }: { readonly from: string; readonly to: string }): boolean =>
    time >= Date.parse(from) - AROUND_MS && time <= Date.parse(to) + AROUND_MS;
  return (
    ofKind(evidence, 'fault').some(({ window }) => inside(window)) ||
    ofKind(evidence, 'facts').some(({ window }) => inside(window)) ||
    stageRuns.some(({ stage, status, window }) => stage === 'chaos' && status !== 'skipped' && inside(window))
  );
}

function hasFaults({ evidence }: Context): boolean {
  return ofKind(evidence, 'fault').length > 0;
}

function stageAt({ stageRuns }: Context, at: string): StageName | undefined {
  const time = Date.parse(at);
  return stageRuns.find(({ window }) => time >= Date.parse(window.from) && time <= Date.parse(window.to))?.stage;
}

/** What a line says: its message where it is JSON. */
function said(line: string): string {
  const message = /"(?:msg|message|short_message)"\s*:\s*"((?:[^"\\]|\\.){1,300})"/.exec(line)?.[1];
  return message ?? line;
}
