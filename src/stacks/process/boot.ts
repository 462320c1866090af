import type { Bootable, Booting, BootRequest, Boots } from '../../model/boot.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { StackContext } from '../contract.ts';
import type { ProcessOptions, ProcessService } from './options.ts';
import { commandOf, environmentsOf, folderOf, HOST, inherited, MAIN, wantedPorts } from './resolve.ts';
import { ProcessHandle, SupervisorSpec } from './spec.ts';

const LOOK_MS = 50;
const ANSWER_MS = 2_000;
const TAIL = 12;
const VISIT_MS = 30_000;

/** Starts a service once more on ports of its own. Only those that listen where they are told and answer over HTTP: others keep data. */
export async function boots(options: ProcessOptions, manifest: StackManifest, context: StackContext): Promise<Boots> {
  const handle = ProcessHandle.parse(manifest.handle);
  const spec = SupervisorSpec.parse(JSON.parse(await context.ports.files.readText(handle.specFile)));
  const ports = Object.fromEntries(spec.services.map((service) => [service.name, service.ports]));
  const environments = environmentsOf(options, { ports, runDir: context.runDir, mark: handle.mark });
  return {
    services: async () =>
      Object.entries(options.services).flatMap(([service, settings]): Bootable[] =>
        isBootable(settings) ? [{ service, env: { ...options.env, ...settings.env, PORT: String(ports[service]?.[MAIN] ?? '') } }] : [],
      ),
    start: async (request) => {
      const service = options.services[request.service];
      if (!service || !isBootable(service)) return impossible(`${request.service} cannot be started once more`);
      const own = await freshPorts(service, context);
      return start({ service, request, env: { ...environments[request.service], ...portVariables(own) }, port: own[MAIN] ?? 0, context });
    },
  };
}

function isBootable({ health, port, one_shot: oneShot }: ProcessService): boolean {
  return typeof health === 'string' && health.startsWith('/') && oneShot !== true && typeof port !== 'number';
}

interface Start {
  readonly service: ProcessService;
  readonly request: BootRequest;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly context: StackContext;
}

async function start({ service, request, env, port, context }: Start): Promise<Booting> {
  const { ports, signal, root, redact } = context;
  const stop = new AbortController();
  const began = ports.clock.monotonicMs();
  const passed = (): number => ports.clock.monotonicMs() - began;
  const url = `http://${HOST}:${String(port)}`;
  let ready: number | undefined;
  const look = async (): Promise<void> => {
    while (!stop.signal.aborted && passed() < request.withinMs) {
      if (await answers(`${url}${typeof service.health === 'string' ? service.health : ''}`, context)) {
        ready = passed();
        await request.visit?.(url).catch(() => undefined);
        break;
      }
      await ports.clock.sleep(LOOK_MS, stop.signal).catch(() => undefined);
    }
    stop.abort();
  };
  const looking = look();
  const { outcome, tail } = await ports.exec.run(commandOf(service.run), {
    cwd: folderOf(service, root),
    env: changed({ ...inherited(ports.env), ...env }, request.env),
    signal: AbortSignal.any([signal, stop.signal]),
    timeoutMs: request.withinMs + (request.visit ? VISIT_MS : 1_000),
    graceMs: 500,
    captureBytes: 20_000,
    redact,
  });
  const afterMs = ready ?? passed();
  stop.abort();
  await looking;
  const said = { afterMs, tail: tail.slice(-TAIL) };
  if (ready !== undefined) return { ended: 'ready', ...said };
  if (outcome.ended === 'not-found') return impossible(`${outcome.program}: program not found`);
  if (outcome.ended === 'exit') return { ended: 'exited', code: outcome.code, ...said };
  return signal.aborted ? impossible('interrupted') : { ended: 'silent', ...said };
}

async function answers(url: string, { ports, signal }: StackContext): Promise<boolean> {
  const answer = await ports.http.request({
    method: 'GET',
    url,
    headers: { connection: 'close' },
    timeoutMs: ANSWER_MS,
    maxBytes: 1_000,
    signal,
  });
  return answer.state === 'answered' && answer.status >= 200 && answer.status < 300;
}

function changed(env: Readonly<Record<string, string>>, changes: BootRequest['env']): Record<string, string> {
  const entries = Object.entries({ ...env, ...changes });
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

async function freshPorts(service: ProcessService, { ports }: StackContext): Promise<Record<string, number>> {
  const own: Record<string, number> = {};
  for (const label of Object.keys(wantedPorts(service))) own[label] = await ports.tcp.freePort();
  return own;
}

function portVariables(own: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(own).map(([label, port]) => [
      label === MAIN ? 'PORT' : `PORT_${label.toUpperCase().replaceAll('-', '_')}`,
      String(port),
    ]),
  );
}

function impossible(why: string): Booting {
  return { ended: 'impossible', afterMs: 0, tail: [why] };
}
