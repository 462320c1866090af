import { randomBytes } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { forgeContext } from './forge-context.ts';
import { parseClaims } from '../config/claims.ts';
import { loadConfig, type Config } from '../config/load.ts';
import { parseWaivers } from '../config/waivers.ts';
import { makeRedactor, secretsFromEnv } from '../lib/redact.ts';
import type { ClaimLedger } from '../model/claim.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import type { Plan, Waiver } from '../model/plan.ts';
import { RUN_SCHEMA, type RunInfo } from '../model/run.ts';
import type { Budget, StageName } from '../model/stage.ts';
import { makePlan } from '../plan/plan.ts';
import type { Ports } from '../ports/index.ts';
import type { RunContext } from '../run/context.ts';
import { gitState, showFile } from '../run/git.ts';
import { RunDirectory } from '../run/run-directory.ts';
import { portsOf, rootOf, type GlobalOptions } from './ports.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

export interface PlanOptions extends GlobalOptions {
  readonly config: string;
  readonly stage?: readonly StageName[];
  readonly only?: readonly string[];
  readonly budget?: Budget;
  readonly seed?: number;
  readonly users?: number;
  readonly duration?: number;
  readonly criticalOnly?: boolean;
  readonly stack?: string;
  readonly baseline?: string;
  readonly leg?: string;
  readonly json?: boolean;
}

/** The configuration as a plan. Reads files and git, runs nothing. */
export async function loadPlan(world: World, options: PlanOptions, ports: Ports): Promise<{ plan: Plan; configSha256: string }> {
  const root = rootOf(world, options);
  const path = isAbsolute(options.config) ? options.config : join(root, options.config);
  const { config, sha256 } = await loadConfig({ files: ports.files, path, root, env: world.env });
  const plan = makePlan(config, {
    claims: await readClaims(config, root, ports),
    waivers: await readWaivers(world, { root, ports, path: config.waivers }),
    ...(options.stage === undefined ? {} : { stages: options.stage }),
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.budget === undefined ? {} : { budget: options.budget }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.users === undefined ? {} : { users: options.users }),
    ...(options.duration === undefined ? {} : { durationMs: options.duration }),
    ...(options.criticalOnly === undefined ? {} : { criticalOnly: options.criticalOnly }),
    ...(options.stack === undefined ? {} : { stackKind: options.stack }),
  });
  return { plan, configSha256: sha256 };
}

/** Starts a run: its plan and its description are on disk before anything else happens. `owned` ties the stack to this process. */
export async function startRun(world: World, options: PlanOptions, { owned }: { owned: boolean }): Promise<RunContext> {
  // What an owned run starts must not outlive it, even after kill -9: its stack ends when this process is gone.
  const ports = portsOf(world, options, owned ? { ...world.env, GAUNTLET_OWNER_PID: String(world.pid) } : world.env);
  const root = rootOf(world, options);
  const { plan, configSha256 } = await loadPlan(world, options, ports);
  const info = await describeRun(world, { ports, root, plan, configSha256, leg: options.leg });
  const directory = await RunDirectory.create(root, info, ports);
  await directory.writePlan(plan);
  return contextOf(world, { ports, root, directory, plan, info });
}

/** Goes on with a run that an earlier process started. */
export async function openRun(world: World, options: GlobalOptions & { run: string }): Promise<RunContext> {
  const ports = portsOf(world, options);
  const root = rootOf(world, options);
  const directory = await RunDirectory.open(root, options.run, ports);
  return contextOf(world, { ports, root, directory, plan: await directory.plan(), info: await directory.info() });
}

/** Opens a run only to undo what it left: the journal is enough, and a plan that is gone or damaged must not keep a stack up. */
export async function openRunToUndo(world: World, options: GlobalOptions & { run: string }): Promise<RunContext> {
  const ports = portsOf(world, options);
  const root = rootOf(world, options);
  const directory = await RunDirectory.open(root, options.run, ports);
  const info = await directory.info();
  const plan = await directory.plan().catch((error: unknown) => {
    ports.progress.warn(`gate │ ${errorMessage(error)}; going on with the journal alone`);
    return unplanned(info);
  });
  return contextOf(world, { ports, root, directory, plan, info });
}

