import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventOf } from '../github/events.ts';
import { runComposite, runJavaScriptAction, runSteps } from './index.ts';

const folders: string[] = [];

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'action-'));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

const bash = (run: string, more: object = {}): { run: string; shell: string } => ({ run, shell: 'bash', ...more });

describe('a JavaScript action', () => {
  const metadata = 'inputs: {who: {default: world}, dry run: {}}\nruns: {using: node24, main: main.mjs, post: post.mjs}\n';

  it('gets its inputs, gives its outputs, and hands state to post', async () => {
    const action = folder({
      'action.yml': metadata,
      'main.mjs': `import { appendFileSync, readFileSync } from 'node:fs';
        const { env } = process;
        appendFileSync(env.GITHUB_OUTPUT, 'hello<<END\\nhi ' + env.INPUT_WHO + '\\n' + env['INPUT_DRY_RUN'] + '\\nEND\\n');
        appendFileSync(env.GITHUB_STATE, 'id=42\\n');
        appendFileSync(env.GITHUB_ENV, 'MADE=here\\n');
        appendFileSync(env.GITHUB_PATH, '/opt/made/bin\\n');
        appendFileSync(env.GITHUB_STEP_SUMMARY, '# Red ghs_fake\\n');
        console.log('::warning file=a.ts,line=1::careful');
        console.log('event', JSON.parse(readFileSync(env.GITHUB_EVENT_PATH)).number, env.GITHUB_REF, env.GITHUB_EVENT_NAME);
        process.exitCode = 3;`,
      'post.mjs': `console.log(process.env.STATE_id, process.env.MADE, process.env.INPUT_WHO, process.env.PATH.split(':')[0]);`,
    });
    const result = await runJavaScriptAction({
      action,
      inputs: { 'dry run': 'yes' },
      event: eventOf('pull_request.opened.fork'),
      env: { GITHUB_TOKEN: 'ghs_fake' },
    });
    expect(result.conclusion).toBe('failure');
    expect(result.main).toMatchObject({ exitCode: 3, outcome: 'failure', outputs: { hello: 'hi world\nyes' } });
    expect(result.main?.output).toContain('event 8 refs/pull/8/merge pull_request');
    expect(result.post).toMatchObject({ exitCode: 0, output: '42 here world /opt/made/bin' });
    expect(result.summary).toBe('# Red ***\n');
    expect(result.annotations).toMatchObject([{ level: 'warning', file: 'a.ts', line: 1, message: 'careful' }]);
  });

  it('has no inputs in post when nested, and warns of unknown ones', async () => {
    const action = folder({ 'action.yml': metadata, 'main.mjs': '', 'post.mjs': `console.log(String(process.env.INPUT_WHO));` });
    const result = await runJavaScriptAction({ action, nested: true, inputs: { whom: 'x' } });
    expect(result.post?.output).toBe('undefined');
    expect(result.annotations[0]?.message).toContain("'whom'");
  });

  it('is not given the variables of this process', async () => {
    const main = join(
      folder({ 'main.mjs': `console.log(Object.keys(process.env).filter((name) => /VITEST|npm_/.test(name)).length);` }),
      'main.mjs',
    );
    expect((await runJavaScriptAction({ action: { main } })).main?.output).toBe('0');
  });
});

