import type { Json } from '../../lib/json.ts';
import { errorMessage } from '../../model/errors.ts';
import type { HealContext } from '../contract.ts';
import type { Activity, HttpProvider, ProcessProvider, Toolkit } from './read.ts';
import { isTolerated, type Output } from './tolerance.ts';

/** Milliseconds of an activity that names no time of its own. */
export const ACTIVITY_MS = 30_000;

/** One activity in the journal, with the Toolkit's own words. */
export interface Ran {
  readonly activity: string;
  readonly type: Activity['type'];
  readonly status: 'succeeded' | 'failed';
  readonly tolerance_met?: boolean;
  readonly output: Json;
  readonly start: string;
  readonly end: string;
}

export interface Running extends HealContext {
  readonly root?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

type Scope = Pick<Toolkit, 'configuration' | 'secrets'>;

/** Runs activities one after the other, those in the background beside the next ones. Never throws for what an activity does. */
export async function runActivities(activities: readonly Activity[], scope: Scope, context: Running): Promise<Ran[]> {
  const running: Promise<Ran>[] = [];
  for (const activity of activities) {
    const ran = runOne(activity, scope, context);
    running.push(ran);
    if (!activity.background) await ran;
  }
  return Promise.all(running);
}

/** Whether what it did went as it was meant: an exit code of 0, a status below 400. */
export function wentWell({ status, output }: Ran): boolean {
  const said = output === null || typeof output !== 'object' || Array.isArray(output) ? undefined : output['status'];
  return status === 'succeeded' && typeof said === 'number' && (said === 0 || (said >= 100 && said < 400));
}

async function runOne(activity: Activity, scope: Scope, context: Running): Promise<Ran> {
  const { ports, signal } = context;
  const { name, type, provider, pauses, tolerance } = activity;
  await ports.clock.sleep(pauses.before * 1_000, signal);
  const start = ports.clock.now();
  const fill = filler(scope, context.env);
  const common = { activity: name, type, start };
  let ran: Ran;
  try {
    const output = provider.type === 'http' ? await ask(provider, fill, context) : await runProcess(provider, fill, context);
    const met = tolerance === undefined ? undefined : isTolerated(tolerance, output);
    ran = {
      ...common,
      status: 'succeeded',
      ...(met === undefined ? {} : { tolerance_met: met }),
      output: { status: output['status'] ?? null },
      end: ports.clock.now(),
    };
  } catch (error) {
    ran = {
      ...common,
      status: 'failed',
      ...(tolerance === undefined ? {} : { tolerance_met: false }),
      output: errorMessage(error),
      end: ports.clock.now(),
    };
  }
  await ports.clock.sleep(pauses.after * 1_000, signal);
  return ran;
}

type Fill = (text: string) => string;

async function ask(provider: HttpProvider, fill: Fill, { ports, signal }: Running): Promise<Output> {
  const method = provider.method.toUpperCase();
  const url = new URL(fill(provider.url));
  const inUrl = method === 'GET' || method === 'HEAD';
  const given = provider.arguments === undefined ? undefined : (JSON.parse(fill(JSON.stringify(provider.arguments))) as Json);
  if (inUrl && given !== null && typeof given === 'object')
    for (const [key, value] of Object.entries(given)) url.searchParams.set(key, wordOf(value));
  const answer = await ports.http.request({
    method,
    url: url.href,
    headers: {
      ...(inUrl || given === undefined ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(Object.entries(provider.headers).map(([key, value]) => [key, fill(String(value))])),
    },
    ...(inUrl || given === undefined ? {} : { body: wordOf(given) }),
    timeoutMs: timeoutOf(provider),
    signal,
  });
  if (answer.state === 'failed') throw new Error(`${answer.reason}: ${answer.message}`);
  return { status: answer.status, headers: { ...answer.headers }, body: new TextDecoder().decode(answer.body) };
}

async function runProcess(provider: ProcessProvider, fill: Fill, { ports, signal, root, env }: Running): Promise<Output> {
  const argv: [string, ...string[]] = [fill(provider.path), ...wordsOf(provider.arguments).map((word) => fill(word))];
  const { outcome, stdout, stderr } = await ports.exec.run(
    { type: 'argv', argv },
    { cwd: root, env, timeoutMs: timeoutOf(provider), signal },
  );
  if (outcome.ended !== 'exit') throw new Error(`${argv[0]} ended with ${JSON.stringify(outcome)}`);
  return { status: outcome.code, stdout, stderr };
}

/** A line is split at its blanks, quotes kept together; of a map, names come before their values. */
function wordsOf(given: Json | undefined): string[] {
  if (given === undefined || given === null) return [];
  if (typeof given === 'string') return [...given.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  if (Array.isArray(given)) return given.map(wordOf);
  if (typeof given !== 'object') return [wordOf(given)];
  return Object.entries(given).flatMap(([key, value]) => (value === null || value === '' ? [key] : [key, wordOf(value)]));
}

export function timeoutOf({ timeout }: Pick<HttpProvider, 'timeout'>): number {
  const seconds = Array.isArray(timeout) ? timeout.reduce((sum, one) => sum + one, 0) : timeout;
  return seconds === undefined ? ACTIVITY_MS : seconds * 1_000;
}

/** Puts values in the place of `${name}`: of the configuration, of secrets, each perhaps of the environment. @throws Error for a name that nothing has. */
function filler({ configuration, secrets }: Scope, env: Readonly<Record<string, string | undefined>>): Fill {
  const all: Record<string, Json> = { ...configuration };
  for (const values of Object.values(secrets)) Object.assign(all, values);
  return (text) =>
    text.replaceAll(/\$\{([\w.-]+)\}/g, (_, name: string) => {
      const value = valueOf(all[name], env);
      if (value === undefined) throw new Error(`nothing says what \${${name}} is`);
      return value;
    });
}

function valueOf(given: Json | undefined, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) return wordOf(given);
  if (given['type'] !== 'env' || typeof given['key'] !== 'string') return undefined;
  const fallback = given['default'];
  return env[given['key']] ?? (fallback === undefined ? undefined : wordOf(fallback));
}

function wordOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
