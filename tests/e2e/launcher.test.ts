import { spawn } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

// The launcher in a checkout of its own (in a folder with a space), with Nodes that only say who they are.

const LAUNCHER = resolve(import.meta.dirname, '../../bin/gauntlet');

let base: string;
let checkout: string;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'gauntlet launcher-')));
  checkout = join(base, 'check out');
  await put(
    join(checkout, 'dist/cli.js'),
    "process.on('SIGTERM', () => process.exit(4)); console.log('ready'); setInterval(() => {}, 1000);\n",
  );
  await mkdir(join(checkout, 'bin'));
  await cp(LAUNCHER, join(checkout, 'bin/gauntlet'));
  // Only what the launcher itself needs: a real Node of this machine must not be found.
  await mkdir(join(base, 'tools'));
  for (const tool of ['cat', 'readlink']) await symlink(await realpath(await which(tool)), join(base, 'tools', tool));
});

afterEach(() => rm(base, { recursive: true, force: true }));

test('a Node on PATH that is new enough runs dist/cli.js with the arguments as they are', async () => {
  await fakeNode('path/node', 'v24.1.0');
  expect(await gauntlet(['run', 'a b', '$HOME', "it's"], { path: 'path' })).toEqual({
    code: 0,
    stdout: `path/node|${checkout}/dist/cli.js|run|a b|$HOME|it's|\n`,
    stderr: '',
  });
});

test('a newer major than 24 is fine', async () => {
  await fakeNode('path/node', 'v30.0.0');
  expect(await gauntlet([], { path: 'path' })).toMatchObject({ code: 0, stdout: expect.stringContaining('path/node|') });
});

test('GAUNTLET_NODE comes before PATH', async () => {
  await fakeNode('path/node', 'v24.1.0');
  const mine = await fakeNode('mine/node', 'v24.2.0');
  expect(await gauntlet([], { path: 'path', env: { GAUNTLET_NODE: mine } })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('mine/node|'),
  });
});

test('the program itself, started by a Node that is too old, says what to start', async () => {
  const old = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const program = resolve(import.meta.dirname, '../../src/cli/main.ts');
  const { code, stdout, stderr } = await run(process.execPath, ['--import', old, program, '--version'], {});
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(/^gauntlet: Node 24 or newer is needed, and this is .*: start bin\/gauntlet, which looks for one\n$/);
});

test('GAUNTLET_NODE that is too old is refused instead of being passed over', async () => {
  await fakeNode('path/node', 'v24.1.0');
  const old = await fakeNode('mine/node', 'v20.20.2');
  const { code, stderr } = await gauntlet([], { path: 'path', env: { GAUNTLET_NODE: old } });
  expect(code).toBe(3);
  expect(stderr).toContain('GAUNTLET_NODE does not name a Node that can run the gate');
  expect(stderr).toContain(`${old} is v20.20.2`);
});

test('with an old Node on PATH the one that npm installed takes over', async () => {
  await fakeNode('path/node', 'v20.20.2');
  await fakeNode('check out/node_modules/node/bin/node', 'v24.3.0');
  expect(await gauntlet([], { path: 'path' })).toMatchObject({ code: 0, stdout: expect.stringContaining('node_modules/node/bin/node|') });
});

test('then the tool cache', async () => {
  await fakeNode('tool cache/node/20.9.0/x64/bin/node', 'v20.9.0');
  await fakeNode('tool cache/node/24.4.0/x64/bin/node', 'v24.4.0');
  expect(await gauntlet([], { env: { RUNNER_TOOL_CACHE: join(base, 'tool cache') } })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('tool cache/node/24.4.0/x64/bin/node|'),
  });
});

test('then the Node of a self-hosted runner, two folders above its tool cache', async () => {
  await fakeNode('runner/externals/node20/bin/node', 'v20.9.0');
  await fakeNode('runner/externals/node24/bin/node', 'v24.5.0');
  await mkdir(join(base, 'runner/_work/_tool'), { recursive: true });
  expect(await gauntlet([], { env: { RUNNER_TOOL_CACHE: join(base, 'runner/_work/_tool') } })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('runner/externals/node24/bin/node|'),
  });
});

