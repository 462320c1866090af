import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import type { Ecosystem, ProducedFixture, Producer } from './ecosystem.ts';
import { EXPECTED } from './expected-file.ts';
import { sanitised } from './sanitise.ts';

// For maintainers: runs the real producers on the samples, writes their reports into the fixtures of the formats, and
// says in `expected.json` who wrote them and what is in them. CI reads the committed fixtures and runs none of this.

const SOURCE = resolve(import.meta.dirname, '../../src');
const MAX_BYTES = 60_000;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      scratch: { type: 'string', default: '/tmp/gauntlet-producers' },
      fresh: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : ecosystems();
  const troubles: string[] = [];
  for (const name of names) {
    const { ecosystem } = (await import(`./${name}/ecosystem.ts`)) as { ecosystem: Ecosystem };
    const scratch = join(values.scratch, name);
    prepare(ecosystem, scratch, values.fresh);
    const producers = ecosystem.producers.filter((producer) => values.only === undefined || producer.name === values.only);
    const outputs = new Map<string, string>();
    for (const producer of producers) troubles.push(...runProducer(producer, scratch, outputs));
  }
  for (const trouble of troubles) console.error(`✗ ${trouble}`);
  process.exitCode = troubles.length > 0 ? 1 : 0;
}

function ecosystems(): string[] {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).filter((name) => existsSync(join(import.meta.dirname, name, 'ecosystem.ts')));
}

/** A scratch folder with the samples anew; what is installed stays until the installation changes. */
function prepare({ name, install }: Ecosystem, scratch: string, fresh: boolean): void {
  const mark = join(scratch, '.installed');
  if (fresh || !existsSync(mark) || readFileSync(mark, 'utf8') !== install) {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    copySamples(name, scratch);
    const { status, output } = shell(install, scratch);
    if (status !== 0) throw new Error(`${name} cannot be installed:\n${output}`);
    writeFileSync(mark, install);
  } else copySamples(name, scratch);
}

function copySamples(name: string, scratch: string): void {
  const samples = join(import.meta.dirname, name, 'fixtures');
  for (const entry of readdirSync(samples)) rmSync(join(scratch, entry), { recursive: true, force: true });
  cpSync(samples, scratch, { recursive: true });
}

function runProducer({ name, version, fixtures }: Producer, scratch: string, outputs: Map<string, string>): string[] {
  const found = /\d+\.\d+(?:\.\d+)?(?:[-+.]?(?:rc|beta|alpha)[-.\d]*)?/.exec(shell(version, scratch).output)?.[0];
  if (found === undefined) return [`${name}: ${version} prints no version`];
  return fixtures.flatMap((fixture) => {
    const key = fixture.run;
    if (!outputs.has(key) && fixture.from !== undefined) rmSync(join(scratch, fixture.from), { force: true });
    const printed = outputs.get(key) ?? shell(fixture.run, scratch).output;
    outputs.set(key, printed);
    const trouble = keep({ name, version: found }, fixture, { scratch, printed });
    console.log(`${trouble === undefined ? '✓' : '✗'} ${fixture.to} of ${name} ${found}`);
    return trouble === undefined ? [] : [`${fixture.to}: ${trouble}`];
  });
}

/** Writes one fixture and its entry, unless the producer did not do what the entry says. */
function keep(
  { name, version }: { readonly name: string; readonly version: string },
  { to, run: _run, from, said, why, ...told }: ProducedFixture,
  { scratch, printed }: { readonly scratch: string; readonly printed: string },
): string | undefined {
  const plain = printed.replaceAll(/\u001B\[[\d;]*m/g, '').replaceAll(/[ \t]+/g, ' ');
  if (said !== undefined && !plain.includes(said)) return `did not say "${said}":\n${plain.slice(-2000)}`;
  const written = from === undefined ? printed : read(join(scratch, from));
  if (written === undefined) return `wrote no ${from}:\n${plain.slice(-2000)}`;
  const text = sanitised(written, scratch);
  if (text.length > MAX_BYTES) return `is ${text.length} bytes`;
  const [kind = '', format = '', file = ''] = to.split('/');
  const path = join(SOURCE, kind, format, 'fixtures', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const entry = { producer: name, version, ...told, ...(said === undefined ? {} : { said }), ...(why === undefined ? {} : { why }) };
  remember(join(dirname(path), EXPECTED), file, entry);
  return undefined;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function remember(path: string, file: string, entry: object): void {
  const all = JSON.parse(read(path) ?? '{}') as Record<string, object>;
  const sorted = Object.entries({ ...all, [file]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  const json = JSON.stringify(Object.fromEntries(sorted), null, 2);
  writeFileSync(
    path,
    `${json.replaceAll(/\{\s+((?:"\w+": \d+,?\s+)+)\}/g, (_, inner: string) => `{ ${inner.trim().replaceAll(/\s+/g, ' ')} }`)}\n`,
  );
}

/** Output and errors as one text, in the order in which they came. */
function shell(command: string, cwd: string): { readonly status: number | null; readonly output: string } {
  const env = {
    ...process.env,
    SCRATCH: cwd,
    TZ: 'UTC',
    CI: '',
    PATH: `${cwd}/node_modules/.bin:${cwd}/venv/bin:${cwd}/bin:${dirname(process.execPath)}:${process.env['PATH']}`,
  };
  const { status, stdout } = spawnSync('bash', ['-c', `{ ${command}\n} 2>&1`], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 1_800_000,
    maxBuffer: 1 << 28,
  });
  return { status, output: stdout };
}
