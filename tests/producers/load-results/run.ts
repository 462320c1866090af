import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

// For maintainers: runs the real load tools against a small server of ours and writes what they report into the fixtures of
// src/load-results. The numbers in `expected.json` are those that the server counted, so neither a tool's nor a parser's of ours.
// `node tests/producers/load-results/run.ts [--only k6] [--scratch folder]`; needs Go, Node, Python, Maven and a JDK.

const FORMATS = resolve(import.meta.dirname, '../../../src/load-results');
const SERVER = 'http://127.0.0.1:8080';
const MAX_BYTES = 60_000;

interface Tool {
  readonly format: string;
  readonly version: string;
  /** Shell that installs it in the scratch folder, unless it is there. */
  readonly install: string;
  readonly runs: readonly Run[];
}

interface Run {
  readonly command: string;
  /** The exit code with which the tool says what it found. */
  readonly exit: number;
  /** Fixture → the file that the run wrote. */
  readonly files: Readonly<Record<string, string>>;
  /** What must come out beside the numbers of the server. */
  readonly told?: Readonly<Record<string, object>>;
  /** The tool leaves requests uncounted that were under way at its end: of the server's numbers, so many at most. */
  readonly mayMiss?: number;
}

const k6 = (options: string, files: Run['files'], { exit = 0, told = {} }: { exit?: number; told?: Run['told'] } = {}): Run => ({
  command: `bin/k6 run -q ${options} k6.js`,
  exit,
  files,
  told,
});
const KEPT = ['http_req_duration: p(95)<2000', 'http_req_duration{name:slow}: med>=40', 'http_req_failed: rate<0.5'];
const kept = Object.fromEntries(KEPT.map((text) => [text, 'kept']));

const TOOLS: readonly Tool[] = [
  {
    format: 'k6',
    version: '1.8.1',
    install: '[ -x bin/k6 ] || GOBIN=$PWD/bin CGO_ENABLED=0 go install go.k6.io/k6@v1.8.1',
    runs: [
      k6(
        '--out json=points.ndjson --summary-export export.json -e SUMMARY=summary.json -e ITERATIONS=5',
        { 'points.ndjson': 'points.ndjson', 'export.json': 'export.json', 'summary.json': 'summary.json' },
        { told: { 'export.json': { thresholds: kept }, 'summary.json': { thresholds: kept } } },
      ),
      k6(
        '--summary-export crossed.json -e FAILED="rate<0.01" -e NONE=1 -e MODE=open',
        { 'crossed.json': 'crossed.json' },
        {
          exit: 99,
          told: {
            'crossed.json': {
              thresholds: {
                ...kept,
                'http_req_failed: rate<0.5': undefined,
                'http_req_failed: rate<0.01': 'broken',
                'http_req_duration{name:nobody}: p(95)<10': 'empty',
              },
            },
          },
        },
      ),
      k6('--new-machine-readable-summary --summary-export machine.json', { 'machine.json': 'machine.json' }),
      k6(
        '--summary-export starved.json -e MODE=starved',
        { 'starved.json': 'starved.json' },
        {
          told: { 'starved.json': { thresholds: kept, gap: 'unproved' } },
        },
      ),
    ],
  },
  {
    format: 'artillery',
    version: '2.0.21',
    install: '[ -x node_modules/.bin/artillery ] || npm install --no-audit --no-fund --ignore-scripts artillery@2.0.21 autocannon@9.0.0',
    runs: [{ command: 'artillery run --output artillery.json artillery.yml', exit: 1, files: { 'report.json': 'artillery.json' } }],
  },
  {
    format: 'autocannon',
    version: '9.0.0',
    install: '[ -x node_modules/.bin/autocannon ] || npm install --no-audit --no-fund --ignore-scripts artillery@2.0.21 autocannon@9.0.0',
    runs: [
      { command: `autocannon --json -c 4 -a 200 ${SERVER}/flaky > autocannon.json`, exit: 0, files: { 'amount.json': 'autocannon.json' } },
      { command: `autocannon --json -c 4 -d 2 -R 50 ${SERVER}/slow > rate.json`, exit: 0, files: { 'rate.json': 'rate.json' }, mayMiss: 8 },
    ],
  },
  {
    format: 'locust',
    version: '2.47.0',
    install: '[ -x venv/bin/locust ] || { python3 -m venv venv && venv/bin/pip install -q locust==2.47.0; }',
    runs: [
      {
        command: `locust --headless -u 4 -r 4 -t 3s --host ${SERVER} --json > locust.json`,
        exit: 1,
        files: { 'stats.json': 'locust.json' },
      },
      {
        command: `locust --headless -u 4 -r 4 -t 3s --host ${SERVER} --csv locust --csv-full-history`,
        exit: 1,
        files: {
          'run_stats.csv': 'locust_stats.csv',
          'run_failures.csv': 'locust_failures.csv',
          'run_stats_history.csv': 'locust_stats_history.csv',
        },
        told: { 'run_failures.csv': { companion: true }, 'run_stats_history.csv': { companion: true } },
        // The file is written every second, and at the end without the last part of one.
        mayMiss: 60,
      },
    ],
  },
  {
    format: 'jmeter',
    version: '5.5',
    install: '[ -d jmeter-lib ] || mvn -q -B -f jmeter-pom.xml dependency:copy-dependencies -DoutputDirectory=$PWD/jmeter-lib',
    runs: ['samples.csv', 'samples.xml'].map((file) => ({
      command: `rm -f ${file}; java -cp 'jmeter-lib/*' JMeterRun.java ${file}`,
      exit: 0,
      files: { [file]: file },
    })),
  },
  {
    format: 'gatling',
    version: '3.10.5',
    install: '[ -d gatling-lib ] || mvn -q -B -f gatling-pom.xml dependency:copy-dependencies -DoutputDirectory=$PWD/gatling-lib',
    runs: [
      {
        command:
          "rm -rf results classes; mkdir classes; javac -cp 'gatling-lib/*' -d classes ChatSimulation.java; java -cp 'gatling-lib/*:classes' io.gatling.app.Gatling -s ChatSimulation -rf results -bf classes; code=$?; cp results/*/simulation.log results/*/js/*stats.json .; exit $code",
        exit: 2,
        files: { 'simulation.log': 'simulation.log', 'stats.json': 'stats.json', 'global_stats.json': 'global_stats.json' },
      },
    ],
  },
];

