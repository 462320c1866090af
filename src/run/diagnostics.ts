import { CriticalLog } from '../diagnostics/critical.ts';
import { DiagnosticJournal } from '../diagnostics/journal.ts';
import { frameLocator } from '../diagnostics/locate.ts';
import { readLog } from '../diagnostics/logs.ts';
import { raceFlag } from '../lib/race-flag.ts';
import { errorMessage } from '../model/errors.ts';
import type { Detector, Diagnostic } from '../model/diagnostic.ts';
import type { DiagnosticsEvidence } from '../model/evidence.ts';
import type { PlannedCommand, PlannedStage } from '../model/plan.ts';
import type { Source } from '../model/source.ts';
import type { StageName } from '../model/stage.ts';
import type { ResultWatcher } from '../results/read.ts';
import type { RunContext } from './context.ts';
import { trackedFiles } from './git.ts';

/** What Go's and LLVM's detectors print at their start with this: the only proof that they were really on. */
export const DETECTOR_ENV: Readonly<Record<string, string>> = { GORACE: 'verbosity=1', TSAN_OPTIONS: 'verbosity=1' };

/** The environment of a command that is to run under a race detector: its own options stay. */
export function detectorEnvironment({ race }: Pick<PlannedCommand, 'race'>, env: Readonly<Record<string, string>>): Record<string, string> {
  if (race !== true) return {};
  return Object.fromEntries(Object.entries(DETECTOR_ENV).map(([name, value]) => [name, [env[name], value].filter(Boolean).join(' ')]));
}

/** Looks through everything that one command and its tests print. */
export class CommandDiagnostics implements ResultWatcher {
  readonly #context: RunContext;
  /** The console and the results hold the same reports: each has its own count. */
  readonly #results: DiagnosticJournal;
  readonly #console: DiagnosticJournal;
  readonly #sources = new Set<string>();
  /** Result files whose format tells what tests print while they run. */
  readonly #streaming = new Set<string>();
  readonly #problems: string[] = [];
  #echo: string | undefined;

  private constructor(context: RunContext, locate: (path: string) => string | undefined) {
    this.#context = context;
    // A panic that ends a test is a failed test, and told as one.
    const options = { redact: context.redact, locate, without: ['panic', 'fatal'] as const };
    this.#results = new DiagnosticJournal(options);
    this.#console = new DiagnosticJournal(options);
  }

  static async create(context: RunContext): Promise<CommandDiagnostics> {
    return new CommandDiagnostics(context, await locator(context));
  }

  output({ suite, test, text }: Parameters<ResultWatcher['output']>[0], source: string): void {
    this.#streaming.add(source);
    const origin = { source, ...(suite === undefined ? {} : { suite }), ...(test === undefined ? {} : { test: rootOf(test) }) };
    this.#results.text(`${source} ${suite ?? ''}`, text, origin);
  }

