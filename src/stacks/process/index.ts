import { randomBytes } from 'node:crypto';

import type { Json } from '../../lib/json.ts';
import { seal } from '../../lib/seal.ts';
import { GauntletError } from '../../model/errors.ts';
import type { StackManifest } from '../../model/manifest.ts';
import { defineStack, type StackContext, type UpResult } from '../contract.ts';
import { boots } from './boot.ts';
import { takeDown } from './down.ts';
import { identify } from './identity.ts';
import { inside } from './inside.ts';
import { copyLogs } from './logs.ts';
import { observe, readState } from './observe.ts';
import { ProcessOptions } from './options.ts';
import { preflight } from './preflight.ts';
import { prints } from './prints.ts';
import { assignPorts, dataOf, environmentsOf, placesOf, specOf, templatesOf } from './resolve.ts';
import { sampler } from './sampler.ts';
import { MARKER, OWNER_PID, ProcessHandle, SERVICE_ENV, SupervisorSpec, type Identity } from './spec.ts';
import { resolveTargets } from './targets.ts';
import { watchState } from './watch.ts';

const processStack = defineStack<ProcessOptions>({
  kind: 'process',
  summary: 'local processes, kept by a detached supervisor, for machines without Docker',
  options: ProcessOptions,
  preflight,
  up,
  look,
  watch: (manifest, { ports, signal }) => watchState(ProcessHandle.parse(manifest.handle).stateFile, ports, signal),
  sampler,
  inside,
  boots,
  prints,
  logs: async (manifest, context) => {
    const state = await readState(ProcessHandle.parse(manifest.handle).stateFile, context.ports);
    return state === undefined ? [] : copyLogs(state, context);
  },
  halt: async (handle, { ports, signal }) => {
    const left = await takeDown(ProcessHandle.parse(handle), ports, signal);
    if (left.length > 0) throw new GauntletError(`${left.join(', ')} could not be ended`, { kind: 'stack', hint: 'end it by hand' });
  },
  down: (handle, { ports, signal }) => takeDown(ProcessHandle.parse(handle), ports, signal),
});

export { processStack as process };

async function up(options: ProcessOptions, context: StackContext): Promise<UpResult> {
  const { ports, root, signal, instance } = context;
  const places = placesOf(context);
  const mark = `${context.runId}-${instance}-${randomBytes(6).toString('hex')}`;
  const portMap = await assignPorts(options, ports);
  const spec = specOf(options, context, { ports: portMap, mark, owner: await ownerOf(context) });
  const given = { ports: portMap, runDir: dataOf(context), mark };
  // Every value is looked at now: a supervisor could only fail later.
  environmentsOf(options, given);
  const environments = templatesOf(options, given);
  await ports.files.remove(places.stateFile);
  // On disk secrets are named; the supervisor has the same environment.
  await ports.files.write(places.specFile, JSON.stringify(seal(JSON.parse(JSON.stringify(spec)) as Json, ports.env)));
  const handle: ProcessHandle = { specFile: places.specFile, stateFile: places.stateFile, mark };
  await context.book(plain(handle));
  signal.throwIfAborted();
  const { pid } = await ports.exec.detach(
    { type: 'argv', argv: [...ports.self, 'supervise', places.specFile] },
    { cwd: root, env: { ...ports.env, [SERVICE_ENV]: JSON.stringify(environments), [MARKER]: mark }, logFile: places.supervisorLog },
  );
  const supervisor = (await identify(ports, pid)) ?? { pid, startedAt: '' };
  return result({ spec, handle: { ...handle, supervisor } }, context, { readyMs: context.readyMs });
}

async function look(manifest: StackManifest, context: StackContext): Promise<UpResult> {
  const handle = ProcessHandle.parse(manifest.handle);
  const spec = SupervisorSpec.parse(JSON.parse(await context.ports.files.readText(handle.specFile)));
  return result({ spec, handle }, context, { readyMs: 0, ignoreEarlierRestarts: true });
}

async function result(
  { spec, handle }: { spec: SupervisorSpec; handle: ProcessHandle },
  context: StackContext,
  options: { readyMs: number; ignoreEarlierRestarts?: boolean },
): Promise<UpResult> {
  const { ports, signal, redact, instance, runId } = context;
  const targets = resolveTargets(context.targets, spec);
  const { supervisorLog } = placesOf(context);
  const { readiness, services } = await observe(
    { ports, spec, targets, supervisor: handle.supervisor, supervisorLog, signal, redact },
    options,
  );
  return {
    manifest: {
      schema: 'gauntlet.stack/1',
      kind: 'process',
      instance,
      project: `${runId}-${instance}`,
      services: [...services],
      targets,
      handle: plain(handle),
    },
    readiness,
  };
}

/** As JSON: without a key for what is not known. */
function plain({ specFile, stateFile, mark, supervisor }: ProcessHandle): StackManifest['handle'] {
  return { specFile, stateFile, mark, ...(supervisor === undefined ? {} : { supervisor }) };
}

/** The process that the stack must not outlive, when the entry named one. */
async function ownerOf({ ports }: Pick<StackContext, 'ports'>): Promise<Identity | undefined> {
  const named = ports.env[OWNER_PID];
  if (named === undefined) return undefined;
  const owner = await identify(ports, Number(named));
  if (owner !== undefined) return owner;
  throw new GauntletError(`${OWNER_PID}=${named} is no living process`, {
    kind: 'internal',
    hint: `unset ${OWNER_PID}: only the gate's own entry sets it`,
  });
}
