import type { ToolThreshold } from '../../model/load-results.ts';

/** What k6 tags a request with: its name, its group (`::chat`), its scenario. */
export interface Tags {
  readonly name?: unknown;
  readonly group?: unknown;
  readonly scenario?: unknown;
}

/** `fast`, `group:chat`, `scenario:peak`: as k6 writes them in braces. */
export function labelsOf({ name, group, scenario }: Tags): string[] {
  return [
    ...(typeof name === 'string' && name !== '' ? [name] : []),
    ...(typeof group === 'string' ? groupLabel(group) : []),
    ...(typeof scenario === 'string' && scenario !== '' ? [`scenario:${scenario}`] : []),
  ];
}

export function groupLabel(group: string): string[] {
  const name = group.replace(/^::/, '');
  return name === '' ? [] : [`group:${name}`];
}

/** A metric or a part of one: `http_req_duration{name:slow}`. */
export interface Named {
  readonly base: string;
  /** Of a part that has one; `undefined` for the whole. */
  readonly label?: string;
  /** A part by tags that are no label, such as `{expected_response:true}`. */
  readonly other?: true;
}

export function nameOf(metric: string): Named {
  const [, base = metric, tags] = /^([^{]*)\{(.*)\}$/s.exec(metric) ?? [];
  if (tags === undefined) return { base };
  const [, key, value = ''] = /^(name|group|scenario):([^,]*)$/.exec(tags) ?? [];
  const [label] = key === undefined ? [] : labelsOf({ [key]: value.trim() });
  return label === undefined ? { base, other: true } : { base, label };
}

/** What a threshold of k6 is on. */
export function subjectOf(metric: string): ToolThreshold['of'] {
  const { base } = nameOf(metric);
  if (base === 'http_req_failed') return 'errors';
  if (base === 'checks') return 'checks';
  if (base === 'http_reqs' || base === 'iterations') return 'throughput';
  return /(?:_duration|_waiting|_connecting|_blocked|_receiving|_sending)$/.test(base) ? 'latency' : 'other';
}