  result({ suite, class: owner, name, message, detail }: Parameters<ResultWatcher['result']>[0], source: string): void {
    this.#sources.add(source);
    if (this.#streaming.has(source) || (message === undefined && detail === undefined)) return;
    const scope = owner ?? suite;
    const origin = { source, test: name, ...(scope === undefined ? {} : { suite: scope }) };
    for (const line of `${message ?? ''}\n${detail ?? ''}`.split('\n')) this.#results.line(source, line, origin);
    this.#results.end();
  }

  /** The console output of one attempt. */
  async log({ file }: Source, dropped: number): Promise<void> {
    const { directory, ports } = this.#context;
    try {
      const echo = (line: string): void => {
        if (this.#echo === undefined && line.length < 1_000 && /-race\b/.test(line) && raceFlag(line) === 'on')
          this.#echo = line.trim().slice(0, 200);
      };
      await readLog(ports.files, directory.file(file), { journal: this.#console, origin: { source: file }, echo });
      this.#sources.add(file);
      if (dropped > 0) this.#problems.push(`${dropped} bytes of the output were not kept`);
    } catch (error) {
      this.#problems.push(`${file} could not be read: ${errorMessage(error)}`);
    }
  }

  /** Stores what was found, and whether the detector was on where it was asked for. */
  async store(stage: PlannedStage, command: PlannedCommand): Promise<void> {
    const results = this.#results.finish();
    const console = this.#console.finish();
    const reports = merged(results.reports, console.reports);
    if (reports.length === 0 && command.race !== true) return;
    const now = this.#context.ports.clock.now();
    const evidence: DiagnosticsEvidence = {
      id: `${stage.name}/diagnostics-${command.name}`,
      kind: 'diagnostics',
      stage: stage.name,
      window: { from: now, to: now },
      command: command.name,
      ...(command.race === true ? { detector: this.#detector(command) } : {}),
      reports,
      omitted: Math.max(results.omitted, console.omitted),
      sources: [...this.#sources],
      // Results that hold all that the tests printed need no console output.
      ...(this.#problems.length === 0 || this.#streaming.size > 0 ? {} : { incomplete: this.#problems.join('; ') }),
    };
    await this.#context.directory.addEvidence(evidence);
  }

  #detector({ command }: PlannedCommand): Detector {
    const line = command.type === 'shell' ? command.line : command.argv.join(' ');
    const mark = this.#results.mark ?? this.#console.mark;
    if (mark !== undefined) return { state: 'on', shows: `the runtime said so: ${mark}` };
    const flag = raceFlag(line);
    if (flag === 'on') return { state: 'on', shows: 'the command asks for it, and no report came' };
    if (flag === 'off') return { state: 'off', shows: 'the command runs the tests without a race detector' };
    if (this.#echo !== undefined) return { state: 'on', shows: `its output shows the command: ${this.#context.redact(this.#echo)}` };
    return { state: 'unknown', shows: 'neither the command nor anything that it printed shows a race detector' };
  }
}

/** Looks through the logs of services. Reports and critical lines there are findings whether or not anybody asked. */
export async function storeLogDiagnostics(context: RunContext, logs: readonly Source[], stage: StageName): Promise<void> {
  if (logs.length === 0) return;
  const journal = new DiagnosticJournal({ redact: context.redact, locate: await locator(context) });
  const critical = new CriticalLog(context.redact);
  const problems: string[] = [];
  for (const { file } of logs) {
    const service = file.replace(/^.*\//, '').replace(/\.log$/, '');
    try {
      // What the version before this one logs is not of this change.
      const whole = file.startsWith('logs/head/') ? (line: string): void => critical.line(line, { source: file, service }) : undefined;
      await readLog(context.ports.files, context.directory.file(file), { journal, origin: { source: file, service }, whole });
    } catch (error) {
      problems.push(`${file} could not be read: ${errorMessage(error)}`);
    }
  }
  const { reports, omitted } = journal.finish();
  const lines = critical.finish();
  if (reports.length + lines.length === 0) return;
  const now = context.ports.clock.now();
  await context.directory.addEvidence({
    id: `${stage}/diagnostics-services`,
    kind: 'diagnostics',
    stage,
    window: { from: now, to: now },
    reports: [...reports],
    omitted,
    ...(lines.length === 0 ? {} : { critical: [...lines] }),
    sources: logs.map(({ file }) => file),
    ...(problems.length === 0 ? {} : { incomplete: problems.join('; ') }),
  });
}

async function locator(context: RunContext): Promise<(path: string) => string | undefined> {
  return frameLocator(context.root, await trackedFiles(context));
}

function rootOf(test: string): string {
  return test.split('/', 1)[0] ?? test;
}

/** What both show is one thing: the results know the test, the console may know more occurrences. */
function merged(results: readonly Diagnostic[], console: readonly Diagnostic[]): Diagnostic[] {
  const both = results.map((report): Diagnostic => {
    const same = console.find(({ fingerprint }) => fingerprint === report.fingerprint);
    return same === undefined ? report : { ...report, count: Math.max(report.count, same.count), seen: [...report.seen, ...same.seen] };
  });
  return [...both, ...console.filter(({ fingerprint }) => !results.some((report) => report.fingerprint === fingerprint))];
}
