import { relative } from 'node:path';

import pc from 'picocolors';

import { safeJson } from '../lib/runner-commands.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { renderTerminal } from '../sinks/terminal/index.ts';
import type { World } from './world.ts';

/** The report for whoever sits at the terminal, or as JSON for a program. */
export function printReport(world: World, report: ReportV1, { json, directory }: { json: boolean; directory: string }): void {
  if (json) {
    world.stdout.write(`${safeJson(report, 2)}\n`);
    return;
  }
  world.stdout.write(`\n${renderTerminal(report, { style: pc.createColors(inColour(world)), directory: relative(world.cwd, directory) })}`);
}

/** On a terminal, unless somebody said so or otherwise: https://no-color.org, https://force-color.org */
function inColour({ env, stdout }: World): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stdout.isTTY === true || !['', '0'].includes(env['FORCE_COLOR'] ?? '');
}
