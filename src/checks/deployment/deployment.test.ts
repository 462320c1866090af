import { describe, expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';
import { startGitHub, type GitHubOptions } from '../../../tests/fakes/github/server.ts';

const GATE = 'steps: [{uses: actions/checkout@v7}, {uses: acme/gauntlet@v1}]';
const RELEASE = (jobs: string, on = "push: {tags: ['v*']}"): Record<string, string> => ({
  '.github/workflows/release.yml': `name: release\non: {${on}}\njobs:\n${jobs}`,
});
const PULLS = { '.github/workflows/gate.yml': `name: gate\non: pull_request\njobs:\n  gate: {${GATE}}\n` };

describe('REL-03: a failure blocks what goes out', () => {
  test.each([
    ['does not need the gate', `  gate: {${GATE}}\n  deploy: {steps: [{run: ./deploy.sh}]}\n`],
    ['needs it, and runs always', `  gate: {${GATE}}\n  deploy: {needs: gate, if: always(), steps: [{run: ./deploy.sh}]}\n`],
    [
      'needs a gate whose step never fails',
      `  gate: {steps: [{uses: acme/gauntlet@v1, continue-on-error: true}]}\n  deploy: {needs: [gate], steps: [{run: ./deploy.sh}]}\n`,
    ],
    [
      'needs a gate job that never fails',
      `  gate: {continue-on-error: true, ${GATE}}\n  deploy: {needs: [gate], steps: [{run: ./d.sh}]}\n`,
    ],
    [
      'needs a command whose exit code is thrown away',
      `  gate: {steps: [{run: npx gauntlet run || true}]}\n  deploy: {needs: [gate], steps: [{run: ./d.sh}]}\n`,
    ],
    [
      'needs a command in a pipe',
      `  gate: {steps: [{run: 'gauntlet run | tee log'}]}\n  deploy: {needs: [gate], steps: [{run: ./d.sh}]}\n`,
    ],
  ])('a job that deploys %s', async (_, jobs) => {
    const { found } = await audit('REL-03', RELEASE(jobs));
    expect(found).toContain('P1 .github/workflows/release.yml: deploy');
  });

  test.each([
    ['needs the gate', `  gate: {${GATE}}\n  deploy: {needs: gate, steps: [{run: ./deploy.sh}]}\n`],
    ['needs it through another job', `  gate: {${GATE}}\n  build: {needs: gate}\n  deploy: {needs: build, environment: production}\n`],
    ['asks how it ended', `  gate: {${GATE}}\n  deploy: {needs: gate, if: "always() && needs.gate.result == 'success'"}\n`],
    ['asks the release gate first', `  deploy: {steps: [{uses: acme/gauntlet/actions/release@v1}, {run: ./deploy.sh}]}\n`],
    ['goes through a pipe that fails', `  deploy: {steps: [{run: 'set -o pipefail; gauntlet release | tee log'}, {run: ./d.sh}]}\n`],
  ])('a job that deploys and %s is silent', async (_, jobs) => {
    const { state, found, results } = await audit('REL-03', RELEASE(jobs));
    expect({ state, found }).toEqual({ state: 'collected', found: [] });
    expect(results[0]).toMatchObject({ subject: '.github/workflows/release.yml: deploy', result: { verdict: 'refuted' } });
  });

  test('the end of a workflow also comes when that failed', async () => {
    const follow = (condition: string) => ({
      ...PULLS,
      '.github/workflows/deploy.yml': `on: {workflow_run: {workflows: [gate], types: [completed]}}\njobs:\n  deploy: {${condition}steps: [{run: ./deploy.sh}]}\n`,
    });
    expect((await audit('REL-03', follow(''))).found).toEqual(['P1 .github/workflows/deploy.yml: deploy']);
    expect((await audit('REL-03', follow("if: github.event.workflow_run.conclusion == 'success', "))).found).toEqual([]);
  });

  test('a called workflow is looked at where it is called, and a preview, staging and a page are no deployment', async () => {
    const called = {
      '.github/workflows/deploy.yml': 'on: workflow_call\njobs:\n  deploy: {environment: production, steps: [{run: ./deploy.sh}]}\n',
      ...RELEASE(`  gate: {${GATE}}\n  go: {uses: ./.github/workflows/deploy.yml}\n`),
    };
    expect((await audit('REL-03', called)).found).toEqual(['P1 .github/workflows/release.yml: go']);
    const others = RELEASE(
      `  gate: {${GATE}}\n  deploy-preview: {}\n  deploy: {environment: staging}\n  pages: {environment: github-pages}\n  rollback: {if: failure(), environment: production}\n`,
    );
    expect((await audit('REL-03', others)).found).toEqual([]);
  });

  test('what somebody starts by hand weighs less; without a gate in the workflows nothing is said, unless it is asked', async () => {
    const hand = { ...PULLS, ...RELEASE('  deploy: {steps: [{run: ./deploy.sh}]}\n', 'workflow_dispatch: {}') };
    expect((await audit('REL-03', hand)).found).toEqual(['P2 .github/workflows/release.yml: deploy']);
    const none = RELEASE('  deploy: {}\n');
    expect(await audit('REL-03', none)).toMatchObject({ state: 'not-applicable' });
    expect(await audit('REL-03', none, undefined, { options: {} })).toMatchObject({ state: 'gap' });
  });
});

describe('REL-03: what the branch requires', () => {
  const requires = (...contexts: string[]) => ({
    main: [
      {
        type: 'required_status_checks',
        parameters: { strict_required_status_checks_policy: false, required_status_checks: contexts.map((context) => ({ context })) },
      },
    ],
  });
  async function asked(options: GitHubOptions, files: Record<string, string> = PULLS, about: object = {}) {
    await using github = await startGitHub(options);
    const told = await audit('REL-03', files, undefined, { env: github.env(), options: {}, ...about });
    expect(github.violations).toEqual([]);
    return told.results.map(({ subject, result, measured }) => [subject, result.verdict, measured]);
  }

  test('a ruleset or a protection that requires the gate is silent', async () => {
    expect(await asked({ rules: requires('gate') })).toEqual([['the required check', 'refuted', 'requires gate']]);
    expect(await asked({ protections: { main: { contexts: ['gate'] } } })).toEqual([['the required check', 'refuted', 'requires gate']]);
  });

  test('a branch that requires nothing, or something else, is found', async () => {
    expect(await asked({})).toEqual([['the required check', 'confirmed', 'no required check']]);
    expect(await asked({ rules: requires('lint') })).toEqual([['the required check', 'confirmed', 'requires lint']]);
  });

  test('a required check that is skipped when another job fails counts as passed', async () => {
    const files = (condition: string) => ({
      '.github/workflows/gate.yml': `on: pull_request\njobs:\n  build: {steps: [{run: make}]}\n  gate: {needs: build, ${condition}${GATE}}\n`,
    });
    expect(await asked({ rules: requires('gate') }, files(''))).toEqual([
      ['the required check', 'confirmed', 'requires gate, which is skipped when build fails'],
    ]);
    expect(await asked({ rules: requires('gate', 'build') }, files(''))).toEqual([['the required check', 'refuted', 'requires gate']]);
    expect(await asked({ rules: requires('gate') }, files('if: always(), '))).toEqual([['the required check', 'refuted', 'requires gate']]);
  });

  test('what is pushed to a branch that requires the gate is held; an environment is, when it waits for somebody', async () => {
    const files = (on: string) => ({ ...PULLS, ...RELEASE('  deploy: {environment: production}\n', on) });
    const deploy = '.github/workflows/release.yml: deploy';
    const push = 'push: {branches: [main]}';
    expect((await asked({ rules: requires('gate') }, files(push)))[0]).toEqual([deploy, 'refuted', 'main takes no change without gate']);
    expect((await asked({}, files(push)))[0]?.slice(0, 2)).toEqual([deploy, 'confirmed']);
    const tags = "push: {tags: ['v*']}";
    expect((await asked({ environments: { production: ['required_reviewers'] } }, files(tags)))[0]?.slice(0, 2)).toEqual([
      deploy,
      'refuted',
    ]);
    expect((await asked({ environments: { production: ['wait_timer'] } }, files(tags)))[0]?.slice(0, 2)).toEqual([deploy, 'confirmed']);
  });

  test('what a token may not read is not known, and no pass where the row is asked for', async () => {
    const refused = { rules: requires('gate'), token: 'right' };
    expect(await asked(refused, PULLS, { env: {} })).toEqual([['the required check', 'inconclusive', 'not known']]);
    await using github = await startGitHub(refused);
    github.failNext(1, { status: 403, when: ({ path }) => path.includes('/rules/') });
    const { results } = await audit('REL-03', PULLS, undefined, { env: github.env(), options: {} });
    expect(results).toMatchObject([{ result: { verdict: 'inconclusive', because: expect.stringContaining('answered 403') as string } }]);
    expect((await audit('REL-03', PULLS)).results).toMatchObject([{ result: { verdict: 'not_applicable' } }]);
  });
});

describe('REL-10: a way for an urgent fix', () => {
  const DEPLOY = RELEASE('  deploy: {steps: [{run: ./deploy.sh}]}\n');

  test('a repository that deploys and says nothing of hotfixes is found, and one whose section is empty', async () => {
    expect((await audit('REL-10', { ...DEPLOY, 'README.md': '# Shop\nhow it works\n' })).found).toEqual(['P3 hotfix']);
    expect((await audit('REL-10', { ...DEPLOY, 'docs/release.md': '# Release\n## Hotfix\nTODO\n## More\ntext\n' })).found).toEqual([
      'P3 hotfix',
    ]);
  });

  test.each([
    ['a section', { 'docs/runbook.md': '# Runbook\n## Hotfixes\n1. branch from the tag\n' }],
    ['a page', { 'docs/hotfix.md': 'Branch from the tag.\n' }],
    ['a workflow', { '.github/workflows/urgent.yml': 'on: {push: {branches: ["hotfix/**"]}}\njobs: {gate: {steps: [{run: make}]}}\n' }],
  ])('%s says how, and it is silent', async (_, files) => {
    expect(await audit('REL-10', { ...DEPLOY, ...files })).toMatchObject({ state: 'collected', found: [] });
  });

  test('where nothing deploys nobody asks', async () => {
    expect(await audit('REL-10', PULLS)).toMatchObject({ state: 'not-applicable' });
  });
});
