import type { CaseStatus } from '../../model/tests.ts';

/** What a status of Robot's amounts to. */
export function statusOf(status: string | undefined): CaseStatus {
  switch (status) {
    case 'PASS':
      return 'passed';
    case 'SKIP':
    // Of a test it is what a run leaves that was told to run nothing; of keywords, what was passed over.
    case 'NOT RUN':
      return 'skipped';
    case 'FAIL':
      return 'failed';
    default:
      return 'error';
  }
}

const MERGED_OLD = /class="old-status">Old status:<\/span>\s*<span class="(pass|fail|skip)">/g;
const MERGED_NEW = /class="new-message">New message:<\/span>([\s\S]*?)<hr>/;
const STATUSES: Readonly<Record<string, CaseStatus>> = { pass: 'passed', fail: 'failed', skip: 'skipped' };

/** What `rebot --merge` writes into the message of a test that was run again. */
export function unmerged(message: string): { readonly message: string; readonly earlier: readonly CaseStatus[] } {
  if (!message.startsWith('*HTML*') || !message.includes('class="merge"')) return { message, earlier: [] };
  const earlier = [...message.matchAll(MERGED_OLD)].map(([, status = '']) => STATUSES[status] ?? 'error').reverse();
  // A test that the first run did not have is only said to be added.
  const said = MERGED_NEW.exec(message)?.[1] ?? '';
  return { message: plain(said), earlier };
}

function plain(html: string): string {
  return html
    .replace(/<br\s*\/?>/g, '\n')
    .replace(/<[^<>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** Milliseconds of a `<status>`: `elapsed` since Robot 7, two times before it. */
export function elapsedMs({ elapsed, starttime, endtime }: Readonly<Record<string, string>>): number | undefined {
  if (elapsed !== undefined) return Number(elapsed) >= 0 ? Math.round(Number(elapsed) * 1e6) / 1e3 : undefined;
  const [from, to] = [timeOf(starttime), timeOf(endtime)];
  return from !== undefined && to !== undefined && to >= from ? to - from : undefined;
}

/** `20240131 12:00:00.123` */
function timeOf(time: string | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(time ?? '');
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0, ms = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds, ms);
}