describe('cancelling', () => {
  const stubborn = (trap: string): string => `
    const start = Date.now();
    for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => { console.log(name); ${trap} });
    setInterval(() => {}, 1000);
    console.log('ready');`;

  it('sends SIGINT, SIGTERM and a kill on the scaled schedule, and still runs post', async () => {
    const dir = folder({ 'main.mjs': stubborn(''), 'post.mjs': `console.log('post ran');` });
    const started = performance.now();
    const result = await runJavaScriptAction({
      action: { main: join(dir, 'main.mjs'), post: join(dir, 'post.mjs') },
      cancelAfter: /^ready$/,
      timeScale: 0.1,
    });
    expect(result.main).toMatchObject({ outcome: 'cancelled', signalled: 'SIGKILL', exitCode: null, output: 'ready\nSIGINT\nSIGTERM' });
    expect(performance.now() - started).toBeGreaterThan(990);
    expect(result.post).toMatchObject({ outcome: 'success', output: 'post ran' });
    expect(result.conclusion).toBe('cancelled');
  });

  it('is content with a process that leaves on SIGINT', async () => {
    const dir = folder({ 'main.mjs': stubborn('process.exit(0)') });
    const result = await runJavaScriptAction({ action: { main: join(dir, 'main.mjs') }, cancelAfter: /^ready$/, timeScale: 0.5 });
    expect(result.main).toMatchObject({ outcome: 'cancelled', signalled: 'SIGINT', exitCode: 0 });
  });

  it('reaches the script alone, not its children, and always() steps still run', async () => {
    const result = await runSteps({
      steps: [
        bash("echo ready; node -e \"process.on('SIGINT', () => console.log('child')); setInterval(() => {}, 1000)\""),
        bash('echo not me'),
        bash('echo undone; sleep 0.3; echo after', { if: 'always()' }),
      ],
      cancelAfter: /^ready$/,
      timeScale: 0.04,
    });
    expect(result.steps.map((step) => step.outcome)).toEqual(['cancelled', 'skipped', 'success']);
    expect(result.steps[0]?.output).not.toContain('child');
    expect(result.steps[2]?.output).toBe('undone\nafter');
    expect(result.conclusion).toBe('cancelled');
  });

  it('ends what takes longer than the five minutes that are left', async () => {
    const result = await runSteps({
      steps: [bash('echo ready; sleep 30'), bash('sleep 30', { if: 'always()' })],
      cancelAfter: /^ready$/,
      timeScale: 0.002,
    });
    expect(result.steps[1]).toMatchObject({ outcome: 'failure', signalled: 'SIGKILL' });
  });
});

describe('steps', () => {
  it('meet the limits of the runner', async () => {
    const result = await runSteps({
      steps: [
        bash(
          'for i in $(seq 12); do echo "::error::$i"; echo "::notice::$i"; done; head -c 1048577 /dev/zero | tr "\\0" x >> "$GITHUB_STEP_SUMMARY"',
        ),
        bash('echo fine >> "$GITHUB_STEP_SUMMARY"'),
      ],
    });
    expect(result.conclusion).toBe('success');
    expect(result.droppedAnnotations).toBe(2 + 2 + 1);
    expect(result.log).toContain('upload aborted, supports content up to a size of 1024k, got 1024k');
    expect(result.summary).toBe('fine\n');
  });

  it('fail on a broken output file or NODE_OPTIONS in GITHUB_ENV', async () => {
    const result = await runSteps({
      steps: [
        bash('echo "a<<EOF" >> "$GITHUB_OUTPUT"', { 'continue-on-error': true, id: 'broken' }),
        bash('echo "NODE_OPTIONS=--inspect" >> "$GITHUB_ENV"', { if: "steps.broken.outcome == 'failure'" }),
      ],
    });
    expect(result.steps.map((step) => [step.outcome, step.conclusion])).toEqual([
      ['failure', 'success'],
      ['failure', 'failure'],
    ]);
    expect(result.env).toEqual({});
  });

  it('leave no process behind', async () => {
    const result = await runSteps({ steps: [bash('sleep 60 > /dev/null 2>&1 & echo started')] });
    expect(result.conclusion).toBe('success');
    expect(result.orphans).toMatchObject([{ command: 'sleep 60' }]);
  });

  it('stop at pipefail only when bash is named', async () => {
    const named = await runSteps({ steps: [bash('false | true')] });
    const unnamed = await runSteps({ steps: [{ run: 'false | true' }] });
    expect([named.conclusion, unnamed.conclusion]).toEqual(['failure', 'success']);
  });
});

