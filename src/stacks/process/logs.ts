import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { LIMITS } from '../../model/limits.ts';
import type { Source } from '../../model/source.ts';
import type { Ports } from '../../ports/index.ts';
import { joinSegments, segmentPaths } from '../../ports/log-segments.ts';
import type { StackContext } from '../contract.ts';
import type { SupervisorState } from './spec.ts';

interface Needs {
  readonly files: Ports['files'];
  readonly redact: (text: string) => string;
}

/** The whole log as far as it is kept, also while its process writes. */
export async function readLog(path: string, { files, redact }: Needs): Promise<string> {
  const [head = '', ...segments] = await Promise.all([path, ...segmentPaths(path)].map((one) => files.readText(one).catch(() => '')));
  return redact(head + joinSegments(segments));
}

export async function readTail(path: string, lines: number, needs: Needs): Promise<string[]> {
  const text = await readLog(path, needs);
  if (text.trim() === '') return [];
  return text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => line.slice(0, LIMITS.caseText));
}

/** Copies each service's logs to `logs/<instance>/<service>.log`, all its starts in one. */
export async function copyLogs(
  state: SupervisorState,
  { ports, runDir, instance, redact }: Pick<StackContext, 'ports' | 'runDir' | 'instance' | 'redact'>,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const { name, logs } of state.services) {
    const texts: string[] = [];
    for (const [at, log] of logs.entries()) {
      const text = await readLog(log, { files: ports.files, redact });
      texts.push(logs.length === 1 ? text : `[gauntlet: start ${String(at + 1)} of ${String(logs.length)} that are kept]\n${text}`);
    }
    const file = `logs/${instance}/${name}.log`;
    const bytes = Buffer.from(texts.join(''), 'utf8');
    await ports.files.write(join(runDir, file), bytes);
    sources.push({ file, format: 'log', sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length });
  }
  return sources;
}
