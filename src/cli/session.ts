import { randomBytes } from 'node:crypto';
import { isAbsolute, join } from 'node:path';

import { forgeContext } from './forge-context.ts';
import { machineOf } from './machine.ts';
import { parseClaims } from '../config/claims.ts';
import { loadConfig, type Config } from '../config/load.ts';
import { asConfig, foundLines, suggest } from '../config/suggest.ts';
import { ConfigError } from '../config/problems.ts';
import { parseWaivers } from '../config/waivers.ts';
import { outcomeSoFar } from '../judge/series/outcome.ts';
import { kindOf } from '../judge/series/performance.ts';
import { makeRunRedactor, type Redacting } from '../lib/redact.ts';
import type { ClaimLedger } from '../model/claim.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import type { Plan, Waiver } from '../model/plan.ts';
import { RUN_SCHEMA, type RunInfo } from '../model/run.ts';
import type { Budget, StageName } from '../model/stage.ts';
import { sinceBase } from '../plan/claims.ts';
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

/** The name that a configuration has when nobody names one. */
export const CONFIG = 'gauntlet.yml';

interface Planned {
  readonly plan: Plan;
  readonly configSha256: string;
  /** The text of the configuration that was made up, where there is none. */
  readonly suggested?: string;
}

/** The configuration as a plan. Reads files and git, runs nothing. */
export async function loadPlan(world: World, options: PlanOptions, ports: Ports): Promise<Planned> {
  const root = rootOf(world, options);
  const { config, sha256, suggested } = await readConfig(world, { options, root, ports });
  const plan = makePlan(config, {
    claims: await readClaims(config, root, { world, ports }),
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
  if (suggested === undefined) return { plan, configSha256: sha256 };
  return { plan: { ...plan, notes: [NO_CONFIG, ...plan.notes] }, configSha256: sha256, suggested };
}

const NO_CONFIG: Plan['notes'][number] = {
  kind: 'suggested',
  message: `there is no ${CONFIG}: what was found in the repository decided what is looked at`,
  fix: `Write it down with \`gauntlet init\` and read it once: what is owed is then what the file says, whatever a change adds or removes.`,
};

interface Reading {
  readonly options: PlanOptions;
  readonly root: string;
  readonly ports: Ports;
}

/** The file; without one, what \`init\` would write. A file that the base has and this checkout has not was taken away: no suggestion makes up for it. */
async function readConfig(
  world: World,
  { options, root, ports }: Reading,
): Promise<{ config: Config; sha256: string; suggested?: string }> {
  const path = isAbsolute(options.config) ? options.config : join(root, options.config);
  const load = () => loadConfig({ files: ports.files, path, root, env: world.env });
  if (options.config !== CONFIG || (await ports.files.exists(path))) return load();
  const { baseSha } = await forgeContext(world.env, ports.files);
  for (const commit of [baseSha, 'HEAD']) {
    if (commit === undefined || (await showFile({ ports, root }, { commit, path: `./${CONFIG}` })) === undefined) continue;
    throw new GauntletError(`there is no ${CONFIG} here, and ${commit === 'HEAD' ? 'the last commit' : 'the base branch'} has one`, {
      kind: 'config',
      hint: `put it back (\`git checkout ${commit} -- ${CONFIG}\`): without it nobody has said what this gate owes`,
    });
  }
  const suggestion = await suggest(ports.files, root);
  // Of nothing, a pass would say nothing.
  if (!suggestion.any) return load();
  ports.progress.warn(`gate │ there is no ${CONFIG}: going on with what was found here (\`gauntlet init\` writes it down)`);
  for (const line of foundLines(suggestion.found)) ports.progress.warn(`gate │ found ${line}`);
  return { ...asConfig(suggestion, `${CONFIG} (none: suggested)`), suggested: suggestion.text };
}

/** Starts a run: its plan and its description are on disk before anything else happens. `owned` ties the stack to this process. */
export async function startRun(world: World, options: PlanOptions, { owned }: { owned: boolean }): Promise<RunContext> {
  // What an owned run starts must not outlive it, even after kill -9: its stack ends when this process is gone.
  const ports = portsOf(world, options, owned ? { ...world.env, GAUNTLET_OWNER_PID: String(world.pid) } : world.env);
  const root = rootOf(world, options);
  const { plan, configSha256, suggested } = await loadPlan(world, options, ports);
  const info = await describeRun(world, { ports, root, plan, configSha256, leg: options.leg });
  const directory = await RunDirectory.create(root, info, ports);
  await directory.writePlan(plan);
  if (suggested !== undefined) await directory.writeText('suggested.yml', suggested);
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

/** Replaces secrets of this environment and of the configuration in anything that is kept or shown, and this machine's path of the repository. */
export function redactorOf(world: World, redacting: Omit<Redacting, 'env'>): (text: string) => string {
  return makeRunRedactor({ ...redacting, env: world.env });
}

function contextOf(world: World, parts: Omit<RunContext, 'signal' | 'redact' | 'outcomeOf'>): RunContext {
  return {
    ...parts,
    signal: world.signal,
    redact: redactorOf(world, { runId: parts.info.id, root: parts.root, patterns: parts.plan.redact }),
    outcomeOf: (threshold, series) => outcomeSoFar(threshold, series, kindOf(parts.plan, threshold.metric)),
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
    machine: machineOf(ports.env),
    ended: 'running',
    ...(leg === undefined ? {} : { leg }),
  };
}

const CLAIMS_BYTES = 1_000_000;

/** The claims that gauntlet.yml names. @throws GauntletError of kind `config` when the file is not there or holds mistakes. */
async function readClaims(
  { claims: path, locate }: Config,
  root: string,
  { world, ports }: { world: World; ports: Ports },
): Promise<ClaimLedger | undefined> {
  if (path === undefined) return undefined;
  const { files } = ports;
  const file = join(root, path);
  if (await files.exists(file)) {
    if ((await files.size(file)) <= CLAIMS_BYTES) {
      const ledger = parseClaims(await files.readText(file), path);
      const { baseSha } = await forgeContext(world.env, files);
      return baseSha === undefined ? ledger : sinceBase(ledger, await claimsAt({ root, ports, commit: baseSha, path }));
    }
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

/** What the base branch says; a file that is not there, or that this version cannot read, gives no outcome a meaning. */
async function claimsAt({
  root,
  ports,
  commit,
  path,
}: {
  root: string;
  ports: Ports;
  commit: string;
  path: string;
}): Promise<ClaimLedger | undefined> {
  const text = await showFile({ ports, root }, { commit, path });
  if (text === undefined) return undefined;
  try {
    return parseClaims(text, path);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** Waivers come from the base branch, so that a pull request cannot waive itself; on a laptop, from the commit that stands. */
async function readWaivers(world: World, { root, ports, path }: { root: string; ports: Ports; path: string }): Promise<readonly Waiver[]> {
  const { baseSha } = await forgeContext(world.env, ports.files);
  const text = await showFile({ ports, root }, { commit: baseSha ?? 'HEAD', path });
  return text === undefined ? [] : parseWaivers(text, path).waivers;
}
