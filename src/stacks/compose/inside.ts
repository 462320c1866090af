import type { StackManifest } from '../../model/manifest.ts';
import type { Inside, InsideProcess, StackContext } from '../contract.ts';
import { LIST_PROGRAMS, programsIn } from '../inside.ts';
import { inspect, listIds, succeeded } from './engine.ts';
import { dockerHostOf, readContainers, type Container } from './inspect.ts';
import { projectFromHandle } from './options.ts';

const LIST_MS = 10_000;

/** What runs in each container; programs beside it are run by `docker exec`, as the container's own user. */
export async function inside(manifest: StackManifest, { ports }: StackContext): Promise<Inside[]> {
  const project = projectFromHandle(manifest.handle, ports);
  const listed = await inspect(ports, await listIds(ports, 'container', project), project.env);
  const running = readContainers(listed, dockerHostOf(project.env)).filter(({ replica }) => replica.state === 'running');
  return Promise.all(
    running.map(async (container): Promise<Inside> => {
      const run: Inside['run'] = (argv, { env = {}, limits }) => {
        const given = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
        const call = ['docker', 'exec', ...given, container.replica.id, ...argv];
        return ports.exec.run({ type: 'argv', argv: call }, { env: project.env, ...limits });
      };
      const programs = await run(['sh', '-c', LIST_PROGRAMS, 'sh'], { limits: { timeoutMs: LIST_MS } });
      const processes = succeeded(programs) ? programsIn(programs) : await fromOutside(container, ports);
      return { service: container.service, processes, run };
    }),
  );
}

/** An image without a shell: its first process is known to this machine, if it runs here. */
async function fromOutside({ replica: { pid = 0 } }: Container, { exec, env }: StackContext['ports']): Promise<InsideProcess[]> {
  const seen = await exec.run({ type: 'argv', argv: ['readlink', `/proc/${String(pid)}/exe`] }, { env, timeoutMs: LIST_MS });
  const program = seen.stdout.trim();
  return program === '' ? [] : [{ pid: 1, program }];
}
