import { connectForge } from '../../action/forge.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { sinks } from '../../sinks/registry.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRun } from '../session.ts';
import type { World } from '../world.ts';
import { readReport } from './report.ts';

/** `gauntlet comment`: the one comment of the pull request. A token that may only read changes nothing but where the report is read. */
export async function comment(world: World, run: string, options: GlobalOptions): Promise<number> {
  const context = await openRun(world, { ...options, run });
  const { ports } = context;
  const report = await readReport(context);
  const forge = await connectForge(world.env, ports);
  const body = context.redact(sinks.find(({ name }) => name === 'comment')?.render(report) ?? '');
  const outcome = await forge.upsertNote(body, { head: report.run.git.head ?? '' });
  const { progress } = ports;
  switch (outcome.state) {
    case 'created':
    case 'updated':
    case 'unchanged':
      progress.say(`comment │ ${outcome.state}: ${outcome.url}`);
      return EXIT_CODES.pass;
    case 'stale':
      progress.warn(`comment │ not written: ${outcome.newerHead} has reported already`);
      return EXIT_CODES.pass;
    case 'read-only':
      progress.warn(
        `comment │ not written, the token may only read (${outcome.message}): the report is in the step summary and in the artifact`,
      );
      return EXIT_CODES.pass;
    case 'no-pull-request':
      progress.say('comment │ no pull request belongs to this run');
      return EXIT_CODES.pass;
  }
}
