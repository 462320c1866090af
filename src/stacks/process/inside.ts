import type { StackManifest } from '../../model/manifest.ts';
import type { Inside, StackContext } from '../contract.ts';
import { LIST_PROGRAMS, programsIn } from '../inside.ts';
import { readState } from './observe.ts';
import { familiesOf } from './sampler.ts';
import { ProcessHandle } from './spec.ts';

const LIST_MS = 5_000;

/** The processes of each service, which are this machine's own: programs beside them are run here. */
export async function inside(manifest: StackManifest, { ports, root }: StackContext): Promise<Inside[]> {
  const { stateFile } = ProcessHandle.parse(manifest.handle);
  const running = ((await readState(stateFile, ports))?.services ?? []).flatMap(({ name, state, process }) =>
    state === 'running' && process !== undefined ? [{ name, leader: process.pid }] : [],
  );
  const families = familiesOf(
    running.map(({ leader }) => leader),
    ports.files,
  );
  return Promise.all(
    running.map(async ({ name, leader }): Promise<Inside> => {
      const pids = (families.get(leader) ?? []).map(String);
      const run: Inside['run'] = (argv, options) =>
        ports.exec.run({ type: 'argv', argv: [...argv] }, { cwd: root, env: { ...ports.env, ...options.env }, ...options.limits });
      const listed = await run(['sh', '-c', LIST_PROGRAMS, 'sh', ...pids], { limits: { timeoutMs: LIST_MS } });
      return { service: name, processes: programsIn(listed), run };
    }),
  );
}
