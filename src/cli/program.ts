import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { Budget, STAGES, StageName } from '../model/stage.ts';
import { parseDuration } from '../model/units.ts';
import { EXIT_CODES } from '../model/verdict.ts';
import { completion, SHELLS, type Shell } from './commands/completion.ts';
import { explainError } from './errors.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

/** Runs one command line. Commands are loaded on use: `--help` and `--version` stay quick. */
export async function main(world: World): Promise<number> {
  let exitCode: number = EXIT_CODES.pass;
  const program = newProgram(world, await version(), (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(world.argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.pass : EXIT_CODES.usage;
    const { text, exitCode: code } = explainError(error, world.env);
    world.stderr.write(text);
    return code;
  }
}

type Finish = (code: number) => void;

function newProgram(world: World, release: string, finish: Finish): Command {
  const program = new Command('gauntlet')
    .description('A production-readiness gate: your stack up, staged gates from unit to chaos, one verdict with proof.')
    .version(release, '-V, --version')
    .option('-C, --directory <path>', 'repository root', '.')
    .option('-q, --quiet', 'no progress, only results and warnings')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void world.stdout.write(text), writeErr: (text) => void world.stderr.write(text) })
    .addHelpText('after', HELP);
  addStartCommands(program, world, finish);
  addGateCommands(program, world, finish);
  addReadCommands(program, world, finish);
  addHelpCommands(program, world, finish);
  addInternalCommands(program, world, finish);
  return program;
}

function addGateCommands(program: Command, world: World, finish: Finish): void {
  planOptions(program.command('plan'))
    .description('what will be done and what evidence is owed, before anything runs')
    .option('--json', 'the plan as JSON')
    .action(async (_, command: Command) => finish(await (await import('./commands/plan.ts')).plan(world, command.optsWithGlobals())));
  planOptions(program.command('run'))
    .description('the whole gate: stack up, stages, stack down, verdict (also the exit code)')
    .option('--keep-up', 'leave the stack up for a look; take it down with `gauntlet down`')
    .option('--json', 'the report as JSON on standard output')
    .action(async (_, command: Command) => finish(await (await import('./commands/run.ts')).run(world, command.optsWithGlobals())));
  planOptions(program.command('up'))
    .description('start a run and bring its stack up, for `stage` and `down` to go on from')
    .option('--json', 'the stack manifest as JSON')
    .action(async (_, command: Command) => finish(await (await import('./commands/up.ts')).up(world, command.optsWithGlobals())));
  runOption(program.command('stage'))
    .argument('<names...>', `stages to run, or \`all\`: ${STAGES.join(', ')}`)
    .description('run stages of a run whose stack is up')
    .action(async (names: string[], _, command: Command) =>
      finish(await (await import('./commands/stage.ts')).stage(world, names, command.optsWithGlobals())),
    );
  runOption(program.command('down'))
    .description('keep the logs and take the stack of a run down')
    .action(async (_, command: Command) => finish(await (await import('./commands/down.ts')).down(world, command.optsWithGlobals())));
  program
    .command('heal')
    .description('undo whatever any run here left: stacks, faults, processes')
    .option('--json', 'what was undone, as JSON')
    .action(async (_, command: Command) => finish(await (await import('./commands/heal.ts')).heal(world, command.optsWithGlobals())));
}

function addStartCommands(program: Command, world: World, finish: Finish): void {
  program
    .command('init')
    .description('write a gauntlet.yml and a workflow for what is in this repository; overwrites nothing')
    .option('--dry-run', 'print both files and write none')
    .option('--uses <action>', 'the action as a workflow names it, such as owner/gauntlet@v1')
    .action(async (_, command: Command) => finish(await (await import('./commands/init.ts')).init(world, command.optsWithGlobals())));
}

function addReadCommands(program: Command, world: World, finish: Finish): void {
  program
    .command('judge')
    .argument('[runs...]', 'run directory, its id, or `latest`; several are the legs of a matrix and judged as one', ['latest'])
    .description('judge a stored run again, also with another configuration; the exit code is the verdict')
    .option('-c, --config <file>', 'judge by this configuration instead of the stored plan')
    .option('--baseline <file>', 'compare with this baseline')
    .option('--json', 'the report as JSON')
    .action(async (runs: string[], _, command: Command) =>
      finish(await (await import('./commands/judge.ts')).judgeRuns(world, runs, command.optsWithGlobals())),
    );
  program
    .command('report')
    .argument('[run]', 'run directory, its id, or `latest`', 'latest')
    .description('print a finished report in one of its forms')
    .addOption(new Option('-f, --format <name>', 'form of the report').default('terminal'))
    .option('-o, --output <file>', 'write it there instead of standard output')
    .option('--append', 'append to the file (for $GITHUB_STEP_SUMMARY)')
    .action(async (run: string, _, command: Command) =>
      finish(await (await import('./commands/report.ts')).report(world, run, command.optsWithGlobals())),
    );
  program
    .command('history')
    .argument('[folders...]', 'run directories, or folders of such; those of this repository without any')
    .description('verdicts, durations, flaky tests and scores of the last runs, and a badge')
    .addOption(new Option('--last <number>', 'how many runs').argParser(parseInteger).default(20))
    .option('--badge <file>', 'write the newest verdict there: an SVG, or JSON for a badge service if it ends in .json')
    .option('--json', 'as JSON')
    .action(async (folders: string[], _, command: Command) =>
      finish(await (await import('./commands/history.ts')).history(world, folders, command.optsWithGlobals())),
    );
  program
    .command('release')
    .argument('[run]', 'run directory, its id, or `latest`', 'latest')
    .description('may this commit go out: a pass of the release budget at this very commit, fresh, whole, judged again today')
    .option('--sha <commit>', 'the commit that is to go out; it has to be the one that is checked out')
    .addOption(new Option('--max-age <time>', 'how old the verdict may be').argParser(parseTime).default(168 * 3_600_000, '168h'))
    .addOption(new Option('-s, --stages <names>', 'stages that need evidence; all but smoke without it').argParser(parseStages))
    .option('-c, --config <file>', 'configuration file', 'gauntlet.yml')
    .addOption(new Option('--checklist <list>', 'answer only what is to be true before or after a deployment').choices(['before', 'after']))
    .option('-o, --output <file>', 'write the decision there, as a predicate for an attestation')
    .option('--json', 'the decision as JSON')
    .action(async (run: string, _, command: Command) =>
      finish(await (await import('./commands/release.ts')).release(world, run, command.optsWithGlobals())),
    );
  program
    .command('comment')
    .argument('[run]', 'run directory, its id, or `latest`', 'latest')
    .description('create or update the one comment of the pull request (needs GITHUB_TOKEN)')
    .action(async (run: string, _, command: Command) =>
      finish(await (await import('./commands/comment.ts')).comment(world, run, command.optsWithGlobals())),
    );
}

