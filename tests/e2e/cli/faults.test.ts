import { expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

// The noop carries booking, healing and evidence through the whole program: what it does to the stack is nothing.
const PROJECT = {
  'server.cjs': `require('node:http').createServer((_, response) => response.end('{}')).listen(process.env.PORT, '127.0.0.1');`,
  'gauntlet.yml': `version: 1
stack:
  process: {api: {run: node server.cjs, port: auto, health: /}}
  ready: 120s
targets: {api: {service: api, health: /}}
stages:
  - chaos: {experiments: [trial]}
experiments:
  trial: {fault: {noop: {}, for: TIME}}
`,
};

function project(time: string) {
  return inlineProject({ ...PROJECT, 'gauntlet.yml': PROJECT['gauntlet.yml'].replace('TIME', time) });
}

it('a fault is booked, carried out and healed; without proof it shows nothing, and the gate does not pass', async () => {
  await using tried = await project('50ms');
  const { exitCode, stderr, report } = await tried.gauntlet(['run']);
  expect([exitCode, (await report()).verdict.verdict]).toEqual([2, 'unknown']);
  expect(stderr).toContain('chaos │ experiment trial: do nothing');
  expect((await tried.gauntlet(['heal'])).stdout).toBe('nothing to undo\n');
});

it('nothing is left of a gate that was killed in the middle: its watchdog or heal undoes the fault, heal the stack', async () => {
  await using killed = await project('10m');
  const { exitCode } = await killed.gauntlet(['run'], {
    onOutput: (output, kill) => {
      if (output.includes('experiment trial')) kill('SIGKILL');
    },
  });
  expect(exitCode).toBeNull();
  const { stdout } = await killed.gauntlet(['heal', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([{ undone: expect.arrayContaining(['took down stack (head)']), problems: [] }]);
  const journal = await killed.read(`.gauntlet/runs/${(await killed.read('.gauntlet/latest')).trim()}/journal.ndjson`);
  const count = (type: string): number => journal.split(`"type":"${type}"`).length;
  expect(count('undone')).toBe(count('intent'));
  expect((await killed.gauntlet(['heal'])).stdout).toBe('nothing to undo\n');
});

it('heal leaves alone what a run is at work on', async () => {
  await using busy = await project('10m');
  let healed = '';
  const { exitCode } = await busy.gauntlet(['run'], {
    onOutput: (output, kill) => {
      if (healed !== '' || !output.includes('experiment trial')) return;
      healed = 'asked';
      void busy.gauntlet(['heal']).then(({ stdout, stderr }) => {
        healed = stdout + stderr;
        kill('SIGTERM');
      });
    },
  });
  expect([exitCode, healed]).toEqual([
    4,
    expect.stringMatching(/^nothing to undo\n\S+: still running \(process \d+\), so nothing of it was undone/),
  ]);
  expect((await busy.gauntlet(['heal'])).stdout).toBe('nothing to undo\n');
});

it('a stopped gate heals before it takes the stack down', async () => {
  await using stopped = await project('10m');
  let sent = false;
  const { exitCode } = await stopped.gauntlet(['run'], {
    onOutput: (output, kill) => {
      if (!sent && output.includes('experiment trial')) kill('SIGTERM');
      sent ||= output.includes('experiment trial');
    },
  });
  expect(exitCode).toBe(4);
  const id = (await stopped.read('.gauntlet/latest')).trim();
  const journal = (await stopped.read(`.gauntlet/runs/${id}/journal.ndjson`)).trim().split('\n');
  expect(journal.map((line) => JSON.parse(line) as { type: string; id: string }).map((entry) => `${entry.type} ${entry.id}`)).toEqual([
    'intent stack-head',
    'intent fault-trial',
    'undone fault-trial',
    'undone stack-head',
  ]);
});