// Only Linux says in /proc which program a parent is.
test.runIf(process.platform === 'linux')('then the Node of the runner that started this step, wherever it is', async () => {
  await fakeNode('hosted (1)/externals/node24/bin/node', 'v24.6.0');
  const worker = join(base, 'hosted (1)/bin/Runner.Worker');
  await mkdir(dirname(worker));
  await copyFile(await realpath('/bin/sh'), worker);
  const step = `"${join(checkout, 'bin/gauntlet')}" run; exit $?`;
  expect(await run(worker, ['-c', `/bin/sh -c '${step}'; exit $?`], { env: {} })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('hosted (1)/externals/node24/bin/node|'),
  });
});

test('without any Node it says what to do, exit code 3', async () => {
  await fakeNode('path/node', 'v18.0.0');
  expect(await gauntlet([], { path: 'path' })).toEqual({
    code: 3,
    stdout: '',
    stderr: `gauntlet: there is no Node that can run the gate: it needs Node 24 or newer.
Looked at:
  ${base}/path/node is v18.0.0
What to do, one of:
  in a workflow, add a step before this one:  uses: actions/setup-node with node-version: 24
  in a checkout of gauntlet:                  npm ci   (brings its own Node 24)
  elsewhere: install Node 24 (https://nodejs.org), or set GAUNTLET_NODE to the path of one
`,
  });
});

test('started through links, as npm and people make them, it finds its own dist', async () => {
  await fakeNode('path/node', 'v24.1.0');
  await mkdir(join(base, 'project/node_modules/.bin'), { recursive: true });
  await symlink('../../../check out/bin/gauntlet', join(base, 'project/node_modules/.bin/gauntlet'));
  await symlink(join(base, 'project/node_modules/.bin/gauntlet'), join(base, 'tools/gauntlet'));
  const program = `|${checkout}/dist/cli.js|`;
  const absolute = await run(join(base, 'project/node_modules/.bin/gauntlet'), [], { path: 'path' });
  const fromPath = await run('/bin/sh', ['-c', 'gauntlet'], { path: 'path' });
  const relative = await run('/bin/sh', ['-c', 'cd node_modules && .bin/gauntlet'], { path: 'path', cwd: join(base, 'project') });
  expect([absolute, fromPath, relative].map(({ stdout }) => stdout)).toEqual(Array.from({ length: 3 }, () => `path/node${program}\n`));
});

test('a checkout without dist runs the source', async () => {
  await fakeNode('path/node', 'v24.1.0');
  await rm(join(checkout, 'dist'), { recursive: true });
  expect(await gauntlet([], { path: 'path' })).toMatchObject({ stdout: `path/node|${checkout}/src/cli/main.ts|\n` });
});

test('signals reach the gate itself: the launcher has become it', async () => {
  const child = spawn(join(checkout, 'bin/gauntlet'), [], {
    env: { GAUNTLET_NODE: process.execPath, PATH: join(base, 'tools') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((fulfil) => {
    child.stdout.once('data', fulfil);
  });
  child.kill('SIGTERM');
  expect(await new Promise((fulfil) => child.once('exit', (code, signal) => fulfil({ code, signal })))).toEqual({ code: 4, signal: null });
});

interface Surroundings {
  /** Folder below the base that holds a `node`. */
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

function gauntlet(args: readonly string[], surroundings: Surroundings): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return run(join(checkout, 'bin/gauntlet'), args, surroundings);
}

function run(
  file: string,
  args: readonly string[],
  { path, env = {}, cwd = base }: Surroundings,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const PATH = [join(base, 'tools'), ...(path === undefined ? [] : [join(base, path)])].join(':');
  const child = spawn(file, args, {
    cwd,
    env: { PATH, RUNNER_TOOL_CACHE: join(base, 'none/none'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((fulfil, reject) => {
    child.once('error', reject);
    child.once('close', (code) => fulfil({ code, stdout, stderr }));
  });
}

/** A Node that answers `-v`, and otherwise prints its own name and arguments between bars. */
async function fakeNode(path: string, version: string): Promise<string> {
  const file = join(base, path);
  await put(file, `#!/bin/sh\n[ "$1" = -v ] && { echo ${version}; exit 0; }\nprintf '%s|' '${path}' "$@"\necho\n`);
  await chmod(file, 0o755);
  return file;
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function which(tool: string): Promise<string> {
  return new Promise((fulfil) => {
    let found = '';
    const child = spawn('/bin/sh', ['-c', `command -v ${tool}`]);
    child.stdout.on('data', (chunk) => (found += chunk));
    child.once('close', () => fulfil(found.trim()));
  });
}
