import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Evidence, ofKind, type FaultEvidence } from '../../../../src/model/evidence.ts';
import { inlineProject } from '../../support/project.ts';

/** What a service wrote down of itself. Milliseconds since the epoch. */
export interface Told {
  readonly event: 'died' | 'frozen' | 'thawed' | 'up' | 'kept' | 'lost' | 'doubled' | 'quiet' | 'refused';
  readonly at: number;
  readonly detail: string;
}

export interface Outages {
  readonly evidence: readonly FaultEvidence[];
  /** By service. */
  readonly told: Readonly<Record<string, readonly Told[]>>;
  /** Ids that are on the disk of a service, as often as they are. */
  readonly stored: Readonly<Record<string, readonly string[]>>;
  /** What the run printed. */
  readonly stderr: string;
}

export interface Service {
  /** How long it serves nobody after its death, and after it was frozen. */
  readonly downMs: number;
  /** How long writes are in memory alone. */
  readonly bufferMs?: number;
  /** While this service is away, writes go wrong. */
  readonly victim?: string;
}

type Named<Value> = Readonly<Record<string, Value>>;

const SOURCE = resolve(import.meta.dirname, '../outages');
const PORT = 8080;

/** Runs experiments on services of known outage behaviour (`outages/main.go`): journeys `ask-<name>`, `write-<name>` and `read-<name>`. */
export async function outages(
  stack: 'process' | 'compose',
  { services, experiments }: { readonly services: Named<Service>; readonly experiments: Named<unknown> },
): Promise<Outages> {
  const image = `gauntlet-outages:${randomBytes(4).toString('hex')}`;
  const config = { ...configOf(stack, services), stages: [{ chaos: { experiments: Object.keys(experiments) } }], experiments };
  await using project = await inlineProject({
    'gauntlet.yml': JSON.stringify(config),
    ...(stack === 'compose' ? { 'compose.yaml': JSON.stringify(composeOf(image, services)) } : {}),
    'image/Dockerfile': 'FROM scratch\nCOPY outages /outages\nENTRYPOINT ["/outages"]\n',
  });
  const place = (...parts: string[]): string => join(project.path, 'reports/truth', ...parts);
  for (const name of Object.keys(services)) {
    mkdirSync(place(name), { recursive: true });
    chmodSync(place(name), 0o777);
  }
  buildOutages(join(project.path, 'image/outages'));
  copyFileSync(join(project.path, 'image/outages'), join(project.path, 'reports/outages'));
  const docker = (...args: string[]) => execFileSync('docker', args, { env: { ...process.env, DOCKER_BUILDKIT: '0' }, stdio: 'pipe' });
  if (stack === 'compose') docker('build', '-q', '-t', image, join(project.path, 'image'));
  try {
    const { stderr } = await project.gauntlet(['run']);
    const evidence = evidenceOf(project.path);
    if (evidence.length === 0) throw new Error(stderr);
    return {
      evidence,
      stderr,
      told: mapped(services, (name) => linesOf(place(name, 'truth.ndjson')).map((line) => JSON.parse(line) as Told)),
      stored: mapped(services, (name) => linesOf(place(name, 'data.txt'))),
    };
  } finally {
    if (stack === 'compose') docker('image', 'rm', '-f', image);
  }
}

/** How far the experiment is from the truth about a recovery. */
export interface Recovered {
  /** From the death, or from the thaw, until the service served again, by its own words. */
  readonly trueMs: number;
  /** What the experiment says. */
  readonly measuredMs: number;
  readonly intervalMs: number;
  /** How long the act or the heal took. */
  readonly blurMs: number;
  readonly detectMs: number;
  /** Share of the walks while it lasted that were answered well, and what it was in truth. */
  readonly available: number;
  readonly trueAvailable: number;
}

