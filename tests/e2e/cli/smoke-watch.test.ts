import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { inlineProject } from '../support/project.ts';

/** What was deployed, and those who watch it; the answers of the latter are shaped after their documented APIs. */
interface Deployed {
  readonly url: string;
  readonly asked: readonly string[];
}

type Answer = { readonly status?: number; readonly body: unknown };

async function deployed(answers: (path: string, nth: number) => Answer | undefined): Promise<Deployed> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.push(path);
    const { status = 200, body } = answers(path, asked.filter((one) => one === path).length) ?? { body: { ok: true } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

const config = (url: string, watch: string, more = ''): string => `version: 1
environments: {production: {api: {url: "${url}", health: /health}}}
targets: {api: {url: "http://127.0.0.1:9"}}
journeys: {hello: {steps: [{get: "{{api}}/", expect: {status: 200}}]}}
stages:
  - smoke:
      environment: production
      journeys: [hello]
      watch: {for: 800ms, every: 100ms${watch}}
${more}release: {undo: ./rollback.sh v1}
`;

/** A log with a line of yesterday, to which the deployed service adds this one as soon as it is asked for its health. */
function serviceLog(line: string): { readonly file: string; readonly add: (path: string, nth: number) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'app.log');
  writeFileSync(file, '{"level":"fatal","msg":"of yesterday"}\n');
  return { file, add: (path, nth) => void (path === '/health' && nth === 1 && appendFileSync(file, `${line}\n`)) };
}

async function watched(gauntletYml: string) {
  await using project = await inlineProject({ 'gauntlet.yml': gauntletYml, 'README.md': 'x' });
  const ended = await project.gauntlet(['run', '--budget', 'release']);
  const { findings, stages } = await ended.report();
  return {
    exitCode: ended.exitCode,
    said: ended.stdout + ended.stderr,
    headline: stages.map(({ headline }) => headline).join(),
    findings: findings.map(({ code, priority, subject, measured, result }) => [code, priority, subject, result.verdict, measured]),
  };
}

const firing = (name: string, severity: string): Answer => ({
  body: {
    status: 'success',
    data: { alerts: [{ labels: { alertname: name, severity }, state: 'firing', activeAt: '2026-01-01T00:00:00Z' }] },
  },
});

describe('what was deployed is watched', () => {
  it('and passes where it stays healthy, its log has no critical line and no alert fires', async () => {
    const { file, add } = serviceLog('INFO: all is well');
    const { url, asked } = await deployed((path, nth) => {
      add(path, nth);
      return path === '/api/v1/alerts' ? firing('Watchdog', 'none') : undefined;
    });
    const told = await watched(config(url, `, logs: {file: "${file}"}, alerts: {prometheus: "${url}"}`));
    expect(told).toMatchObject({ exitCode: 0, findings: [] });
    expect(told.headline).toMatch(/health of api (\d+)\/\1, 1 line of the log, 0 alerts/);
    expect(asked.filter((path) => path === '/health').length).toBeGreaterThan(1);
    expect(told.said).not.toContain('rollback.sh');
  });

  it('and is told how to go back where it is ill, logs what is critical, and an alert fires', async () => {
    const { file, add } = serviceLog('{"level":"fatal","msg":"no connection to the database"}');
    const { url } = await deployed((path, nth) => {
      add(path, nth);
      if (path === '/health') return { status: 503, body: { database: 'gone' } };
      return path === '/api/v2/alerts'
        ? { body: [{ labels: { alertname: 'ApiDown', severity: 'critical' }, startsAt: '2026-01-01T00:00:00Z' }] }
        : undefined;
    });
    const told = await watched(config(url, `, logs: {file: "${file}"}, alerts: {alertmanager: "${url}"}`));
    expect(told).toMatchObject({ exitCode: 1 });
    expect(told.findings.map((one) => one.slice(0, 4))).toEqual([
      ['REL-02', 'P0', 'alert ApiDown', 'confirmed'],
      ['REL-02', 'P0', 'health of api', 'confirmed'],
      ['OBS-19', 'P1', expect.stringContaining('no connection to the database'), 'confirmed'],
    ]);
    expect(told.said).toContain('go back with `./rollback.sh v1`');
  });

  it('and one bad answer between good ones, or an alert that is no emergency, weighs less; Loki is read page by page', async () => {
    const entries = (nth: number) =>
      nth === 1
        ? Array.from({ length: 1_000 }, (_, at) => [String(at + 1), 'level=info msg=ok'])
        : [['2000', 'level=fatal msg="out of disk"']];
    const { url } = await deployed((path, nth) => {
      if (path === '/health' && nth === 1) return { status: 502, body: 'deploying' };
      if (path.startsWith('/loki'))
        return { body: { status: 'success', data: { resultType: 'streams', result: [{ stream: {}, values: entries(nth) }] } } };
      return path === '/api/v1/alerts' ? firing('SlowQueries', 'warning') : undefined;
    });
    const told = await watched(config(url, `, alerts: {prometheus: "${url}"}, logs: {loki: "${url}", query: '{app="api"}'}`));
    expect(told.findings.map(([code, priority, subject]) => [code, priority, subject])).toEqual([
      ['OBS-19', 'P1', expect.stringContaining('out of disk')],
      ['REL-02', 'P1', 'alert SlowQueries'],
      ['REL-02', 'P2', 'health of api'],
    ]);
    expect(told.headline).toContain('1,001 lines of the log');
  });

  it('and who cannot be asked is not quiet: no alerts, no log, a log without a line', async () => {
    const { url } = await deployed((path) =>
      path.startsWith('/loki') ? { body: { status: 'success', data: { resultType: 'streams', result: [] } } } : undefined,
    );
    const refused = await watched(config(url, ', logs: {run: "exit 3"}, alerts: {alertmanager: "http://127.0.0.1:9"}'));
    expect(refused.exitCode).toBe(2);
    expect(refused.findings.map(([code, , subject, verdict]) => [code, subject, verdict])).toEqual([
      ['REL-02', 'alerts', 'not_tested'],
      ['OBS-19', 'log `exit 3`', 'not_tested'],
    ]);
    const wrongQuery = await watched(config(url, `, logs: {loki: "${url}", query: '{app="nobody"}'}`));
    expect(wrongQuery).toMatchObject({
      exitCode: 2,
      findings: [['OBS-19', 'P1', expect.stringContaining('log Loki at'), 'not_tested', 'not read']],
    });
  });

  it('and an error rate below 0.1% needs 2,995 requests, which is known before any is sent', async () => {
    const load =
      '      load_profile: users\n      thresholds: {errors: rate < 0.1%}\nloads: {users: {users: 10, per_minute: 60, duration: 10s}}\n';
    await using project = await inlineProject({ 'gauntlet.yml': config('http://127.0.0.1:9', '', load) });
    const { stdout } = await project.gauntlet(['plan', '--duration', '10s']);
    expect(stdout).toMatch(/2,995/);
  });

  it('and a stage without anything to watch, or that is stopped, does not pass', async () => {
    const { url } = await deployed(() => undefined);
    const nothing = await watched(config(url, '').replace(', health: /health', ''));
    expect(nothing.exitCode).toBe(2);
    expect(nothing.said).toContain('there is nothing to watch');
  });
});
