import { quoted, sentenceList } from '../../lib/text.ts';
import { ofKind } from '../../model/evidence.ts';
import type { NotLooked } from '../../model/report-v1.ts';
import type { PlannedStage } from '../../model/plan.ts';
import { executed, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';

/** Bytes below which nobody has connected: opening one TCP connection takes more than this. */
const SILENT_BYTES = 200;

/** A stage that names a service and passes without a byte to it has not tested against it (TST-02). */
export const traffic: JudgeRule = {
  name: 'traffic',
  judge: (context) => ({
    drafts: context.plan.stages.flatMap((stage) => silentServices(context, stage)),
    notApplicable: context.plan.stages.flatMap((stage) => unseen(context, stage)),
  }),
};

/** Bytes that a service received while a stage ran; `undefined` where the stack cannot say. */
export function receivedBytes({ evidence }: Pick<Context, 'evidence'>, stage: string, service: string): number | undefined {
  return ofKind(evidence, 'stack')
    .filter((piece) => piece.stage === stage)
    .flatMap((piece) => piece.traffic ?? [])
    .find((seen) => seen.service === service)?.receivedBytes;
}

/** Where the stack cannot say what a service received, it is not known whether the tests met it: said, and no reason to stop. */
function unseen(context: Context, { name, services }: PlannedStage): NotLooked[] {
  const came = ofKind(context.evidence, 'stack').find(({ phase, readiness }) => phase === 'up' && readiness?.state === 'ready');
  const ran = ofKind(context.evidence, 'tests').some((piece) => piece.stage === name && executed(piece) > 0);
  const blind =
    services === 'all' || !ran || !came ? [] : services.filter((service) => receivedBytes(context, name, service) === undefined);
  if (blind.length === 0) return [];
  const what = `whether ${name} spoke to ${sentenceList(blind)}`;
  return [
    {
      code: 'TST-02',
      what,
      because: `a stack of the kind ${came?.stack ?? 'unknown'} does not tell what ${sentenceList(blind)} received in ${name}`,
      blocks: false,
    },
  ];
}

function silentServices(context: Context, { name, services }: PlannedStage): Drafted[] {
  const ran = ofKind(context.evidence, 'tests').some((piece) => piece.stage === name && executed(piece) > 0);
  if (services === 'all' || !ran) return [];
  return services.flatMap((service) => {
    const bytes = receivedBytes(context, name, service);
    if (bytes === undefined || bytes > SILENT_BYTES) return [];
    const [piece] = ofKind(context.evidence, 'stack').filter(({ stage, traffic: seen }) => stage === name && seen !== undefined);
    return [
      draft('TST-02', {
        stage: name,
        subject: `${service} untouched`,
        title: `${name} never spoke to ${quoted(service)}`,
        summary: `${name} names ${quoted(service)} among its services, and ${quoted(service)} received ${bytes} bytes while it ran: less than one connection takes. Whatever the tests spoke to, it was not this service.`,
        evidence: [{ id: piece?.id ?? 'plan.json', shows: `${service}: ${bytes} bytes received` }],
        measured: `${bytes} bytes received`,
        expected: 'at least one connection',
        fix: `Let the tests speak to the service of the stack (\`GAUNTLET_SERVICE_<NAME>_HOST\` and \`_PORT\`) instead of a stand-in, or take ${quoted(service)} out of \`services\`.`,
        priority: ['P1', 'de-escalate:untouched'],
      }),
    ];
  });
}
