import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

// The main job on the example system, on a laptop with nothing but Node: `npm run demo`.
const DEFECTS = 'coverage-hole,exit-zero,flaky-test,skipped-test,token-budget';
const ROOT = resolve(import.meta.dirname, '..');
const EXAMPLE = 'examples/chat-agent';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: true,
  options: {
    hardened: { type: 'boolean', default: false },
    stack: { type: 'string', default: 'process' },
    defects: { type: 'string', default: DEFECTS },
    stage: { type: 'string' },
  },
});
if (positionals.length > 0)
  fail(`unknown argument ${positionals.join(' ')}: use --hardened, --stack process|compose, --defects a,b, --stage unit,e2e`);

const defects = values.hardened ? '' : values.defects;
say(
  defects === ''
    ? 'Gauntlet demo: the chat agent with every known defect off.'
    : `Gauntlet demo: the chat agent with these defects switched on: ${defects}`,
);
const exitCode = await gate(defects);
say(closing(exitCode));
process.exitCode = exitCode;

function gate(switches: string): Promise<number> {
  const prefix = [switches === '' ? '' : `DEFECTS=${switches} `, values.stack === 'process' ? '' : `GAUNTLET_STACK=${values.stack} `].join(
    '',
  );
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'src/cli/main.ts'),
      '-C',
      EXAMPLE,
      'run',
      '--stack',
      values.stack,
      ...(values.stage === undefined ? [] : ['--stage', values.stage]),
    ],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, DEFECTS: switches, GAUNTLET_COMMAND: `${prefix}bin/gauntlet` } },
  );
  // Ctrl-C reaches the whole foreground group: the gate ends itself, and we wait for its answer.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void child.kill(signal));
  return new Promise((done, refuse) => {
    child.on('error', refuse);
    child.on('exit', (code) => done(code ?? 70));
  });
}

function closing(code: number): string {
  const stack = values.stack === 'process' ? '' : ` --stack ${values.stack}`;
  if (values.hardened) return code === 0 ? 'The hardened system passes.' : `The hardened system should pass; exit code ${code}.`;
  return `${code === 1 ? 'Blocked, as it should be.' : `Exit code ${code}.`} The same system without the defects: npm run demo -- --hardened${stack}`;
}

function say(line: string): void {
  process.stdout.write(`\n${line}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}
