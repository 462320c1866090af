import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { inlineProject, type Project } from '../support/project.ts';

// A service that keeps notes in a file, in three versions: the second one writes another format. Whether the first can still read that is
// what a rollback depends on.
const SERVER = `const { mkdirSync, readFileSync, writeFileSync, existsSync } = require('node:fs');
const { migrate, parse, format } = require('./format.cjs');
const file = process.env.DATA + '/notes';
mkdirSync(process.env.DATA, { recursive: true });
if (!existsSync(file)) writeFileSync(file, '');
migrate(file);
require('node:http').createServer((request, response) => {
  const note = /^\\/notes\\/(.+)/.exec(request.url)?.[1];
  const notes = parse(readFileSync(file, 'utf8'));
  if (request.method === 'POST' && note) writeFileSync(file, format([...notes, note]));
  const found = request.method === 'POST' || notes.includes(note);
  if (note) return response.writeHead(found ? 200 : 404).end(found ? note : 'no such note');
  response.end('{"ok":true}');
}).listen(process.env.PORT, '127.0.0.1');
`;
const LINES = `exports.migrate = () => {};
exports.parse = (text) => text.split('\\n').filter(Boolean);
exports.format = (notes) => notes.join('\\n');
`;
/** Lines with a header, which it leaves alone if it is there: whoever reads lines can live with it. */
const KIND = LINES.replace(
  '() => {}',
  `(file) => { const fs = require('node:fs'); const text = fs.readFileSync(file, 'utf8'); if (!text.includes('# 2')) fs.writeFileSync(file, '# 2\\n' + text); }`,
);
/** JSON, which whoever reads lines takes for one strange line. */
const CRUEL = `exports.migrate = (file) => { const fs = require('node:fs'); const text = fs.readFileSync(file, 'utf8'); if (!text.startsWith('[')) fs.writeFileSync(file, JSON.stringify(text.split('\\n').filter(Boolean))); };
exports.parse = (text) => JSON.parse(text);
exports.format = (notes) => JSON.stringify(notes);
`;
/** A header that it cannot bear to find twice. */
const ONCE = KIND.replace("if (!text.includes('# 2'))", "if (text.includes('# 2')) throw new Error('migrated twice'); else");

const CONFIG = `version: 1
stack:
  process: {api: {run: node server.cjs, port: auto, health: /, env: {DATA: "{{run.dir}}/data"}}}
  ready: 20s
targets:
  api: {service: api, port: 8080, health: /}
stages:
  - e2e: {journeys: [hello]}
release:
  rollback: {journeys: [hello], keeps: {write: note, read: note-again}}
journeys:
  hello: {steps: [{get: "{{api}}/", expect: {status: 200, reply: {ok: true}}}]}
  note: {steps: [{post: "{{api}}/notes/{{nonce}}", expect: {status: 200}}]}
  note-again: {steps: [{get: "{{api}}/notes/{{nonce}}", expect: {status: 200}}]}
`;

function git(project: Project, ...args: readonly string[]): void {
  execFileSync('git', ['-C', project.path, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { stdio: 'ignore' });
}

/** A repository whose tag v1 reads lines, and whose head has another format. */
async function twoVersions(format: string): Promise<Project> {
  const project = await inlineProject({ 'server.cjs': SERVER, 'format.cjs': LINES, 'gauntlet.yml': CONFIG });
  git(project, 'tag', 'v1');
  await project.write({ 'format.cjs': format });
  git(project, 'commit', '-qam', 'second');
  return project;
}

async function told(project: Project, ...args: readonly string[]) {
  const ended = await project.gauntlet(['run', '--only', 'REL-01', ...args]);
  const { findings } = await ended.report();
  return {
    exitCode: ended.exitCode,
    output: ended.stdout + ended.stderr,
    findings: findings.map(({ code, priority, title, measured, result }) => ({ code, priority, title, measured, verdict: result.verdict })),
  };
}

describe('the way back', () => {
  it('is open where the version before can live with the data of this one, and this one with what that left', async () => {
    await using project = await twoVersions(KIND);
    const { exitCode, findings, output } = await told(project, '--budget', 'release');
    expect({ exitCode, findings }).toEqual({ exitCode: 0, findings: [] });
    expect(output).toContain('rollback: to v1 and back');
    const report = await project.gauntlet(['report', '--format', 'markdown']);
    expect(report.stdout).toContain('rollback to v1 and forward again');
  });

  it('is closed where it cannot', async () => {
    await using project = await twoVersions(CRUEL);
    const release = await told(project, '--budget', 'release');
    expect(release).toMatchObject({
      exitCode: 1,
      findings: [{ code: 'REL-01', priority: 'P0', title: 'v1 does not find what this version wrote', measured: '5 things of 5 lost' }],
    });
  });

  it('is closed where this version does not start again', async () => {
    await using project = await twoVersions(ONCE);
    expect(await told(project, '--budget', 'release')).toMatchObject({
      exitCode: 1,
      findings: [
        {
          code: 'REL-01',
          title: 'after a rollback to v1 this version does not work again',
          measured: expect.stringContaining('migrated twice'),
        },
      ],
    });
  });

  it('is not known where the version before never worked here, and where there is none', async () => {
    await using project = await inlineProject({ 'server.cjs': 'process.exit(3);\n', 'format.cjs': LINES, 'gauntlet.yml': CONFIG });
    await project.write({ 'server.cjs': SERVER });
    git(project, 'commit', '-qam', 'second');
    const none = await told(project, '--budget', 'release');
    expect(none).toMatchObject({ exitCode: 2, findings: [{ code: 'REL-01', verdict: 'not_tested' }] });
    git(project, 'tag', 'v1', 'HEAD~1');
    const broken = await told(project, '--budget', 'release');
    expect(broken).toMatchObject({ exitCode: 2, findings: [{ code: 'REL-01', verdict: 'not_tested' }] });
  });
});
