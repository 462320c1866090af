import type { Call, Reply } from './types.ts';

const DEFAULT_SIZE = 30;
/** GitHub does not refuse a larger page: it silently answers with 100 rows. */
const LARGEST_SIZE = 100;

function linkHeader(call: Call, page: number, last: number, size: number): string {
  // GitHub's own links name the repository by its id, so a client that rebuilds paths by hand breaks here as there.
  const path = call.path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${call.state.repoId}`);
  const link = (rel: string, number: number): string => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query)) query.set(name, String(value));
    query.set('per_page', String(size));
    query.set('page', String(number));
    return `<${call.apiUrl}${path}?${query.toString()}>; rel="${rel}"`;
  };
  return [
    ...(page > 1 ? [link('prev', Math.min(page - 1, last))] : []),
    ...(page < last ? [link('next', page + 1), link('last', last)] : []),
    ...(page > 1 ? [link('first', 1)] : []),
  ].join(', ');
}

/** One page of rows with GitHub's Link header; `key` wraps them as `{ total_count, [key]: rows }`. */
export function paginate(call: Call, rows: readonly unknown[], key?: string): Reply {
  const size = Math.min(Math.max(Number(call.query['per_page'] ?? DEFAULT_SIZE), 1), LARGEST_SIZE);
  const page = Math.max(Number(call.query['page'] ?? 1), 1);
  const last = Math.max(Math.ceil(rows.length / size), 1);
  const slice = rows.slice((page - 1) * size, page * size);
  const link = linkHeader(call, page, last, size);
  return {
    status: 200,
    body: key === undefined ? slice : { total_count: rows.length, [key]: slice },
    headers: link === '' ? {} : { link },
  };
}
