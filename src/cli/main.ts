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
// A reader that goes away (`gauntlet plan | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`gauntlet: a defect of the gate itself: ${errorMessage(reason)}\n`);
  process.exit(EXIT_CODES.internal);
});

const { main } = await import('./program.ts');
process.exitCode = await main({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  self: [process.execPath, ...process.execArgv, import.meta.filename],
  pid: process.pid,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
});
