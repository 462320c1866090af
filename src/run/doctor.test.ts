import { expect, it } from 'vitest';

import type { Ports } from '../ports/index.ts';
import { examine } from './doctor.ts';

// A Debian laptop: not root, sudo without a password, and no /usr/sbin on the PATH.
it('programs of the system are found off the PATH too, and what faults do as root is asked as root', async () => {
  const asked: string[] = [];
  const exec = {
    run: async ({ argv }: { argv: string[] }, { env }: { env: Record<string, string> }) => {
      asked.push(argv.join(' '));
      const found = argv[0] !== 'iptables' || env['PATH'] === '/usr/bin:/usr/sbin:/sbin';
      const outcome = found ? { ended: 'exit', code: 0 } : { ended: 'not-found', program: argv[0] };
      return { outcome, stdout: argv[0] === 'id' ? '1000\n' : 'version 1\n', stderr: '' };
    },
  } as unknown as Ports['exec'];
  const tcp = { freePort: async () => 4711 } as unknown as Ports['tcp'];
  const abilities = await examine({ exec, env: { PATH: '/usr/bin' }, tcp });
  expect(abilities.map(({ name, state, detail }) => `${name}: ${state}, ${detail}`)).toEqual([
    'root or sudo: yes, sudo without a password',
    'git: yes, version 1',
    'docker client: yes, version 1',
    'docker engine: yes, version 1',
    'docker compose: yes, version 1',
    'nsenter: yes, version 1',
    'iptables: yes, version 1',
    'tc: yes, version 1',
    'netem: yes, the kernel has sch_netem',
    'free ports: yes, for example 4711 on the loopback interface',
  ]);
  expect(asked.filter((line) => line.includes('sudo'))).toEqual([
    'sudo -n true',
    'sudo -n -- unshare --net tc qdisc add dev lo root netem delay 1ms',
  ]);
});
