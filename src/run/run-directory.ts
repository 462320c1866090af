import { join, relative } from 'node:path';

import type { Json } from '../lib/json.ts';
import { seal, unseal } from '../lib/seal.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import { StackManifest, type StackInstance } from '../model/manifest.ts';
import { Plan } from '../model/plan.ts';
import { JournalEntry, RUN_SCHEMA, RunInfo } from '../model/run.ts';
import { StageRun, type StageName } from '../model/stage.ts';
import { Evidence } from '../model/evidence.ts';
import type { FileWriter, Ports } from '../ports/index.ts';
import { z } from 'zod';

const RUNS = '.gauntlet/runs';
const LATEST = '.gauntlet/latest';
const IGNORE = '.gauntlet/.gitignore';

/** Bytes of one file of a run directory; what is more was not written by us. */
const MOST_BYTES = 256_000_000;

type Store = Pick<Ports, 'files' | 'clock'> & Partial<Pick<Ports, 'env'>>;

/** A run directory: the only state that a run has. Another process, step or job goes on from it. */
export class RunDirectory {
  readonly path: string;
  readonly #ports: Store;
  /** The run's id: each piece of evidence bears it, so that another run's cannot stand in for one that is owed. */
  #id = '';

  private constructor(path: string, ports: Store) {
    this.path = path;
    this.#ports = ports;
  }

  /** Makes the directory of a new run below `root` and marks it as the latest. */
  static async create(root: string, info: RunInfo, ports: Store): Promise<RunDirectory> {
    const directory = new RunDirectory(join(root, RUNS, info.id), ports);
    directory.#id = info.id;
    await directory.writeInfo(info);
    await ports.files.write(join(root, LATEST), `${info.id}\n`);
    // Runs are nobody's source; waivers and a kept baseline beside them are.
    if (!(await ports.files.exists(join(root, IGNORE)))) await ports.files.write(join(root, IGNORE), 'runs/\nlatest\n.gitignore\n');
    return directory;
  }

  /** Opens a run by its id, its path, or `latest`. @throws GauntletError of kind `evidence` when there is none or it is of another version. */
  static async open(root: string, id: string, ports: Store): Promise<RunDirectory> {
    const directory = new RunDirectory(await locate(root, id, ports), ports);
    directory.#id = (await directory.info()).id;
    return directory;
  }

  /** Whose secrets the plan and the manifest name instead of holding. */
  get #env(): Ports['env'] {
    return this.#ports.env ?? {};
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
    return this.#parse(Plan, unseal(await this.#readJson('plan.json'), this.#env), 'plan.json');
  }

  async writePlan(plan: Plan): Promise<void> {
    await this.#writeJson('plan.json', seal(plain(plan), this.#env));
  }

  async addEvidence(evidence: Evidence): Promise<void> {
    await this.#writeJson(`evidence/${evidence.stage}/${fileName(evidence.id)}.json`, { run: this.#id, ...evidence });
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
    await this.#writeJson(`stages/${stageRun.stage}.json`, { run: this.#id, ...stageRun });
  }

  async stageRuns(): Promise<StageRun[]> {
    const runs = await this.#readAll('stages', StageRun);
    return runs.sort((a, b) => a.window.from.localeCompare(b.window.from));
  }

  async writeManifest(manifest: StackManifest): Promise<void> {
    await this.#writeJson(`stack/${manifest.instance}/manifest.json`, seal(plain(manifest), this.#env));
  }

  async manifest(instance: StackInstance): Promise<StackManifest | undefined> {
    const file = `stack/${instance}/manifest.json`;
    if (!(await this.#ports.files.exists(join(this.path, file)))) return undefined;
    return this.#parse(StackManifest, unseal(await this.#readJson(file), this.#env), file);
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

  /** A file of this directory that is written piece by piece. */
  writer(file: string): FileWriter {
    return this.#ports.files.writer(join(this.path, file));
  }

  async writeText(file: string, text: string): Promise<void> {
    await this.#ports.files.write(join(this.path, file), text);
  }

  file(path: string): string {
    return join(this.path, path);
  }

  /**
   * The text of a file that evidence names.
   * @throws GauntletError of kind `evidence` when it is not there, not below this directory, or nothing that we would write.
   */
  async readText(file: string): Promise<string> {
    const path = join(this.path, file);
    if (!path.startsWith(`${this.path}/`)) throw damaged(path, 'it is outside of the run directory');
    try {
      if ((await this.#ports.files.size(path)) > MOST_BYTES) throw damaged(path, 'it is larger than anything that a run writes');
      return await this.#ports.files.readText(path);
    } catch (error) {
      throw error instanceof GauntletError ? error : damaged(path, errorMessage(error));
    }
  }

  /** A path of this directory as evidence names it. */
  relative(path: string): string {
    return relative(this.path, path);
  }

  async #readAll<Schema extends z.ZodType>(folder: string, schema: Schema): Promise<z.output<Schema>[]> {
    const root = join(this.path, folder);
    if (!(await this.#ports.files.exists(root))) return [];
    const paths = await this.#ports.files.glob(['**/*.json'], root);
    return Promise.all(
      paths.map(async (path) =>
        this.#parse(schema, this.#own(await this.#readJson(join(folder, path)), join(folder, path)), join(folder, path)),
      ),
    );
  }

  #own(raw: unknown, file: string): unknown {
    const { run } = z.looseObject({ run: z.string().optional() }).catch({}).parse(raw);
    if (run === undefined || run === this.#id) return raw;
    throw damaged(join(this.path, file), `it belongs to another run, ${run.slice(0, 80)}`);
  }

  async #readJson(file: string): Promise<Json> {
    const text = await this.readText(file);
    try {
      return JSON.parse(text) as Json;
    } catch {
      // The parser's own message quotes the file, which may be a link to anything.
      throw damaged(join(this.path, file), 'it is no JSON');
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
    const named = (await files.readText(latest)).trim();
    if (/^[\w-]+$/.test(named)) return join(root, RUNS, named);
    throw new GauntletError(`${latest} names no run`, { kind: 'evidence', hint: 'name the run itself, or start one with `gauntlet run`' });
  }
  for (const path of [id, join(root, id), join(root, RUNS, id)]) {
    if (path.startsWith('/') && (await files.exists(join(path, 'run.json')))) return path;
  }
  throw new GauntletError(`no run is called ${id}`, { kind: 'evidence', hint: `name a directory below ${RUNS}, its id, or \`latest\`` });
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function damaged(path: string, because: string): GauntletError {
  return new GauntletError(`${path} cannot be used: ${because}`, {
    kind: 'evidence',
    hint: 'the run directory is incomplete, damaged or not of our making: run the gate again',
  });
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
