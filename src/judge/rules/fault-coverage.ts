import { sentenceList } from '../../lib/text.ts';
import { ofKind } from '../../model/evidence.ts';
import type { MissingTest } from '../../model/report-v1.ts';
import { formatLimit, formatQuantity, keeps, type Limit } from '../../model/limit.ts';
import type { PlannedStage } from '../../model/plan.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';

/** TST-24: the share of the services that others depend on which an experiment was really done to, against the goal. */
export const faultCoverage: JudgeRule = {
  name: 'fault-coverage',
  judge: (context) => {
    const asked = context.plan.only.length > 0 ? [] : context.plan.stages.filter(isAsked);
    const measured = asked.map((stage) => ({ stage, ...coverageOf(context, stage) }));
    return {
      drafts: measured.flatMap((one) => found(context, one)),
      missingTests: measured.flatMap(({ stage, missing }) =>
        missing.map((service): MissingTest => ({
          kind: 'dependency',
          stage: stage.name,
          what: `${service} × a fault`,
          why: `others depend on ${service}, and no experiment was done to it`,
          where: `the experiments of ${stage.name}`,
        })),
      ),
      measured: measured.flatMap(({ stage, done, all }) =>
        all.length === 0 ? [] : [{ stage: stage.name, text: `${done.length} of ${all.length} dependencies tried by a fault` }],
      ),
    };
  },
};

type Asked = PlannedStage & { readonly faultCoverage: Limit };

function isAsked(stage: PlannedStage): stage is Asked {
  return stage.faultCoverage !== undefined;
}

interface Coverage {
  /** Services that others depend on, and those of them that were tried and not. */
  readonly all: readonly string[];
  readonly done: readonly string[];
  readonly missing: readonly string[];
}

/** A fault counts where it was proved, in a system that was well before. */
function coverageOf({ evidence }: Context, { name }: PlannedStage): Coverage {
  const stacks = ofKind(evidence, 'stack').filter(({ instance }) => instance === 'head');
  const services = stacks.findLast(({ phase, services: known }) => phase === 'up' && known.length > 0)?.services ?? [];
  const needed = new Set(services.flatMap(({ dependsOn }) => dependsOn));
  const all = services.filter(({ kind, name: service }) => kind === 'long-running' && needed.has(service)).map((service) => service.name);
  const tried = new Set(
    ofKind(evidence, 'fault')
      .filter(({ stage, proof, observed }) => stage === name && proof.state === 'proved' && observed?.steady.state !== 'bad')
      .flatMap(({ observed }) => observed?.services ?? []),
  );
  return { all, done: all.filter((service) => tried.has(service)), missing: all.filter((service) => !tried.has(service)) };
}

function found(context: Context, { stage, all, done, missing }: { readonly stage: Asked } & Coverage): Drafted[] {
  const expected = formatLimit(stage.faultCoverage);
  const base = { stage: stage.name, subject: `dependencies of ${stage.name}`, expected, evidence: evidenceOf(context, stage) };
  if (all.length === 0) {
    const because = 'the stack tells of no service that others depend on';
    return [draft('TST-24', { ...base, result: notTested(because), summary: `${because}.`, measured: 'no dependency', owed: true })];
  }
  const share = done.length / all.length;
  if (keeps(share, stage.faultCoverage)) return [];
  const measured = `${done.length} of ${all.length} (${formatQuantity(share, 'ratio')})`;
  return [
    draft('TST-24', {
      ...base,
      title: `${measured} dependencies are tried by a fault`,
      summary: `Of ${all.length} services that others depend on, an experiment was carried out, and proved, with ${done.length === 0 ? 'none' : sentenceList(done)}. Not with ${sentenceList(missing)}.`,
      measured,
    }),
  ];
}

function evidenceOf({ evidence }: Context, { name }: PlannedStage): { id: string; shows: string }[] {
  const faults = ofKind(evidence, 'fault').filter(({ stage }) => stage === name);
  const shown = faults.slice(0, 10).map(({ id, experiment, proof }) => ({ id, shows: `${experiment}: ${proof.state}` }));
  return shown.length > 0 ? shown : [{ id: 'plan.json', shows: `${name} asks for a share of dependencies` }];
}
