import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What one run of vitest came to, with the reasons of what it did not run. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Reason → number of tests. */
  reasons: Record<string, number>;
  /** Tests that passed at a second try alone. */
  again: string[];
}

/** Writes the counts of a run to the file that GAUNTLET_TEST_COUNTS names. vitest wants a default export. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: unhandled.length, skipped: 0, reasons: {}, again: [] };
    for (const module of modules) {
      // A file that does not load, or a hook of it that throws, is a failure of its own: its tests did not run.
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) count(counts, test, module);
    }
    const file = process.env['GAUNTLET_TEST_COUNTS'];
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(counts));
  }
}

function count(counts: Counts, test: TestCase, module: TestModule): void {
  const result = test.result();
  switch (result.state) {
    case 'passed':
      counts.passed += 1;
      if ((test.diagnostic()?.retryCount ?? 0) > 0) counts.again.push(`${module.relativeModuleId} > ${test.fullName}`);
      return;
    case 'failed':
      counts.failed += 1;
      return;
    case 'skipped':
      skip(counts, result.note ?? saidInName(test) ?? `no reason given (${module.relativeModuleId})`);
      return;
    case 'pending':
      skip(counts, `never ran (${module.relativeModuleId})`);
  }
}

function skip(counts: Counts, reason: string): void {
  counts.skipped += 1;
  counts.reasons[reason] = (counts.reasons[reason] ?? 0) + 1;
}

/** Suites that are skipped as a whole say why in their name: `compose [skipped: no Docker engine answers]`. */
function saidInName({ fullName }: TestCase): string | undefined {
  return /\[skipped: ([^\]]+)\]/.exec(fullName)?.[1];
}