describe('a composite action', () => {
  const text = `
inputs:
  profile: { default: 'pr' }
  token: { default: '\${{ github.token }}' }
outputs:
  verdict: { value: '\${{ steps.judge.outputs.verdict }}' }
runs:
  using: composite
  steps:
    - id: up
      run: |
        echo "stack=\${{ inputs.profile }}" >> "$GITHUB_OUTPUT"
        echo "[\${INPUT_PROFILE-none}] $GITHUB_ACTION_PATH $TOKEN"
      shell: bash
      env: { TOKEN: '\${{ inputs.token }}' }
    - id: tests
      name: Tests on \${{ steps.up.outputs.stack }}
      run: echo "::error file=a.ts,line=1::broke"; exit 4
      shell: bash
    - run: echo never
      shell: bash
    - uses: actions/upload-artifact@v6
      if: always()
      with: { name: 'run-\${{ steps.up.outputs.stack }}' }
    - id: judge
      if: \${{ always() && steps.tests.outcome == 'failure' }}
      run: console.log(process.version); require('fs').appendFileSync(process.env.GITHUB_OUTPUT, 'verdict=blocked')
      shell: node {0}
`;

  it('runs its steps with expressions, conditions and outputs', async () => {
    const actionDir = folder({ 'action.yml': text });
    const result = await runComposite({ actionDir, env: { GITHUB_TOKEN: 'ghs_fake' } });
    expect(result.steps.map((step) => [step.name, step.outcome, step.exitCode])).toEqual([
      ['Run echo "stack=${{ inputs.profile }}" >> "$GITHUB_OUTPUT"', 'success', 0],
      ['Tests on pr', 'failure', 4],
      ['Run echo never', 'skipped', null],
      ['Run actions/upload-artifact@v6', 'success', null],
      [expect.stringContaining('Run console.log'), 'success', 0],
    ]);
    expect(result.steps[0]?.output).toBe(`[none] ${actionDir} ***`);
    expect(result.calls).toEqual([
      { step: 'Run actions/upload-artifact@v6', uses: 'actions/upload-artifact@v6', with: { name: 'run-pr' } },
    ]);
    expect(result).toMatchObject({ conclusion: 'failure', outputs: { verdict: 'blocked' } });
    expect(result.annotations.map((annotation) => annotation.message)).toEqual(['broke', 'Process completed with exit code 4.']);
    expect(result.steps[4]?.output).toBe(process.version);
  });

  it('lets a test decide what a nested action did', async () => {
    const actionDir = folder({ 'action.yml': text });
    const result = await runComposite({
      actionDir,
      onUses: () => ({ outcome: 'failure' }),
      inputs: { profile: 'nightly' },
    });
    expect(result.calls[0]?.with).toEqual({ name: 'run-nightly' });
    expect(result.steps[3]?.outcome).toBe('failure');
  });

  it('needs a shell', async () => {
    const actionDir = folder({ 'action.yml': 'runs: {using: composite, steps: [{run: echo}]}' });
    await expect(runComposite({ actionDir })).rejects.toThrow('shell');
  });

  it('shares ten annotations per level among its steps', async () => {
    const step = `{shell: bash, run: 'for i in 1 2 3 4 5 6; do echo "::warning::$i"; done'}`;
    const actionDir = folder({ 'action.yml': `runs: {using: composite, steps: [${step}, ${step}]}` });
    const result = await runComposite({ actionDir });
    expect([result.annotations.length, result.droppedAnnotations]).toEqual([10, 2]);
  });

  it('works in the workspace it is given', async () => {
    const workspace = folder({ 'here.txt': 'x' });
    mkdirSync(join(workspace, 'sub'));
    const steps = [bash('ls; echo "$GITHUB_WORKSPACE"'), bash('pwd', { 'working-directory': 'sub' })];
    const result = await runSteps({ workspace, steps });
    expect(result.log).toBe(`here.txt\nsub\n${workspace}\n${join(workspace, 'sub')}`);
  });
});
