import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { startGitHub, type FakeGitHub } from '../../fakes/github/server.ts';
import { composeLeftovers } from '../actions/leftovers.ts';
import { composeSample, sample } from '../actions/samples.ts';
import { describeWithDocker } from '../support/docker.ts';
import { chatAgent } from '../support/example.ts';
import type { Project } from '../support/project.ts';
import { act, describeWithAct } from './support.ts';

// A second repository uses the action, as users do, under a real runner.
const HEAD = 'fc0e04ceacd1c2734e68c87427b5bd179e786832';

const GATE = `name: gate
on: pull_request
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: acme/gauntlet@v1
        id: gate
      - if: always()
        shell: bash
        run: echo "outputs \${{ steps.gate.outputs.verdict }} [\${{ steps.gate.outputs.blocked-by }}]"
`;

const BY_HAND = `name: gate
on: pull_request
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: acme/gauntlet/actions/stack@v1
        id: stack
      - shell: bash
        env: {TARGETS: "\${{ steps.stack.outputs.targets }}"}
        run: echo "targets $TARGETS"
      - uses: acme/gauntlet/actions/stage@v1
      - uses: acme/gauntlet/actions/judge@v1
        if: always()
      - uses: acme/gauntlet/actions/comment@v1
        if: always()
        with: {token: "\${{ secrets.GITHUB_TOKEN }}"}
`;

/** The example system as a repository of its own, on real containers. */
const EXAMPLE = `name: gate
on: pull_request
jobs:
  gate:
    runs-on: ubuntu-latest
    env: {DEFECTS: "@DEFECTS@"}
    steps:
      - uses: actions/checkout@v7
      # In place of an install from the network: the packages that are here.
      - run: ln -s '@PACKAGES@' node_modules
      - uses: acme/gauntlet@v1
        id: gate
        with: {stack: compose, stages: "@STAGES@"}
      - if: always()
        shell: bash
        run: echo "outputs \${{ steps.gate.outputs.verdict }} [\${{ steps.gate.outputs.blocked-by }}]"
`;

const STAGES = ['audit', 'unit', 'integration', 'e2e', 'performance', 'chaos'];

/** A load and limits that leave room on any machine: what they find is tried in ../loads. */
const GENTLE: readonly (readonly [from: string, to: string])[] = [
  ['visitors: {users: 80, per_minute: 15, duration: 25s,', 'visitors: {users: 20, per_minute: 15, duration: 10s,'],
  ['success_rate: 99%', 'success_rate: 90%'],
  ['messages.latency: p(99) < 2s', 'messages.latency: p(90) < 4s'],
  ['visit.3.latency: p(99) < 2s', 'visit.3.latency: p(75) < 4s'],
  ['agent.latency: p(95) < 5s', 'agent.latency: p(90) < 10s'],
];

async function makeGentle({ path, write }: Project): Promise<void> {
  let text = await readFile(join(path, 'gauntlet.yml'), 'utf8');
  for (const [from, to] of GENTLE) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  await write({ 'gauntlet.yml': text });
}

function exampleWith(defects: string, stages: string): string {
  const packages = resolve(import.meta.dirname, '../../../node_modules');
  return EXAMPLE.replace('@DEFECTS@', defects).replace('@STAGES@', stages).replace('@PACKAGES@', packages);
}

let github: FakeGitHub;
beforeEach(async () => {
  github = await startGitHub({ pulls: [{ number: 7, headSha: HEAD }] });
});
afterEach(async () => {
  if (github.violations.length > 0) throw new Error(`forbidden by GitHub's description: ${JSON.stringify(github.violations)}`);
  await github[Symbol.asyncDispose]();
});

