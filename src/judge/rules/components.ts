import { cut, quoted } from '../../lib/text.ts';
import { ofKind } from '../../model/evidence.ts';
import type { MissingTest } from '../../model/report-v1.ts';
import type { StageName } from '../../model/stage.ts';
import { openTests } from '../against.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { namedComponents } from '../matrix.ts';
import { receivedBytes } from './traffic.ts';

/** Component × stage (TST-09), and dependencies that a stage needs and no test speaks of (TST-25). */
export const components: JudgeRule = {
  name: 'components',
  judge: (context) => {
    const cells = emptyCells(context);
    const dependencies = unspoken(context);
    return {
      drafts: [...cells.map((cell) => cellFinding(context, cell)), ...dependencies.map((one) => dependencyFinding(context, one))],
      missingTests: [
        ...cells.map(cellWork),
        ...dependencies.map(({ service, stage }): MissingTest => ({
          kind: 'dependency',
          stage,
          what: `${service} × ${stage}`,
          why: `${stage} needs ${service}, and no test speaks of it`,
          where: `the tests of ${stage}`,
        })),
        ...nowhere(context),
      ],
    };
  },
};

interface Cell {
  readonly component: string;
  readonly stage: StageName;
}

/** Cells that somebody asks for and no test fills. A run that was narrowed asks for nothing. */
function emptyCells({ plan, matrix }: Context): Cell[] {
  if (plan.only.length > 0) return [];
  return Object.entries(plan.componentStages ?? {}).flatMap(([component, stages]) => {
    const row = matrix.cells[matrix.components.indexOf(component)] ?? [];
    return stages.flatMap((stage) => (row[matrix.stages.indexOf(stage)] === 'untested' ? [{ component, stage }] : []));
  });
}

function cellFinding(context: Context, { component, stage }: Cell): Drafted {
  const words = [...new Set([component, ...(context.plan.components[component] ?? [])])].map(quoted).join(', ');
  const open = context.cases === undefined ? 'the results have too many tests to know each by name' : openTests(context, stage);
  const [first] = ofKind(context.evidence, 'tests').filter((piece) => piece.stage === stage);
  return draft('TST-09', {
    stage,
    subject: `${component} × ${stage}`,
    title: `${stage} has no test of ${quoted(cut(component, 80))}`,
    ...(open === undefined ? {} : { result: notTested(`no test of ${component} was seen in ${stage}, and ${open}`) }),
    summary: `${quoted(component)} must be tested in ${stage}, and no test or journey that ran there is named by ${words}; skipped ones do not count.`,
    evidence: [{ id: first?.id ?? 'plan.json', shows: `no test of ${stage} names ${component}` }],
    measured: open === undefined ? '0 tests' : 'not known',
    expected: 'at least 1',
    owed: open !== undefined,
  });
}

function cellWork({ component, stage }: Cell): MissingTest {
  return {
    kind: 'component',
    stage,
    what: `${component} × ${stage}`,
    why: `${component} must be tested in ${stage}, and is not`,
    where: `the tests of ${stage}`,
  };
}

interface Dependency {
  readonly service: string;
  readonly stage: StageName;
}

/** Services that a stage names as needed while no test of any stage speaks of them: "100 %" of what nobody asked. */
function unspoken(context: Context): Dependency[] {
  const { plan, evidence, cases } = context;
  if (plan.only.length > 0 || cases === undefined) return [];
  const needed = plan.stages.flatMap(({ name, services }) => {
    const whole = openTests(context, name) === undefined && ofKind(evidence, 'tests').some(({ stage }) => stage === name);
    return services === 'all' || !whole ? [] : services.map((service) => ({ service, stage: name }));
  });
  const named = namedComponents(context, [...new Set(needed.map(({ service }) => service))]);
  // A service that was spoken to is tested by something, whatever its tests are called; one that was not is a finding already.
  const unseen = needed.filter(({ service, stage }) => receivedBytes(context, stage, service) === undefined);
  return unseen.filter(({ service, stage }) => !named.has(service) && !(plan.componentStages?.[service] ?? []).includes(stage));
}

function dependencyFinding(context: Context, { service, stage }: Dependency): Drafted {
  const [first] = ofKind(context.evidence, 'tests').filter((piece) => piece.stage === stage);
  return draft('TST-25', {
    stage,
    subject: `${service} × ${stage}`,
    title: `${stage} needs ${quoted(service)}, and no test speaks of it`,
    summary: `${stage} has ${quoted(service)} among its services. No test or journey of any stage has ${quoted(service)} in its file, class or name: that ${stage} is green says nothing about ${service}.`,
    evidence: [{ id: first?.id ?? 'plan.json', shows: `no test names ${service}` }],
    measured: '0 tests',
    expected: 'at least 1 test that names it',
    fix: `Write a test of what ${service} is there for, or give its words under \`components\` (\`${service}: [words of its tests]\`).`,
    priority: ['P3', 'de-escalate:by-name-alone'],
  });
}

/** Components that no stage tests at all: work, not a finding, because nobody asked for it. A one-shot is tested by what it leaves. */
function nowhere({ matrix, plan, cases, evidence }: Context): MissingTest[] {
  if (plan.only.length > 0 || cases === undefined || cases.length === 0) return [];
  const asked = plan.componentStages ?? {};
  const [stage] = matrix.stages.includes('unit') ? (['unit'] as const) : matrix.stages;
  if (stage === undefined) return [];
  const ends = new Set(
    ofKind(evidence, 'stack').flatMap(({ services }) => services.flatMap(({ name, kind }) => (kind === 'one-shot' ? [name] : []))),
  );
  return matrix.components.flatMap((component, index): MissingTest[] =>
    !ends.has(component) && (matrix.cells[index] ?? []).every((cell) => cell === 'untested') && asked[component] === undefined
      ? [
          {
            kind: 'component',
            stage,
            what: `${component} in any stage`,
            why: `no test or journey names ${component}`,
            where: `the tests of ${stage}, or the words that name it under \`components\``,
          },
        ]
      : [],
  );
}
