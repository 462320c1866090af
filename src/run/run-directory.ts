import { join, relative } from 'node:path';

import { GauntletError } from '../model/errors.ts';
import { StackManifest, type StackInstance } from '../model/manifest.ts';
import { Plan } from '../model/plan.ts';
import { JournalEntry, RUN_SCHEMA, RunInfo } from '../model/run.ts';
import { StageRun, type StageName } from '../model/stage.ts';
import { Evidence } from '../model/evidence.ts';
import type { Ports } from '../ports/index.ts';
import { z } from 'zod';

const RUNS = '.gauntlet/runs';
const LATEST = '.gauntlet/latest';

type Store = Pick<Ports, 'files' | 'clock'>;

/** A run directory: the only state that a run has. Another process, step or job goes on from it. */
export class RunDirectory {
  readonly path: string;
  readonly #ports: Store;

  private constructor(path: string, ports: Store) {
    this.path = path;
    this.#ports = ports;
  }

  /** Makes the directory of a new run below `root` and marks it as the latest. */
  static async create(root: string, info: RunInfo, ports: Store): Promise<RunDirectory> {
    const directory = new RunDirectory(join(root, RUNS, info.id), ports);
    await directory.writeInfo(info);
    await ports.files.write(join(root, LATEST), `${info.id}\n`);
    return directory;
  }

  /** Opens a run by its id, its path, or `latest`. @throws GauntletError of kind `evidence` when there is none or it is of another version. */
  static async open(root: string, id: string, ports: Store): Promise<RunDirectory> {
    const directory = new RunDirectory(await locate(root, id, ports), ports);
    await directory.info();
    return directory;
  }

  async info(): Promise<RunInfo> {
    const raw = await this.#readJson('run.json');
    const schema = z.looseObject({ schema: z.string() }).safeParse(raw);
    if (schema.success && schema.data.schema !== RUN_SCHEMA) throw otherVersion(this.path, schema.data.schema);
    return this.#parse(RunInfo, raw, 'run.json');
  }

  async writeInfo(info: RunInfo): Promise<void> {
    await this.#writeJson('run.json', info);
  }

  async plan(): Promise<Plan> {
    return this.#parse(Plan, await this.#readJson('plan.json'), 'plan.json');
  }

  async writePlan(plan: Plan): Promise<void> {
    await this.#writeJson('plan.json', plan);
  }

  async addEvidence(evidence: Evidence): Promise<void> {
    await this.#writeJson(`evidence/${evidence.stage}/${fileName(evidence.id)}.json`, evidence);
  }

  async evidence(): Promise<Evidence[]> {
    return this.#readAll('evidence', Evidence);
  }

  /** Forgets what an earlier attempt at a stage left, and the report that was made of it. The stack's coming and going stays. */
  async clearStage(stage: StageName): Promise<void> {
    const { files } = this.#ports;
    const folder = join(this.path, 'evidence', stage);
    const old = (await files.exists(folder)) ? await files.list(folder) : [];
    const left = old.filter((name) => !/^stack-(?:head|base)-(?:up|down)\.json$/.test(name)).map((name) => join(folder, name));
    if (left.length === 0 && !(await files.exists(join(this.path, `stages/${stage}.json`)))) return;
    const reports = ['json', 'md', 'html'].map((form) => join(this.path, `report.${form}`));
    for (const path of [...left, join(this.path, 'logs', stage), join(this.path, `stages/${stage}.json`), ...reports])
      await files.remove(path);
  }

  async addStageRun(stageRun: StageRun): Promise<void> {
    await this.#writeJson(`stages/${stageRun.stage}.json`, stageRun);
  }

  async stageRuns(): Promise<StageRun[]> {
    const runs = await this.#readAll('stages', StageRun);
    return runs.sort((a, b) => a.window.from.localeCompare(b.window.from));
  }

