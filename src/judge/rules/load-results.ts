import { binomialFrom } from '../../lib/statistics/binomial.ts';
import { CONFIDENCE } from '../../lib/statistics/intervals.ts';
import { grouped, quoted } from '../../lib/text.ts';
import type { Priority } from '../../model/finding.ts';
import type { LoadTool, ToolThreshold } from '../../model/load-results.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import { amount } from '../series/words.ts';

/** What other load tools say of their own limits, and whether anything worked where nobody set one. */
export const loadResults: JudgeRule = {
  name: 'load-results',
  judge: (context) => ({
    drafts: measurementsOf(context).flatMap((measured) => {
      const { tool } = measured.own ?? {};
      return tool === undefined
        ? []
        : [...tool.thresholds.flatMap((one) => own(context, measured, { tool, one })), ...unasked(context, measured, tool)];
    }),
  }),
};

const CODES: Record<ToolThreshold['of'], string> = {
  latency: 'LOAD-08',
  errors: 'LOAD-07',
  throughput: 'LOAD-10',
  checks: 'TST-04',
  other: 'TST-04',
};

/** A limit of the tool's own that is crossed blocks as the tool meant it to; one without samples was never looked at. */
function own(context: Context, measured: Measurement, { tool, one }: { tool: LoadTool; one: ToolThreshold }): Drafted[] {
  if (one.outcome === 'kept') return [];
  const shown = one.measured ?? (one.outcome === 'empty' ? 'no samples' : 'crossed');
  const because = `${tool.name} calls it kept, and held nothing against it`;
  const broken = one.outcome === 'broken';
  return [
    draft(CODES[one.of], {
      ...placeOf(context, measured),
      subject: `${tool.name}: ${one.text}${ofLeg(measured)}`,
      title: broken
        ? `${tool.name} says that ${quoted(one.text)} is crossed: ${shown}`
        : `${quoted(one.text)} of ${tool.name} had no samples`,
      summary: broken
        ? `The limit ${quoted(one.text)}, which ${tool.name} was given, is crossed in ${measured.load ?? 'its load'}${ofLeg(measured)}: ${shown}.`
        : `The limit ${quoted(one.text)}, which ${tool.name} was given, had nothing to be held against: ${because}. Often a tag or a group that no request has any more.`,
      measured: shown,
      expected: one.text,
      ...(broken
        ? {}
        : { result: { verdict: 'inconclusive', because } as const, fix: 'Correct the name in the limit, or take it out.', owed: true }),
    }),
  ];
}

/** What must work where nobody says how much: the mission's own success rate. */
const WORKING = 0.99;

function unasked(context: Context, measured: Measurement, tool: LoadTool): Drafted[] {
  const { requests, failed } = tool;
  if (tool.doubt !== undefined || requests === 0) return [];
  const limited =
    tool.thresholds.some(({ of, outcome }) => (of === 'errors' || of === 'checks') && outcome !== 'empty') ||
    measured.judgements.some(({ threshold: { metric } }) => metric === 'success_rate' || /(?:^|\.)errors$/.test(metric));
  const none = failed === requests;
  if (!none && (limited || failed === 0 || binomialFrom(failed, requests, 1 - WORKING) > 1 - CONFIDENCE)) return [];
  const priority: readonly [Priority, string] | undefined = none ? ['P0', 'escalate:nothing-worked'] : undefined;
  const shown = `${grouped(requests - failed)} of ${grouped(requests)} requests succeeded`;
  return [
    draft('LOAD-06', {
      ...placeOf(context, measured),
      subject: `requests of ${tool.name} under ${measured.load ?? 'load'}${ofLeg(measured)}`,
      title: none ? `no request of ${tool.name} succeeded` : `${amount(failed / requests, 'ratio')} of the requests of ${tool.name} fail`,
      summary: `Under ${measured.load ?? 'load'}${ofLeg(measured)} ${shown}, as ${tool.name} counts them. No limit was written, neither here nor for ${tool.name}; without one, 99 % are expected.`,
      measured: shown,
      expected: 'at least 99 % (no limit was written)',
      fix: `Repair what fails first; where failing answers are meant, say so to ${tool.name}, or write a limit such as \`errors: rate < 5%\`.`,
      ...(priority ? { priority } : {}),
    }),
  ];
}

function placeOf({ plan, run }: Context, { stage, own: piece, load }: Measurement) {
  const { tool } = piece ?? {};
  const files = (tool?.sources ?? []).map(({ file }) => file).join(', ');
  const shows = `${load ?? ''}: ${grouped(tool?.requests ?? 0)} requests, ${grouped(tool?.failed ?? 0)} failed, in ${files}`;
  return {
    stage: stage.name,
    evidence: [{ id: piece?.id ?? 'plan.json', shows }],
    repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
  };
}

function ofLeg({ leg }: Measurement): string {
  return leg === undefined ? '' : `, leg ${leg}`;
}