function unplanned({ budget, seed, configPath }: RunInfo): Plan {
  const empty = { targets: [], stages: [], journeys: [], owed: [], components: {}, only: [], notes: [], redact: [] };
  return { schema: 'gauntlet.plan/1', budget, seed, configPath, policy: { block: [], waivers: [] }, ...empty };
}

export interface Redacting {
  /** Salts the digests that tell equal secrets apart from different ones. */
  readonly runId: string;
  readonly root: string;
  readonly patterns: readonly string[];
}

/** Replaces secrets of this environment and of the configuration in anything that is kept or shown, and this machine's path of the repository. */
export function redactorOf(world: World, { runId, root, patterns }: Redacting): (text: string) => string {
  const redact = makeRedactor({ secrets: secretsFromEnv(world.env), salt: runId });
  const configured = patterns.map((pattern) => new RegExp(pattern, 'g'));
  return (text) =>
    configured.reduce((rest, pattern) => rest.replace(pattern, '[secret configured]'), redact(text)).replaceAll(`${root}/`, '');
}

function contextOf(world: World, parts: Omit<RunContext, 'signal' | 'redact'>): RunContext {
  return {
    ...parts,
    signal: world.signal,
    redact: redactorOf(world, { runId: parts.info.id, root: parts.root, patterns: parts.plan.redact }),
  };
}

interface Describing {
  readonly ports: Ports;
  readonly root: string;
  readonly plan: Plan;
  readonly configSha256: string;
  readonly leg: string | undefined;
}

async function describeRun(world: World, { ports, root, plan, configSha256, leg }: Describing): Promise<RunInfo> {
  const forge = await forgeContext(world.env, ports.files);
  const git = await gitState({ ports, root });
  const startedAt = ports.clock.now();
  const head = forge.headSha ?? git.head;
  return {
    schema: RUN_SCHEMA,
    id: `${startedAt.replace(/[-:]|\.\d+/g, '').toLowerCase()}-${randomBytes(3).toString('hex')}`,
    tool: { name: 'gauntlet', version: await version() },
    startedAt,
    budget: plan.budget,
    seed: plan.seed,
    configPath: plan.configPath,
    configSha256,
    git: { ...(head === undefined ? {} : { head }), ...(forge.baseSha === undefined ? {} : { base: forge.baseSha }), dirty: git.dirty },
    forge,
    machine: { platform: process.platform, cpus: availableParallelism(), memoryBytes: totalmem(), node: process.version },
    ended: 'running',
    ...(leg === undefined ? {} : { leg }),
  };
}

const CLAIMS_BYTES = 1_000_000;

/** The claims that gauntlet.yml names. @throws GauntletError of kind `config` when the file is not there or holds mistakes. */
async function readClaims(
  { claims: path, locate }: Config,
  root: string,
  { files }: Pick<Ports, 'files'>,
): Promise<ClaimLedger | undefined> {
  if (path === undefined) return undefined;
  const file = join(root, path);
  if (await files.exists(file)) {
    if ((await files.size(file)) <= CLAIMS_BYTES) return parseClaims(await files.readText(file), path);
    throw new GauntletError(`${path} is larger than 1 MB`, {
      kind: 'config',
      hint: 'claims are a few hundred lines: is this another file?',
    });
  }
  throw new GauntletError(`there is no ${path}, which \`claims\` names`, {
    kind: 'config',
    hint: 'write the claims into it, or take the setting out',
    location: locate(['claims']),
  });
}

/** Waivers come from the base branch, so that a pull request cannot waive itself; on a laptop, from the commit that stands. */
async function readWaivers(world: World, { root, ports, path }: { root: string; ports: Ports; path: string }): Promise<readonly Waiver[]> {
  const { baseSha } = await forgeContext(world.env, ports.files);
  const text = await showFile({ ports, root }, { commit: baseSha ?? 'HEAD', path });
  return text === undefined ? [] : parseWaivers(text, path).waivers;
}
