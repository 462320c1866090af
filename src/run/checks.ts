import { basename, join } from 'node:path';

import { z } from 'zod';

import { checks } from '../checks/registry.ts';
import type { CheckContext, CheckPlugin, PrintedText } from '../checks/contract.ts';
import { mapStrings, type Json } from '../lib/json.ts';
import type { Boots } from '../model/boot.ts';
import type { FactsEvidence } from '../model/evidence.ts';
import { errorMessage } from '../model/errors.ts';
import type { PlannedStage } from '../model/plan.ts';
import type { StackContext } from '../stacks/contract.ts';
import { stacks } from '../stacks/registry.ts';
import { addGap, owedIds, timed, type RunContext } from './context.ts';
import { trackedFiles } from './git.ts';
import type { RunningStack } from './stack.ts';

const LANES = 8;

/** Of a stack that files describe. */
const StackFiles = z.object({ files: z.array(z.string()) });

/**
 * What a stage can look at without the stack that it waits for: the repository is there whatever became of the services.
 * @returns ids of what the stage owes and these checks answer.
 */
export async function runStaticChecks(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<string[]> {
  const codes = stage.checks.filter((code) => checks.some((check) => check.code === code && check.needs === 'static'));
  await runChecks(context, { ...stage, checks: codes }, stack);
  return codes.flatMap((name) => owedIds(context.plan, { stage: stage.name, kind: 'facts', name }));
}

/** Collects the facts of every planned check. A check that crashes leaves a gap and never stops the others. */
export async function runChecks(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<void> {
  const checkContext = contextFor(context, stage, stack);
  const live: Collecting[] = [];
  for (const code of stage.checks) {
    const check = checks.find((candidate) => candidate.code === code);
    const place = { stage: stage.name, name: code, owed: owedIds(context.plan, { stage: stage.name, kind: 'facts', name: code }) };
    if (!check) await addGap(context, place, { reason: 'unsupported', message: `this version has no check ${code}` });
    else if (check.needs === 'live') live.push({ check, checkContext, place });
    else await collect(context, { check, checkContext, place });
  }
  // A running stack is waited for, not computed: many questions at once, but not so many that they are a load.
  const lane = async (): Promise<void> => {
    for (let next = live.shift(); next; next = live.shift()) await collect(context, next);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

interface Collecting {
  readonly check: CheckPlugin;
  readonly checkContext: CheckContext;
  readonly place: Parameters<typeof addGap>[1];
}

async function collect(context: RunContext, { check, checkContext, place }: Collecting): Promise<void> {
  try {
    const { value: collected, window } = await timed(context.ports.clock, () => check.collect(checkContext));
    if (collected.state === 'gap')
      return await addGap(context, place, { reason: 'missing', message: `${check.code}: ${collected.because}` });
    const evidence = { id: `${place.stage}/facts-${check.code}`, kind: 'facts', stage: place.stage, window, check: check.code } as const;
    const piece: FactsEvidence =
      collected.state === 'not-applicable'
        ? { ...evidence, facts: null, notApplicable: collected.because, sources: [] }
        : { ...evidence, facts: redacted(context, collected.facts), sources: [...collected.sources] };
    await context.directory.addEvidence(piece);
  } catch (error) {
    await addGap(context, place, { reason: 'crashed', message: `${check.code}: the check crashed: ${errorMessage(error)}` });
  }
}

function redacted({ redact }: RunContext, facts: unknown): FactsEvidence['facts'] {
  return mapStrings(JSON.parse(JSON.stringify(facts)) as Json, redact);
}

function contextFor(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): CheckContext {
  const { ports, root, plan, signal } = context;
  let tracked: Promise<readonly string[]> | undefined;
  let model: Promise<unknown> | undefined;
  let boots: Promise<Boots | undefined> | undefined;
  return {
    ports,
    root,
    manifest: stack?.manifest,
    signal,
    tracked: () => (tracked ??= trackedFiles(context)),
    model: () => (model ??= readModel()),
    stackFiles: StackFiles.safeParse(plan.stack?.options).data?.files,
    api: plan.api,
    options: plan.checkOptions,
    seed: plan.seed,
    named: stage.checks.length < checks.length,
    boots: () => (boots ??= readBoots()),
    printed: stack && plan.stack && stack.manifest.kind !== 'external' ? () => readPrinted(context, stack, stackContext()) : undefined,
  };

  async function readBoots(): Promise<Boots | undefined> {
    const plugin = stacks.find(({ kind }) => kind === plan.stack?.kind);
    if (!plan.stack || !plugin?.boots || !stack) return undefined;
    return plugin.boots(plugin.options.parse(plan.stack.options), stack.manifest, stackContext());
  }

  async function readModel(): Promise<unknown> {
    const plugin = stacks.find(({ kind }) => kind === plan.stack?.kind);
    if (!plan.stack || !plugin?.model) return undefined;
    return plugin.model(plan.stack.options, stackContext());
  }

  function stackContext(): StackContext {
    return {
      ports,
      root,
      runDir: context.directory.path,
      runId: context.info.id,
      instance: 'head',
      readyMs: plan.stack?.readyMs ?? 0,
      targets: plan.targets,
      signal,
      redact: context.redact,
      book: async () => {},
    };
  }
}

/** By the copies that a run keeps anyway: they are written again when it ends. */
async function readPrinted(
  { ports, plan, directory }: RunContext,
  { manifest }: RunningStack,
  context: StackContext,
): Promise<readonly PrintedText[]> {
  const plugin = stacks.find(({ kind }) => kind === plan.stack?.kind);
  const sources = (await plugin?.logs(manifest, context)) ?? [];
  return Promise.all(
    sources.map(async ({ file }) => ({ service: basename(file, '.log'), text: await ports.files.readText(join(directory.path, file)) })),
  );
}