/** @throws Error when the experiment did not see a recovery, or the service tells of none. */
export function recoveredIn(
  { evidence, told, stderr }: Outages,
  { name, service }: { readonly name: string; readonly service: string },
): Recovered {
  const piece = evidence.find(({ experiment }) => experiment === name);
  const observed = piece?.observed;
  const journey = observed?.journeys.find((one) => one.journey === `ask-${service}` || one.journey === `write-${service}`);
  if (piece === undefined || observed === undefined || journey?.recovery.state !== 'recovered')
    throw new Error(
      `${name}: ${JSON.stringify({ proof: piece?.proof, steady: observed?.steady, recovery: journey?.recovery })}\n${stderr}`,
    );
  const began = Date.parse(piece.window.from);
  const kind = observed.lasts === 'moment' ? 'died' : 'thawed';
  // A moment is known to the beat of the service, and a process may die a little before the clock of the gate is read.
  const from = told[service]?.find(({ event, at }) => event === kind && at > began + observed.injectMs - 100);
  const up = told[service]?.find(({ event, at }) => event === 'up' && at > (from?.at ?? Infinity));
  if (from === undefined || up === undefined)
    throw new Error(`${name}: ${JSON.stringify(told[service]?.filter(({ event }) => event !== 'kept'))}`);
  const ended = observed.lasts === 'moment' ? observed.injectMs + journey.recovery.afterMs : observed.healedMs;
  const { during } = journey;
  return {
    trueMs: up.at - from.at,
    measuredMs: journey.recovery.afterMs,
    intervalMs: journey.intervalMs,
    blurMs: journey.recovery.blurMs ?? 0,
    detectMs: journey.detectMs ?? Number.NaN,
    available: ((during.answers.ok ?? 0) + (during.answers.slow ?? 0)) / during.walks,
    trueAvailable: Math.max(0, began + ended - up.at) / (ended - observed.injectMs),
  };
}

function configOf(stack: 'process' | 'compose', services: Named<Service>): object {
  const truth = (name: string): string => `reports/truth/${name}`;
  const processes = mapped(services, (name, service) => ({
    run: ['reports/outages'],
    port: 'auto',
    restart: 'always',
    start_period: '120s',
    env: environmentOf(truth, name, service),
  }));
  const walk = (step: object): object => ({ steps: [{ ...step, expect: { status: 200 } }] });
  return {
    version: 1,
    stack: stack === 'process' ? { use: 'process', ready: '120s', process: processes } : { compose: 'compose.yaml', ready: '120s' },
    targets: mapped(services, (name) => ({ service: name, health: '/', ...(stack === 'compose' ? { port: PORT } : {}) })),
    journeys: Object.fromEntries(
      Object.keys(services).flatMap((name) => [
        [`ask-${name}`, walk({ get: `{{${name}}}/` })],
        [`write-${name}`, walk({ post: `{{${name}}}/things/{{nonce}}` })],
        [`read-${name}`, walk({ get: `{{${name}}}/things/{{nonce}}` })],
      ]),
    ),
  };
}

function composeOf(image: string, services: Named<Service>): object {
  return {
    services: mapped(services, (name, service) => ({
      image,
      pull_policy: 'never',
      restart: 'always',
      stop_signal: 'SIGKILL',
      ports: [`127.0.0.1::${PORT}`],
      volumes: ['./reports/truth:/truth'],
      environment: { PORT: String(PORT), ...environmentOf((other) => `/truth/${other}`, name, service) },
    })),
  };
}

function environmentOf(truth: (name: string) => string, name: string, { downMs, bufferMs = 0, victim }: Service): Named<string> {
  return {
    TRUTH: truth(name),
    DOWN_MS: String(downMs),
    BUFFER_MS: String(bufferMs),
    ...(victim === undefined ? {} : { VICTIM: `${truth(victim)}/beat` }),
  };
}

/** The service as one static program. */
export function buildOutages(to: string): void {
  execFileSync('go', ['build', '-o', to, '.'], { cwd: SOURCE, env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' } });
}

function evidenceOf(path: string): FaultEvidence[] {
  const run = join(path, '.gauntlet/runs', readFileSync(join(path, '.gauntlet/latest'), 'utf8').trim());
  const folder = join(run, 'evidence/chaos');
  const all = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return ofKind(
    all.map((file) => Evidence.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))),
    'fault',
  );
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function mapped<From, To>(all: Named<From>, by: (name: string, value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, by(name, value)]));
}
