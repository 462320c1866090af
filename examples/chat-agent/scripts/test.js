// @ts-check
// node scripts/test.js unit|integration|e2e: node's test runner with the reports that the gate reads.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { activeDefects } from '../src/defects.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const suite = process.argv[2] ?? '';
const defects = activeDefects();
const reports = join(root, 'reports', suite);

/** @param {string} folder @returns {string[]} */
function testFiles(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith('.test.js') ? [path] : [];
  });
}

/** @param {string} file */
function leftOut(file) {
  const name = relative(join(root, 'tests'), file);
  if (defects.has('coverage-hole') && name === join('unit', 'auth', 'tokens.test.js')) return true;
  return defects.has('coverage-total') && ['api', 'http', 'store.test.js'].some((part) => name.startsWith(join('unit', part)));
}

function coverage() {
  return [
    '--experimental-test-coverage',
    '--test-coverage-include=src/**',
    '--test-reporter=lcov', `--test-reporter-destination=${join(reports, 'lcov.info')}`,
  ];
}

function junit() {
  if (suite === 'integration' && defects.has('missing-results')) return [];
  return ['--test-reporter=junit', `--test-reporter-destination=${join(reports, 'junit.xml')}`];
}

/** The unit run sees its own defects only, so that the stage that is meant to find one is the one that does. */
function environment() {
  if (suite !== 'unit') return process.env;
  const own = ['failing-unit-test', 'skipped-test'].filter((name) => defects.has(name));
  if (defects.has('exit-zero')) own.push('failing-unit-test');
  return { ...process.env, DEFECTS: own.join(',') };
}

/** @param {number} status */
function exitCode(status) {
  if (suite === 'unit' && defects.has('exit-zero')) return 0;
  if (suite === 'e2e' && defects.has('green-despite-crash')) return 1;
  return status;
}

if (!['unit', 'integration', 'e2e'].includes(suite)) {
  process.stderr.write('usage: node scripts/test.js unit|integration|e2e\n');
  process.exit(2);
}
// A report of an earlier run must never stand in for one that was not written.
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const result = spawnSync(process.execPath, [
  '--test',
  '--test-timeout=15000',
  ...(suite === 'unit' ? coverage() : []),
  '--test-reporter=dot', '--test-reporter-destination=stdout',
  ...junit(),
  ...testFiles(join(root, 'tests', suite)).filter((file) => !leftOut(file)),
], { cwd: root, stdio: 'inherit', env: environment() });
process.exit(exitCode(result.status ?? 1));
