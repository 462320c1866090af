import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { fillCase } from '../../../tests/cases/fill.ts';
import { CriticalLog } from '../../diagnostics/critical.ts';
import { DiagnosticJournal } from '../../diagnostics/journal.ts';
import { readLog } from '../../diagnostics/logs.ts';
import { nodeFiles } from '../../ports/node/files.ts';
import { judge } from '../judge.ts';

const PLACE = { source: 'logs/head/api.log', service: 'api' };

/** Findings over a log as an engine keeps it, read as the logs of a run are; a stage of end-to-end tests from 10:00 to 10:10, one of chaos from 10:10 to 10:20. */
async function found(lines: readonly string[], fault = false): Promise<string[]> {
  const redact = (text: string): string => text.replaceAll('hunter2', '[secret]');
  const log = new CriticalLog(redact);
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-critical-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'api.log');
  await writeFile(path, lines.join('\n'));
  const journal = new DiagnosticJournal({ redact, locate: () => undefined });
  await readLog(nodeFiles, path, { journal, origin: PLACE, whole: (line) => log.line(line, PLACE) });
  const window = { from: '2026-01-01T10:10:00Z', to: '2026-01-01T10:20:00Z' };
  const filled = fillCase({
    plan: { stages: [{ name: 'e2e' }, { name: 'chaos', experiments: [] }], owed: [] },
    run: {},
    stageRuns: [
      { stage: 'e2e', status: 'completed', window: { from: '2026-01-01T10:00:00Z', to: '2026-01-01T10:10:00Z' }, durationMs: 600_000 },
      { stage: 'chaos', status: 'completed', window, durationMs: 600_000 },
    ],
    evidence: [
      {
        id: 'e2e/diagnostics-services',
        kind: 'diagnostics',
        stage: 'e2e',
        window,
        reports: [],
        omitted: 0,
        critical: [...log.finish()],
        sources: [PLACE.source],
      },
      {
        kind: 'facts',
        stage: 'e2e',
        window: { from: '2026-01-01T10:05:00Z', to: '2026-01-01T10:05:10Z' },
        check: 'INP-01',
        facts: null,
        notApplicable: 'nothing',
        sources: [],
      },
      ...(fault
        ? [
            {
              kind: 'fault',
              stage: 'chaos',
              window,
              experiment: 'one',
              fault: 'stop',
              options: {},
              proof: { state: 'proved', by: ['it is gone'] },
              healed: true,
              facts: null,
            },
          ]
        : []),
    ],
  });
  return judge(filled)
    .findings.filter(({ code }) => code === 'OBS-19')
    .map(({ priority, stage, result, title, measured }) => `${priority} ${stage} ${result.verdict}: ${title} (${measured})`)
    .toSorted();
}

const at = (time: string, line: string): string => `api-1  | 2026-01-01T${time}Z ${line}`;

test('OBS-19: critical lines of a service, told once for each trouble, in the stage in which they were printed', async () => {
  expect(
    await found([
      at('10:01:00.5', '{"level":"fatal","time":"2026-01-01T10:01:00Z","msg":"ledger 4711 differs by 12 cents"}'),
      at('10:02:00.5', '{"level":"fatal","time":"2026-01-01T10:02:00Z","msg":"ledger 99 differs by 7 cents"}'),
      at('10:03:00.5', '\u001B[31mCRITICAL:root:password hunter2 refused\u001B[0m'),
    ]),
  ).toEqual([
    'P1 e2e confirmed: api logs at the level CRITICAL: CRITICAL:root:password [secret] refused (1 line at the level CRITICAL)',
    'P1 e2e confirmed: api logs at the level fatal: ledger 4711 differs by 12 cents (2 lines at the level fatal)',
  ]);
});

test('OBS-19: errors, quoted words and what a fault caused are silent', async () => {
  expect(
    await found([
      at('10:01:00', '{"level":"error","msg":"critical path is slow"}'),
      at('10:01:00', 'INFO the rule says level=\'fatal\' "CRITICAL:root:x"'),
      at('10:12:00', '{"level":"fatal","msg":"no database"}'),
      // A check was asking it nonsense.
      at('10:05:05', 'CRITICAL:root:cannot parse'),
      // Compose clears the line before it writes one; loggers use colours.
      `\u001B[2K${at('10:13:00.976632635', '2026-01-01 10:13:00.966 UTC [601] FATAL:  sorry, too many clients already')}`,
      at('10:14:00', '\u001B[31m[2026-01-01 10:14:00 +0000] [1] [CRITICAL]\u001B[0m WORKER TIMEOUT (pid:9)'),
    ]),
  ).toEqual([]);
});

test('OBS-19: what was printed before the faults is told with its own number, also when the same comes under them', async () => {
  const line = '{"level":"fatal","msg":"no database"}';
  expect(await found([at('10:01:00', line), at('10:12:00', line), at('10:13:00', line)])).toEqual([
    'P1 e2e confirmed: api logs at the level fatal: no database (1 line at the level fatal)',
  ]);
});

test('OBS-19: a log without times is told where nothing was broken on purpose, and decides nothing where something was', async () => {
  const line = 'CRITICAL:root:ledger differs';
  expect((await found([line]))[0]).toContain('e2e confirmed');
  expect((await found([line], true))[0]).toContain('inconclusive');
});
