import { expect, test } from 'vitest';

import { fillCase } from '../../../tests/cases/fill.ts';
import { CriticalLog } from '../../diagnostics/critical.ts';
import { judge } from '../judge.ts';

const PLACE = { source: 'logs/head/api.log', service: 'api' };

/** Findings over a log as an engine keeps it; a stage of end-to-end tests from 10:00 to 10:10, one of chaos from 10:10 to 10:20. */
function found(lines: readonly string[], fault = false): string[] {
  const log = new CriticalLog((text) => text.replaceAll('hunter2', '[secret]'));
  for (const line of lines) log.line(line, PLACE);
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

test('OBS-19: critical lines of a service, told once for each trouble, in the stage in which they were printed', () => {
  expect(
    found([
      at('10:01:00.5', '{"level":"fatal","time":"2026-01-01T10:01:00Z","msg":"ledger 4711 differs by 12 cents"}'),
      at('10:02:00.5', '{"level":"fatal","time":"2026-01-01T10:02:00Z","msg":"ledger 99 differs by 7 cents"}'),
      at('10:03:00.5', 'CRITICAL:root:password hunter2 refused'),
    ]),
  ).toEqual([
    'P1 e2e confirmed: api logs at the level CRITICAL: CRITICAL:root:password [secret] refused (1 line at the level CRITICAL)',
    'P1 e2e confirmed: api logs at the level fatal: ledger 4711 differs by 12 cents (2 lines at the level fatal)',
  ]);
});

test('OBS-19: errors, quoted words and what a fault caused are silent', () => {
  expect(
    found([
      at('10:01:00', '{"level":"error","msg":"critical path is slow"}'),
      at('10:01:00', 'INFO the rule says level=\'fatal\' "CRITICAL:root:x"'),
      at('10:12:00', '{"level":"fatal","msg":"no database"}'),
    ]),
  ).toEqual([]);
});

test('OBS-19: what was printed before the faults is told with its own number, also when the same comes under them', () => {
  const line = '{"level":"fatal","msg":"no database"}';
  expect(found([at('10:01:00', line), at('10:12:00', line), at('10:13:00', line)])).toEqual([
    'P1 e2e confirmed: api logs at the level fatal: no database (1 line at the level fatal)',
  ]);
});

test('OBS-19: a log without times is told where nothing was broken on purpose, and decides nothing where something was', () => {
  const line = 'CRITICAL:root:ledger differs';
  expect(found([line])[0]).toContain('e2e confirmed');
  expect(found([line], true)[0]).toContain('inconclusive');
});
