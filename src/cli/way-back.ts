import type { ReportV1 } from '../model/report-v1.ts';
import type { RunContext } from '../run/context.ts';

const MOST_MS = 900_000;

/**
 * What was deployed and does not pass its smoke stage goes back: by itself where the configuration says so, otherwise the reader is told
 * how. The verdict stays what it is.
 */
export async function goBack({ plan, ports, root, redact }: RunContext, { stages }: Pick<ReportV1, 'stages'>): Promise<void> {
  const smoke = stages.find(({ name }) => name === 'smoke');
  if (plan.undo === undefined || smoke === undefined || smoke.outcome === 'pass') return;
  const { command, automatic } = plan.undo;
  const { progress } = ports;
  progress.warn(`smoke │ does not pass (${smoke.outcome}): ${automatic ? 'going back' : 'go back'} with \`${redact(command)}\``);
  if (!automatic) return;
  // Also after a cancel: half a rollback is worse than a late one.
  const { outcome, tail } = await ports.exec.run(
    { type: 'shell', line: command },
    { cwd: root, env: ports.env, timeoutMs: MOST_MS, redact },
  );
  const well = outcome.ended === 'exit' && outcome.code === 0;
  const how = outcome.ended === 'exit' ? `exit code ${String(outcome.code)}` : outcome.ended;
  if (well) progress.say(`smoke │ gone back${tail.length === 0 ? '' : `: ${tail.at(-1) ?? ''}`}`);
  else progress.warn(`smoke │ the way back failed too (${how}): ${tail.at(-1) ?? 'it said nothing'}`);
}
