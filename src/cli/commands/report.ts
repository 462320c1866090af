import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { GauntletError } from '../../model/errors.ts';
import { ReportV1 } from '../../model/report-v1.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import type { RunContext } from '../../run/context.ts';
import { sinks } from '../../sinks/registry.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRun } from '../session.ts';
import type { World } from '../world.ts';

export interface ReportOptions extends GlobalOptions {
  readonly format: string;
  readonly output?: string;
  readonly append?: boolean;
}

/** `gauntlet report`: a finished report in one of its forms. */
export async function report(world: World, run: string, options: ReportOptions): Promise<number> {
  const sink = sinks.find(({ name }) => name === options.format);
  if (!sink) {
    throw new GauntletError(`no form of the report is called ${options.format}`, {
      kind: 'config',
      hint: `use one of: ${sinks.map(({ name }) => name).join(', ')}`,
    });
  }
  const context = await openRun(world, { ...options, run });
  const text = context.redact(sink.render(await readReport(context)));
  if (options.output === undefined) world.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  else await (options.append === true ? appendFile : writeFile)(resolve(world.cwd, options.output), text);
  return EXIT_CODES.pass;
}

/** The stored report of a run. @throws GauntletError of kind `evidence` when the run was never judged. */
export async function readReport({ directory }: Pick<RunContext, 'directory'>): Promise<ReportV1> {
  if (!existsSync(directory.file('report.json'))) {
    throw new GauntletError(`${directory.path} was not judged yet`, { kind: 'evidence', hint: 'Make its report with `gauntlet judge`.' });
  }
  try {
    return ReportV1.parse(JSON.parse(await readFile(directory.file('report.json'), 'utf8')));
  } catch (cause) {
    throw new GauntletError(`${directory.path} has no report of this version`, {
      kind: 'evidence',
      hint: 'make it with `gauntlet judge`',
      cause,
    });
  }
}
