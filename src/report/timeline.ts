import { ofKind, type Evidence } from '../model/evidence.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import type { ReportInput } from './input.ts';

type Bar = ReportV1['timeline'][number];

const MOST = 200;

/** The run as bars: stages first, because they are what must not be cut; then the stack and what ran inside each stage. */
export function timelineOf({ run, stageRuns, evidence, judged }: ReportInput): Bar[] {
  const start = Date.parse(run.startedAt);
  const bar = (piece: { window: { from: string; to: string } }, rest: Pick<Bar, 'lane' | 'label' | 'state'>): Bar => {
    const fromMs = Math.max(0, Date.parse(piece.window.from) - start);
    return { ...rest, fromMs, toMs: Math.max(fromMs, Date.parse(piece.window.to) - start) };
  };
  const blocked = (stage: string) => judged.findings.filter((finding) => finding.stage === stage && finding.disposition === 'blocking');
  const stages = stageRuns.map((stageRun) => {
    const findings = blocked(stageRun.stage);
    const state = findings.some(({ result }) => result.verdict === 'confirmed')
      ? 'bad'
      : findings.length > 0 || stageRun.status !== 'completed'
        ? 'unknown'
        : 'ok';
    return bar(stageRun, { lane: stageRun.stage, label: stageRun.stage, state });
  });
  const stack = ofKind(evidence, 'stack')
    .filter(({ phase }) => phase !== 'watch')
    .map((piece) =>
      bar(piece, {
        lane: 'stack',
        label: `${piece.stack} ${piece.phase}`,
        state: piece.readiness?.state === 'not-ready' || piece.leaks.length > 0 ? 'bad' : 'ok',
      }),
    );
  const inside = evidence.flatMap((piece) => insideBar(piece).map((rest) => bar(piece, rest)));
  return [...stages, ...stack, ...inside].slice(0, MOST).sort((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs);
}

function insideBar(piece: Evidence): Pick<Bar, 'lane' | 'label' | 'state'>[] {
  switch (piece.kind) {
    case 'exit': {
      const { outcome, attempt, command, stage } = piece;
      const state = outcome.ended === 'exit' ? (outcome.code === 0 ? 'ok' : 'bad') : outcome.ended === 'signal' ? 'bad' : 'unknown';
      return [{ lane: stage, label: attempt > 1 ? `${command} (attempt ${attempt})` : command, state }];
    }
    case 'journey':
      return piece.user === undefined
        ? [
            {
              lane: piece.stage,
              label: piece.journey,
              state: piece.outcome === 'passed' ? 'ok' : piece.outcome === 'interrupted' ? 'unknown' : 'bad',
            },
          ]
        : [];
    case 'fault':
      return [
        { lane: piece.stage, label: `${piece.experiment}: ${piece.fault}`, state: piece.proof.state === 'proved' ? 'ok' : 'unknown' },
      ];
    case 'leaks':
      return [{ lane: piece.stage, label: `leaks of ${piece.journey}`, state: 'ok' }];
    case 'effect':
      return [{ lane: piece.stage, label: `effect ${piece.effect}`, state: 'ok' }];
    case 'comparison':
      return [{ lane: piece.stage, label: 'head against base', state: piece.against.state === 'base' ? 'ok' : 'unknown' }];
    case 'evaluation':
      return [{ lane: piece.stage, label: `evaluation ${piece.evaluation}`, state: 'ok' }];
    case 'watch':
      return [{ lane: piece.stage, label: 'watch', state: 'ok' }];
    case 'rollback':
      return [{ lane: piece.stage, label: 'rollback', state: piece.to.state === 'previous' ? 'ok' : 'unknown' }];
    case 'claims':
    case 'diagnostics':
    case 'tests':
    case 'coverage':
    case 'stack':
    case 'facts':
    case 'series':
    case 'gap':
      return [];
  }
}
