import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { openFaults } from '../../../src/run/faults.ts';
import { inlineProject, type Project } from '../support/project.ts';
import { journalOf, killedOnce } from './support/killed.ts';

// Experiments of the Chaos Toolkit on a service that is away while a file is there. They were written after its published schema.

const SERVICE = `
const { createServer } = require('node:http');
const { existsSync } = require('node:fs');
createServer((request, response) => {
  const away = existsSync('reports/away');
  response.writeHead(away ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ state: away ? 'away' : 'well' }));
}).listen(process.env.PORT, '127.0.0.1');
`;

function toolkit(file: string, { lastsS }: { readonly lastsS: number } = { lastsS: 1 }): string {
  const url = { type: 'env', key: 'GAUNTLET_TARGET_API_URL' };
  const probe = (name: string, tolerance: unknown) => ({ type: 'probe', name, tolerance, provider: { type: 'http', url: '${url}/' } });
  const act = (name: string, path: string, args: unknown) => ({
    type: 'action',
    name,
    provider: { type: 'process', path, arguments: args },
  });
  return JSON.stringify({
    title: 'the service is well whatever happens',
    configuration: { url },
    'steady-state-hypothesis': {
      title: 'well',
      probes: [probe('answers', 200), probe('says so', { type: 'jsonpath', path: '$.state', expect: 'well' })],
    },
    method: [{ ...act('take it away', 'touch', [file]), pauses: { after: lastsS } }],
    rollbacks: [act('bring it back', 'rm', `-f ${file}`), act('say so', 'touch', 'reports/rolled-back')],
  });
}

/** A project with the service and these files, whose experiments are those of `chaos/`. */
function projectOf(files: Readonly<Record<string, string>>, experiments: Readonly<Record<string, object>>): Promise<Project> {
  return inlineProject({
    'service.js': SERVICE,
    ...files,
    'reports/.keep': '',
    'gauntlet.yml': JSON.stringify({
      version: 1,
      stack: { use: 'process', process: { api: { run: 'node service.js', port: 'auto', health: '/', restart: 'always' } } },
      targets: { api: { service: 'api', health: '/' } },
      journeys: { ask: { steps: [{ get: '{{api}}/', expect: { status: 200 } }] } },
      stages: [{ chaos: { experiments: Object.keys(experiments), recovery_time: '< 30s' } }],
      experiments,
    }),
  });
}

const PYTHON = `title: needs Python
method:
  - type: action
    name: kill pods
    provider: {type: python, module: chaosk8s.pod.actions, func: terminate_pods}
`;

test('they run as they are: what deviates is found, rollbacks are always run, Python is refused by name and line', async () => {
  const experiments = {
    deviates: { chaostoolkit: 'chaos/deviates.json' },
    holds: { chaostoolkit: 'chaos/holds.json' },
    pods: { chaostoolkit: 'chaos/pods.yaml' },
  };
  const files = {
    'chaos/deviates.json': toolkit('reports/away'),
    'chaos/holds.json': toolkit('reports/elsewhere'),
    'chaos/pods.yaml': PYTHON,
  };
  await using project = await projectOf(files, experiments);
  const { report, stderr } = await project.gauntlet(['run']);
  const { findings, verdict } = await report();
  const titles = findings.map(({ code, title }) => `${code} ${title}`);
  expect(titles, stderr).toContain('RES-13 the steady state of deviates deviates after its method');
  expect(titles.filter((title) => title.includes('holds'))).toEqual([]);
  expect(JSON.stringify(findings)).toContain('chaos/pods.yaml:3: kill pods has a provider of the type python');
  // One was refused, so nobody can say that all is well.
  expect(verdict.verdict).toBe('unknown');
  expect([existsSync(join(project.path, 'reports/away')), existsSync(join(project.path, 'reports/rolled-back'))]).toEqual([false, true]);
});

test('a gate that is killed in the middle of a method: the watchdog runs its rollbacks', async () => {
  const experiments = { taken: { chaostoolkit: 'chaos/taken.json' } };
  await using project = await projectOf({ 'chaos/taken.json': toolkit('reports/away', { lastsS: 120 }) }, experiments);
  await project.gauntlet(['up']);
  const run = join(project.path, '.gauntlet/runs', readdirSync(join(project.path, '.gauntlet/runs'))[0] ?? '');
  const there = (file: string): boolean => existsSync(join(project.path, 'reports', file));
  try {
    await killedOnce(project.path, { run, when: () => there('away') });
    await expect.poll(() => openFaults(journalOf(run)), { timeout: 60_000 }).toEqual([]);
    expect([there('away'), there('rolled-back')]).toEqual([false, true]);
    expect(journalOf(run).filter(({ type }) => type === 'undone')).toMatchObject([{ outcome: 'healed' }]);
  } finally {
    await project.gauntlet(['down', '--run', 'latest']);
  }
});