const { values } = parseArgs({
  options: { only: { type: 'string' }, scratch: { type: 'string', default: '/tmp/gauntlet-producers/load-results' } },
});
mkdirSync(values.scratch, { recursive: true });
cpSync(join(import.meta.dirname, 'fixtures'), values.scratch, { recursive: true });
for (const tool of TOOLS) if (values.only === undefined || tool.format === values.only) await produce(tool, values.scratch);

async function produce({ format, version, install, runs }: Tool, scratch: string): Promise<void> {
  const installed = shell(install, scratch);
  if (installed.status !== 0) throw new Error(`${format} cannot be installed:\n${installed.output}`);
  const folder = join(FORMATS, format, 'fixtures');
  mkdirSync(folder, { recursive: true });
  const expected: Record<string, object> = {};
  const server = spawn(process.execPath, ['server.mjs'], { cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  try {
    for (const { command, exit, files, told = {}, mayMiss } of runs) {
      await fetch(`${SERVER}/counted`);
      const { status, output } = shell(command, scratch);
      if (status !== exit) throw new Error(`${command} ended with ${String(status)}, and should with ${exit}:\n${output.slice(-3_000)}`);
      const counted = (await (await fetch(`${SERVER}/counted`)).json()) as Record<string, { requests: number; failed: number }>;
      const all = Object.values(counted);
      const [requests, failed] = [all.reduce((sum, one) => sum + one.requests, 0), all.reduce((sum, one) => sum + one.failed, 0)];
      for (const [file, from] of Object.entries(files)) {
        const text = readFileSync(join(scratch, from), 'utf8').replaceAll(scratch, '/app');
        if (text.length > MAX_BYTES) throw new Error(`${from} is ${text.length} bytes`);
        writeFileSync(join(folder, file), text);
        expected[file] = { producer: format, version, requests, failed, ...(mayMiss === undefined ? {} : { mayMiss }), ...told[file] };
        console.log(`✓ ${format}/fixtures/${file} of ${version}: ${requests} requests, ${failed} failed`);
      }
    }
  } finally {
    server.kill();
  }
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
}

function shell(command: string, cwd: string): { readonly status: number | null; readonly output: string } {
  const path = [`${cwd}/node_modules/.bin`, `${cwd}/venv/bin`, process.env['PATH']].join(':');
  const { status, stdout } = spawnSync('bash', ['-c', `{ ${command}\n} 2>&1`], {
    cwd,
    env: { ...process.env, PATH: path, TZ: 'UTC' },
    encoding: 'utf8',
    timeout: 900_000,
    maxBuffer: 1 << 28,
  });
  return { status, output: stdout };
}
