import type { Emit } from '../contract.ts';
import { readLines } from '../report.ts';

/** A text up to Gatling 3.10; binary since 3.11, for which there is no description. */
export const LOG = /^(?:ASSERTION\t[^\n]*\r?\n)*RUN\t/;

/** `REQUEST groups name start end OK|KO message`: one line for each request, as they end. */
export async function parseLog(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readLines(text, emit, (line) => {
    const fields = line.split('\t');
    switch (fields[0]) {
      case 'RUN':
        emit({ type: 'tool', version: (fields[5] ?? '').slice(0, 40) });
        return undefined;
      case 'REQUEST':
        return request(fields, emit);
      case 'GROUP':
        return group(fields, emit);
      case 'USER':
      case 'ERROR':
      case 'ASSERTION':
        return undefined;
      default:
        return 'is no line of a simulation.log';
    }
  });
}

function request([, groups = '', name = '', start = '', end = '', status = '']: readonly string[], emit: Emit): string | undefined {
  const [from, to] = [start, end].map(timeOf);
  if (from === undefined || to === undefined || to < from) return 'has no time (is it of Gatling before 3.4?)';
  if (status !== 'OK' && status !== 'KO') return 'says neither OK nor KO';
  const labels = [nameIn(groups, name)];
  const failed = status === 'OK' ? 0 : 1;
  emit({ type: 'time', ms: to - from, labels });
  emit({ type: 'outcomes', of: 1, failed, labels, atMs: to });
  for (const label of groupLabels(groups)) emit({ type: 'outcomes', of: 1, failed, labels: [label], part: true });
  return undefined;
}

/** `GROUP groups start end cumulated OK|KO`: how long it took, with its pauses. */
function group([, groups = '', start = '', end = '']: readonly string[], emit: Emit): string | undefined {
  const [from, to] = [start, end].map(timeOf);
  if (from === undefined || to === undefined || to < from) return 'has no time';
  emit({ type: 'time', ms: to - from, labels: groupLabels(groups), part: true });
  return undefined;
}

/** `chat / fast`, as the report calls it. */
function nameIn(groups: string, name: string): string {
  return [...groups.split(',').filter((part) => part.trim() !== ''), name].join(' / ');
}

function groupLabels(groups: string): string[] {
  const names = groups.split(',').filter((part) => part.trim() !== '');
  return names.length === 0 ? [] : [`group:${names.join(' / ')}`];
}

function timeOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
