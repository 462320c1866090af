import { describe, expect, test } from 'vitest';

import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { inlineProject } from '../support/project.ts';
import { systemOf, SYSTEM } from './support/system.ts';

// Experiments on a real stack of processes. A machine that is busy can hold a walk up for a moment, never for seconds.

const OUTAGE = { fault: { stop: { service: 'db' }, for: '3s' }, steady: 'write-api', recovery: '< 30s' };
const CRASH = { fault: { kill: { service: 'db' } }, steady: 'write-api', recovery: '< 30s' };

describe('a system that degrades and comes back', () => {
  test('outage and crash of its database are no finding, and no acknowledged write is lost', async () => {
    const report = await gate(systemOf({ apis: { api: {} } }), {
      outage: OUTAGE,
      crash: { ...CRASH, ledger: { write: 'write-api', read: 'read-api', restart: 'db' } },
      // A proxy stands before the database: it is led to for these two, and away from after each.
      resets: { ...OUTAGE, fault: { dependency: { from: 'api', to: 'db', reset: 'before' }, for: '3s' }, rows: ['DB-20', 'DB-15'] },
      slow: { ...OUTAGE, fault: { latency: { from: 'api', to: 'db', delay: '60ms' }, for: '3s' }, rows: ['DB-15'] },
    });
    expect(findingsOf(report)).toEqual([]);
    expect(report.verdict.verdict).toBe('pass');
    expect(report.degradation?.rows.map(({ experiment, cells }) => [experiment, cells])).toEqual([
      ['outage', ['refused']],
      ['resets', ['refused']],
      ['slow', ['ok']],
    ]);
    expect(report.charts?.map(({ title }) => title)).toContain('resets: attempts a second');
  });
});

describe('services that do not', () => {
  test('each is found by its row, with what to do about it', async () => {
    const apis = {
      api: {},
      fails: { defects: 'fails', health: '/health' },
      stuck: { defects: 'never-reconnects' },
      fragile: { defects: 'crashes' },
      patient: { defects: 'no-timeout' },
      mortal: { restart: 'no' },
    };
    const report = await gate(systemOf({ apis, memory: true }), {
      outage: { ...OUTAGE, steady: ['write-fails', 'write-stuck'], recovery: '< 4s' },
      sick: { ...OUTAGE, steady: 'read-api' },
      hang: { ...OUTAGE, fault: { pause: { service: 'db' }, for: '4s' }, steady: ['write-patient'], during: { deadline: '1s' } },
      loss: { ...CRASH, ledger: { write: 'write-api', read: 'read-api' } },
      death: { ...CRASH, fault: { kill: { service: 'mortal' } }, steady: 'write-mortal' },
    });
    expect(findingsOf(report)).toEqual(
      expect.arrayContaining([
        'RES-13 write-fails fails in outage',
        'RES-13 fragile crashes in outage',
        // Of several experiments that show the same, one is told.
        expect.stringMatching(/^CFG-12 health of fails stays green in (?:outage|hang) while write-\w+ is refused$/),
        'CHA-02 no recovery from outage: the system does not connect again',
        'CHA-12 all was not well before sick, so it was not done',
        'RES-13 write-patient hangs in hang',
        expect.stringMatching(/^DATA-01 \d+ acknowledged writes? lost in loss$/),
        'CHA-01 no recovery from death: mortal has no restart policy',
      ]),
    );
    expect(report.verdict.verdict).toBe('blocked');
  });
});

async function gate(system: object, experiments: Readonly<Record<string, unknown>>): Promise<ReportV1> {
  const stages = [{ chaos: { experiments: Object.keys(experiments) } }];
  await using project = await inlineProject({ ...SYSTEM, 'gauntlet.yml': JSON.stringify({ ...system, stages, experiments }) });
  const { report, stderr } = await project.gauntlet(['run']);
  return report().catch((error: unknown) => {
    throw new Error(stderr, { cause: error });
  });
}

/** Of all findings that experiments are there for. */
function findingsOf({ findings }: ReportV1): string[] {
  return findings.filter(({ priority, code }) => priority !== 'P3' && code !== 'CFG-05').map(({ code, title }) => `${code} ${title}`);
}
