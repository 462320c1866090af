import { expect, test } from 'vitest';

import { nodePorts } from '../../ports/node/index.ts';
import { inlineProject } from '../../../tests/e2e/support/project.ts';
import { lackingEnv } from './preflight-env.ts';

const { files } = nodePorts({ env: {}, progress: { say: () => {}, update: () => {}, warn: () => {} } });

test.each([
  ['env file /app/deploy/.env.production not found: stat /app/deploy/.env.production: no such file', [], 'env-file-missing'],
  ['invalid spec: :/data: empty section between colons', ['UPLOADS'], 'variable-unset'],
  ['services.app additional properties portz not allowed', [], undefined],
])('%s', async (says, unset, what) => {
  const found = await lackingEnv({ says, unset }, { projectDirectory: '/app/deploy' }, { files });
  expect(found?.what).toBe(what);
});

test('an example that lies beside it is named', async () => {
  await using project = await inlineProject({ 'deploy/example.env': 'A=1\n', 'deploy/.env.production.sample': 'B=1\n' });
  const folder = `${project.path}/deploy`;
  const of = (says: string, unset: readonly string[]) => lackingEnv({ says, unset }, { projectDirectory: folder }, { files });
  expect((await of('env file .env.production not found: stat', []))?.fix).toContain(
    `cp ${folder}/.env.production.sample ${folder}/.env.production`,
  );
  const unset = await of('invalid spec', ['UPLOADS']);
  expect(unset?.message).toBe('the compose files are not valid without values for UPLOADS: invalid spec');
  expect(unset?.fix).toContain(`cp ${folder}/example.env ${folder}/.env`);
});
