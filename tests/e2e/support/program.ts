import { resolve } from 'node:path';

/**
 * The program under test: the source as it is, or what GAUNTLET_TEST_PROGRAM names (from the root of the repository).
 * `npm test` names dist/cli.js, which is what ships and starts in a third of the time, once the check has shown that it is fresh.
 */
export const PROGRAM = resolve(import.meta.dirname, '../../..', process.env['GAUNTLET_TEST_PROGRAM'] ?? 'src/cli/main.ts');