  async writeManifest(manifest: StackManifest): Promise<void> {
    await this.#writeJson(`stack/${manifest.instance}/manifest.json`, manifest);
  }

  async manifest(instance: StackInstance): Promise<StackManifest | undefined> {
    const file = `stack/${instance}/manifest.json`;
    if (!(await this.#ports.files.exists(join(this.path, file)))) return undefined;
    return this.#parse(StackManifest, await this.#readJson(file), file);
  }

  /** Appends to the journal and flushes it to the disk before it resolves. */
  async journal(entry: JournalEntry): Promise<void> {
    await this.#ports.files.appendDurably(join(this.path, 'journal.ndjson'), `${JSON.stringify(entry)}\n`);
  }

  /** All complete entries; a last line that a crash cut short is passed over. */
  async readJournal(): Promise<JournalEntry[]> {
    const file = join(this.path, 'journal.ndjson');
    if (!(await this.#ports.files.exists(file))) return [];
    const lines = (await this.#ports.files.readText(file)).split('\n');
    return lines.flatMap((line) => {
      const entry = JournalEntry.safeParse(parseLine(line));
      return entry.success ? [entry.data] : [];
    });
  }

  async writeText(file: string, text: string): Promise<void> {
    await this.#ports.files.write(join(this.path, file), text);
  }

  file(path: string): string {
    return join(this.path, path);
  }

  /** A path of this directory as evidence names it. */
  relative(path: string): string {
    return relative(this.path, path);
  }

  async #readAll<Schema extends z.ZodType>(folder: string, schema: Schema): Promise<z.output<Schema>[]> {
    const root = join(this.path, folder);
    if (!(await this.#ports.files.exists(root))) return [];
    const paths = await this.#ports.files.glob(['**/*.json'], root);
    return Promise.all(paths.map(async (path) => this.#parse(schema, await this.#readJson(join(folder, path)), join(folder, path))));
  }

  async #readJson(file: string): Promise<unknown> {
    const path = join(this.path, file);
    try {
      return JSON.parse(await this.#ports.files.readText(path));
    } catch (cause) {
      throw new GauntletError(`${path} cannot be read`, {
        kind: 'evidence',
        hint: 'the run directory is incomplete or damaged: run the gate again',
        cause,
      });
    }
  }

  async #writeJson(file: string, value: unknown): Promise<void> {
    await this.#ports.files.write(join(this.path, file), `${JSON.stringify(value, undefined, 2)}\n`);
  }

  #parse<Schema extends z.ZodType>(schema: Schema, raw: unknown, file: string): z.output<Schema> {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw new GauntletError(`${join(this.path, file)} is not what this version writes: ${z.prettifyError(parsed.error)}`, {
      kind: 'evidence',
      hint: 'the file was changed by hand or comes from another version: run the gate again',
    });
  }
}

async function locate(root: string, id: string, { files }: Store): Promise<string> {
  if (id === 'latest') {
    const latest = join(root, LATEST);
    if (!(await files.exists(latest))) {
      throw new GauntletError('there is no run here yet', {
        kind: 'evidence',
        hint: 'start one with `gauntlet run`, or name its directory',
      });
    }
    return join(root, RUNS, (await files.readText(latest)).trim());
  }
  for (const path of [id, join(root, id), join(root, RUNS, id)]) {
    if (path.startsWith('/') && (await files.exists(join(path, 'run.json')))) return path;
  }
  throw new GauntletError(`no run is called ${id}`, { kind: 'evidence', hint: `name a directory below ${RUNS}, its id, or \`latest\`` });
}

function otherVersion(path: string, schema: string): GauntletError {
  return new GauntletError(`${path} was written as ${schema}; this version reads ${RUN_SCHEMA}`, {
    kind: 'evidence',
    hint: 'judge it with the version that wrote it, or run the gate again',
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function fileName(id: string): string {
  return id
    .replace(/^[^/]+\//, '')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 120);
}
