import { readJson, type JsonPath } from '../../lib/json-stream.ts';
import { JSON_LIMITS } from '../../model/limits.ts';
import type { Reported } from '../../model/load-results.ts';
import type { Emit } from '../contract.ts';
import { numberOf, recordOf } from '../report.ts';

/** Of gatling.conf, which may say otherwise (charting.indicators). The files do not tell. */
const PARTS = [0.5, 0.75, 0.95, 0.99] as const;
const OWN = /^(?:numberOfRequests|percentiles[1-4]|(?:min|max|mean)ResponseTime|meanNumberOfRequestsPerSecond)$/;

/** `global_stats.json` of all requests, or `stats.json` with each of them: what the HTML report shows. */
export async function parseStats(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  /** Of the part that is being read: what stands before its numbers. */
  let node = { type: '', path: '' };
  let own: Record<string, unknown> = {};
  let read = 0;
  const { trouble } = await readJson(
    text,
    {
      begin: (path) => (isWanted(path) ? 'want' : isOnTheWay(path) ? 'enter' : 'skip'),
      value: (path, value) => {
        const key = String(path.at(-1));
        if (key === 'type') node = { type: String(value), path: '' };
        else if (key === 'path') node = { ...node, path: String(value) };
        else if (key === 'stats') {
          read += 1;
          emitStats(recordOf(value), labelOf(node), emit);
        } else own = { ...own, [key]: value };
      },
    },
    JSON_LIMITS,
  );
  if (trouble !== undefined) return emit({ type: 'gap', ...trouble });
  if (read === 0) emitStats(own, undefined, emit);
  const message = 'percentiles are read as 50, 75, 95 and 99, as Gatling has them unless gatling.conf says otherwise (charting.indicators)';
  emit({ type: 'note', message });
}

function isWanted(path: JsonPath): boolean {
  const key = String(path.at(-1));
  return (
    path.length > 0 && isOnTheWay(path.slice(0, -1)) && (['type', 'path', 'stats'].includes(key) || (path.length === 1 && OWN.test(key)))
  );
}

/** `contents.req_fast`, `contents.group_chat.contents.req_fast`. */
function isOnTheWay(path: JsonPath): boolean {
  return path.every((part, index) => index % 2 === 1 || part === 'contents');
}

/** `chat / fast`; the whole has none. */
function labelOf({ type, path }: { type: string; path: string }): string | undefined {
  return path === '' ? undefined : type === 'GROUP' ? `group:${path}` : path;
}

function emitStats(stats: Readonly<Record<string, unknown>>, label: string | undefined, emit: Emit): void {
  const counted = recordOf(stats['numberOfRequests']);
  const [of, failed] = [numberOf(counted['total']), numberOf(counted['ko'])];
  if (of === undefined || failed === undefined)
    return emit({ type: 'gap', reason: 'malformed', message: `${label ?? 'all requests'}: there is no number of requests` });
  if (of === 0) return;
  const total = (key: string): number | undefined => numberOf(recordOf(stats[key])['total']);
  emit({ type: 'outcomes', of, failed, labels: label === undefined ? [] : [label], part: label !== undefined });
  emit({ type: 'reported', distribution: { ...distributionOf(total), samples: of }, ...(label === undefined ? {} : { label }) });
  const perSecond = total('meanNumberOfRequestsPerSecond');
  if (label === undefined && perSecond !== undefined && perSecond > 0) emit({ type: 'span', durationMs: (of / perSecond) * 1_000 });
}

function distributionOf(total: (key: string) => number | undefined): Omit<Reported, 'tool'> {
  const quantiles = PARTS.flatMap((part, index): [number, number][] => {
    const value = total(`percentiles${index + 1}`);
    return value === undefined ? [] : [[part, value]];
  });
  const [mean, min, max] = [total('meanResponseTime'), total('minResponseTime'), total('maxResponseTime')];
  return {
    quantiles,
    ...(mean === undefined ? {} : { mean }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}
