import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

const config = (smoke: string, automatic: boolean): string => `version: 1
stages: [{smoke: {run: "${smoke}"}}]
release: {undo: {run: "echo back > went && echo to v1", automatic: ${String(automatic)}}}
`;

async function deployed(smoke: string, automatic: boolean) {
  await using project = await inlineProject({ 'gauntlet.yml': config(smoke, automatic) });
  const { exitCode, stdout, stderr } = await project.gauntlet(['run', '--stage', 'smoke']);
  return { exitCode, said: stdout + stderr, went: await project.read('went').catch(() => '') };
}

describe('a deployment that does not pass its smoke stage', () => {
  it('goes back by itself where that is configured, and stays red', async () => {
    const { exitCode, said, went } = await deployed('false', true);
    expect({ exitCode, went }).toEqual({ exitCode: 1, went: 'back\n' });
    expect(said).toContain('gone back: to v1');
  });

  it('is told how to go back where it is not', async () => {
    const { exitCode, said, went } = await deployed('false', false);
    expect({ exitCode, went }).toEqual({ exitCode: 1, went: '' });
    expect(said).toContain('go back with `echo back > went && echo to v1`');
  });

  it('stays where it is when it passes', async () => {
    const { exitCode, said, went } = await deployed('true', true);
    expect({ exitCode, went }).toEqual({ exitCode: 0, went: '' });
    expect(said).not.toContain('back');
  });
});
