import { relative } from 'node:path';

import type { ReportV1 } from '../model/report-v1.ts';
import { renderTerminal } from '../sinks/terminal/index.ts';
import type { World } from './world.ts';

/** The report for whoever sits at the terminal, or as JSON for a program. */
export function printReport(world: World, report: ReportV1, { json, directory }: { json: boolean; directory: string }): void {
  if (json) {
    world.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  const colour = world.stdout.isTTY === true && world.env['NO_COLOR'] === undefined;
  world.stdout.write(`\n${renderTerminal(report, { colour }).trimEnd()}\n\nReport: ${relative(world.cwd, directory)}/report.html (also .md, .json)\n`);
}
