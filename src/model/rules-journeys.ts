import type { Rule } from './rule.ts';

const WALK =
  'Walk the journey by hand with the requests below, and follow its ids through the logs of the services up to the first one that is another.';

/** Rows that a journey can be for: it names them under `rows`, and breaks under their name. */
export const JOURNEY_RULES: Readonly<Record<string, Rule>> = {
  'WS-05': { title: 'a workflow does not send its events', priority: 'P1', effort: '2–8 h', fix: WALK },
  'WS-06': { title: 'a session has another id elsewhere', priority: 'P1', effort: '1–4 h', fix: WALK },
  'WS-07': { title: 'a session is in memory and not in the store, or the other way round', priority: 'P1', effort: '1–4 h', fix: WALK },
  'WS-09': { title: 'a session does not end as it should', priority: 'P2', effort: '1–4 h', fix: WALK },
  'WS-10': { title: 'the way from the WebSocket over the agent to the database breaks', priority: 'P0', effort: '2–8 h', fix: WALK },
  'WS-12': { title: 'a chat does not come to its end', priority: 'P0', effort: '2–8 h', fix: WALK },
  'RED-08': {
    title: 'a changed value is read from the cache as it was',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Remove or replace the entry of the cache in the same step that changes the value, after the change is stored.',
  },
  'DATA-06': {
    title: 'what was written is read as something else',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Compare what was sent with the excerpt below: the field that differs is lost or changed on its way into the store or back.',
  },
};