describeWithAct('act: the root action in another repository', () => {
  it('is green for a good change and comments', async () => {
    await using project = await sample('good');
    const { exitCode, output, left } = await act(project, github, { workflow: GATE });
    expect([exitCode, output]).toEqual([0, expect.stringContaining('outputs pass []')]);
    expect(output).toContain('uploaded gauntlet-report: ');
    expect(github.state.comments).toMatchObject([{ issue: 7, body: expect.stringContaining(`head=${HEAD}`) }]);
    expect(left).toEqual([]);
  });

  it('is red for a bad change and says what blocks', async () => {
    await using project = await sample('bad');
    const { exitCode, output } = await act(project, github, { workflow: GATE });
    expect([exitCode, output]).toEqual([1, expect.stringMatching(/outputs blocked \[TST-\d\d/)]);
    expect(output).toMatch(/::error title=.*file=src\/a\.ts,line=7/);
    expect(github.state.comments).toHaveLength(1);
  });

  it('is red when the configuration is wrong', async () => {
    await using project = await sample('broken');
    const { exitCode, output } = await act(project, github, { workflow: GATE });
    expect([exitCode, output]).toEqual([1, expect.stringContaining('outputs unknown []')]);
    expect(output).toMatch(/gauntlet\.yml:\d+:\d+/);
  });
});

describeWithAct('act: the single actions in another repository', () => {
  it('bring up, run, judge, comment; the post takes the stack down', async () => {
    await using project = await sample('bad');
    const { exitCode, output, left } = await act(project, github, { workflow: BY_HAND });
    expect([exitCode, output]).toEqual([1, expect.stringMatching(/targets \{"api":"http:/)]);
    expect(output).toMatch(/Post acme\/gauntlet\/actions\/stack@v1[\s\S]*nothing left behind/);
    expect(github.state.comments).toHaveLength(1);
    expect(left).toEqual([]);
  });

  it('leave nothing behind when the job is cancelled', async () => {
    await using project = await sample('slow');
    const { exitCode, output, left } = await act(project, github, { workflow: BY_HAND, interruptAt: /unit.*(?:starts|unit tests begi)/ });
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/Post acme\/gauntlet\/actions\/stack@v1[\s\S]*nothing left behind/);
    expect(left).toEqual([]);
  });
});

describeWithDocker('act: on real containers', () => {
  describeWithAct('the root action', () => {
    it('brings Compose up, runs the stages and leaves no container or network', async () => {
      await using project = await composeSample('good');
      const { exitCode, output } = await act(project, github, { workflow: GATE });
      expect([exitCode, output]).toEqual([0, expect.stringContaining('outputs pass []')]);
      expect(output).toContain('nothing left behind');
      expect(composeLeftovers(/runs\/(\d{8}t\d+z-\w+)/.exec(output)?.[1] ?? 'no run')).toEqual([]);
      expect(github.state.comments).toHaveLength(1);
    });

    it('is green for the hardened example, all of its stages, and red for the defective one', { timeout: 900_000 }, async () => {
      await using example = await chatAgent();
      await rm(join(example.project.path, 'node_modules'));
      await makeGentle(example.project);
      const hardened = await act(example.project, github, { workflow: exampleWith('', '') });
      expect([hardened.exitCode, hardened.output]).toEqual([0, expect.stringContaining('outputs pass []')]);
      for (const stage of STAGES) expect(hardened.output).toContain(`${stage} │ completed`);
      const defective = await act(example.project, github, { workflow: exampleWith('green-despite-crash,token-budget', 'e2e') });
      expect([defective.exitCode, defective.output]).toEqual([
        1,
        expect.stringMatching(/outputs blocked \[(?:GAT-02 AGT-04|AGT-04 GAT-02)\]/),
      ]);
      expect(github.state.comments).toMatchObject([{ body: expect.stringContaining('blocked by 2 findings') }]);
      for (const { output } of [hardened, defective]) {
        expect(composeLeftovers(/runs\/(\d{8}t\d+z-\w+)/.exec(output)?.[1] ?? 'no run')).toEqual([]);
      }
    });
  });
});
