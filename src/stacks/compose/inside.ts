import type { StackManifest } from '../../model/manifest.ts';
import type { Inside, InsideProcess, StackContext } from '../contract.ts';
import { hiddenUsersIn, LIST_PROGRAMS, programsIn } from '../inside.ts';
import { inspect, listIds, succeeded } from './engine.ts';
import { dockerHostOf, readContainers, type Container } from './inspect.ts';
import { projectFromHandle } from './options.ts';

const LIST_MS = 10_000;

/** What runs in each container; programs beside it are run by `docker exec`, as whoever may look into it. */
export async function inside(manifest: StackManifest, { ports }: StackContext): Promise<Inside[]> {
  const project = projectFromHandle(manifest.handle, ports);
  const listed = await inspect(ports, await listIds(ports, 'container', project), project.env);
  const running = readContainers(listed, dockerHostOf(project.env)).filter(({ replica }) => replica.state === 'running');
  const all = running.map(async (container): Promise<Inside[]> => {
    const { service } = container;
    const own = runner(container, { ports, env: project.env });
    const programs = await list(own);
    if (!succeeded(programs)) return [{ service, processes: await fromOutside(container, ports), run: own }];
    // An image that starts as root and gives that up, as with gosu or su-exec.
    const others = hiddenUsersIn(programs).map(async (user): Promise<Inside> => {
      const run = runner(container, { ports, env: project.env, user });
      return { service, processes: programsIn(await list(run)), run };
    });
    return [{ service, processes: programsIn(programs), run: own }, ...(await Promise.all(others))];
  });
  return (await Promise.all(all)).flat();
}

interface Running {
  readonly ports: StackContext['ports'];
  readonly env: Readonly<Record<string, string>>;
  /** `uid:gid`; the container's own user without it. */
  readonly user?: string;
}

function runner({ replica }: Container, { ports, env: outside, user }: Running): Inside['run'] {
  return (argv, { env = {}, limits }) => {
    const given = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const call = ['docker', 'exec', ...(user === undefined ? [] : ['--user', user]), ...given, replica.id, ...argv];
    return ports.exec.run({ type: 'argv', argv: call }, { env: outside, ...limits });
  };
}

function list(run: Inside['run']): ReturnType<Inside['run']> {
  return run(['sh', '-c', LIST_PROGRAMS, 'sh'], { limits: { timeoutMs: LIST_MS } });
}

/** An image without a shell: its first process is known to this machine, if it runs here. */
async function fromOutside({ replica: { pid = 0 } }: Container, { exec, env }: StackContext['ports']): Promise<InsideProcess[]> {
  const seen = await exec.run({ type: 'argv', argv: ['readlink', `/proc/${String(pid)}/exe`] }, { env, timeoutMs: LIST_MS });
  const program = seen.stdout.trim();
  return program === '' ? [] : [{ pid: 1, program }];
}
