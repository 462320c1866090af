import { errorMessage } from '../model/errors.ts';
import { EXIT_CODES } from '../model/verdict.ts';

// The only place that touches the process: arguments in, exit code out.
const interrupt = new AbortController();
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    signals += 1;
    interrupt.abort(new Error(`stopped by ${signal}`));
    if (signals === 1)
      process.stderr.write(
        `\ngauntlet: ${signal}: stopping, taking the stack down and writing the report (press again twice to leave at once)\n`,
      );
    if (signals >= 3) process.exit(EXIT_CODES.interrupted);
  });
}
// A reader that goes away (`gauntlet run 2>&1 | head`) is no error of ours, and nothing that cannot be printed may keep the
// stack from being taken down: the verdict is in the exit code and in the report. That something is missing is said at the end.
let unwritten: string | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') unwritten ??= errorMessage(error);
});
process.stderr.on('error', () => {});
process.on('exit', () => {
  if (unwritten === undefined) return;
  process.stderr.write(`gauntlet: standard output could not be written: ${unwritten}\n`);
  if (process.exitCode === EXIT_CODES.pass) process.exitCode = EXIT_CODES.unknown;
});
// A defect must not leave the stack up either: it stops the run, and whoever hangs after that is left.
let defect = false;
function onDefect(reason: unknown): void {
  process.stderr.write(`gauntlet: a defect of the gate itself: ${errorMessage(reason)}\n`);
  process.exitCode = EXIT_CODES.internal;
  if (defect) return;
  defect = true;
  interrupt.abort(new Error('stopped by a defect of the gate itself'));
  setTimeout(() => process.exit(EXIT_CODES.internal), 20_000).unref();
}
process.on('unhandledRejection', onDefect);
process.on('uncaughtException', onDefect);

// `bin/gauntlet` finds one that is new enough; who starts the program itself may have another.
const OLDEST_NODE = 24;
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `gauntlet: Node ${OLDEST_NODE} or newer is needed, and this is ${process.version} (${process.execPath}): start bin/gauntlet, which looks for one\n`,
  );
  process.exit(EXIT_CODES.usage);
}
const [{ main }, { outputOf }] = await Promise.all([import('./program.ts'), import('./world.ts')]);
const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
const exitCode = await main({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env,
  self: [process.execPath, ...process.execArgv, import.meta.filename],
  pid: process.pid,
  stdout: outputOf(process.stdout, env),
  stderr: outputOf(process.stderr, env),
  signal: interrupt.signal,
});
process.exitCode = defect ? EXIT_CODES.internal : exitCode;