function addHelpCommands(program: Command, world: World, finish: Finish): void {
  program
    .command('inspect')
    .argument('<files...>', 'test-result and coverage files')
    .description('what result and coverage files say')
    .option('--json', 'one JSON object per file')
    .action(async (files: string[], _, command: Command) =>
      finish(await (await import('./commands/inspect.ts')).inspect(world, files, command.optsWithGlobals())),
    );
  program
    .command('explain')
    .argument('[code]', 'code of a finding, such as DB-11; without one, what the verdict is made of')
    .description('what a finding means, how to fix it, and what the last run says of it')
    .option('-r, --run <run>', 'run directory, its id, or `latest`', 'latest')
    .option('--json', 'as JSON')
    .action(async (code: string | undefined, _, command: Command) =>
      finish(await (await import('./commands/explain.ts')).explain(world, code, command.optsWithGlobals())),
    );
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'shell to complete for').choices([...SHELLS]))
    .description('words of this version for a shell: source <(gauntlet completion bash)')
    .action((shell: Shell) => finish(completion(world, shell, program)));
  program
    .command('doctor')
    .description('what this machine can do, and what each missing part costs')
    .option('--json', 'as JSON')
    .action(async (_, command: Command) => finish(await (await import('./commands/doctor.ts')).doctor(world, command.optsWithGlobals())));
}

function addInternalCommands(program: Command, world: World, finish: Finish): void {
  program
    .command('publish', { hidden: true })
    .argument('<run>')
    .action(async (run: string, _, command: Command) =>
      finish(await (await import('../action/publish.ts')).publish(world, run, command.optsWithGlobals())),
    );
  program
    .command('fault-agent', { hidden: true })
    .argument('<spec>')
    .action(async (spec: string) => finish(await (await import('./commands/fault-agent.ts')).faultAgent(world, spec)));
  program
    .command('watchdog', { hidden: true })
    .argument('<run>')
    .action(async (run: string, _, command: Command) =>
      finish(await (await import('./commands/watchdog.ts')).watchdog(world, { ...command.optsWithGlobals(), run })),
    );
  program
    .command('supervise', { hidden: true })
    .argument('<spec>')
    .action(async (spec: string) => finish(await (await import('./commands/supervise.ts')).superviseCommand(world, spec)));
}

function planOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file; without one, what `init` would write', 'gauntlet.yml')
    .addOption(new Option('-s, --stage <names>', 'only these stages, comma separated').argParser(parseStages))
    .addOption(new Option('--only <codes>', 'only what answers these rows of the catalogue, comma separated').argParser(commaList))
    .addOption(new Option('--budget <name>', 'how much time the run may take').choices([...Budget.options]))
    .addOption(new Option('--seed <number>', 'seed of everything random').argParser(parseInteger))
    .addOption(new Option('--users <number>', 'users of every load').argParser(parseInteger))
    .addOption(new Option('--duration <time>', 'duration of every load, such as 1h').argParser(parseTime))
    .option('--critical-only', 'only what the critical paths need')
    .addOption(new Option('--stack <kind>', 'which of the configured stacks to use').env('GAUNTLET_STACK'))
    .option('--baseline <file>', 'compare with this baseline')
    .option('--leg <name>', 'name of this leg of a matrix');
}

function runOption(command: Command): Command {
  return command.option('-r, --run <run>', 'run directory, its id, or `latest`', 'latest');
}

function parseStages(text: string): StageName[] {
  return text.split(',').map((name) => {
    const stage = StageName.safeParse(name.trim());
    if (stage.success) return stage.data;
    throw new InvalidArgumentError(`"${name}" is no stage: use ${STAGES.join(', ')}`);
  });
}

function commaList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function parseInteger(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number is needed');
}

function parseTime(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('a time with a unit is needed, such as 90s, 30m or 1h');
}

const HELP = `
Examples:
  gauntlet init                         write gauntlet.yml and a workflow for this repository
  gauntlet plan                         what would run here, and what it owes
  gauntlet run                          the whole gate
  gauntlet run --stage unit,chaos       two stages of it
  gauntlet run --only DB-11 --seed 41   what a finding's repro line asks for
  gauntlet judge latest                 the verdict of the last run again
  gauntlet explain DB-11                what a finding means, and what the last run says of it

Exit codes: 0 pass · 1 blocked · 2 unknown (blocks) · 3 configuration or usage · 4 interrupted · 70 defect of the gate`;
