import { judgeTries, TriesFacts, type Try, type Wrong } from '../../model/api-tries.ts';
import { defineJudge, type RowJudge } from '../../model/row-judge.ts';

const SWITCHED = 101;

export const judges: readonly RowJudge[] = [
  defineJudge<TriesFacts>({
    code: 'AUTH-08',
    rule: {
      title: 'a WebSocket is open to pages from elsewhere',
      priority: 'P0',
      effort: '30 min–2 h',
      fix: 'Compare the Origin of every handshake with a list of your own, whole and exactly, and answer 403: browsers send cookies along whatever page opens the socket.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, {
        expected: '403 for origins that are not on the list',
        works: ({ status }) => status === SWITCHED,
        wrong: (one, { control }) =>
          one.status !== SWITCHED
            ? undefined
            : control.note === undefined
              ? { why: 'so any page can speak in the name of its visitors' }
              : { why: 'though only with credentials', priority: ['P2', 'lower:needs-credentials'] },
      }),
  }),
  defineJudge<TriesFacts>({
    code: 'INP-08',
    rule: {
      title: 'messages of a WebSocket are not validated',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Parse and validate every message, limit its size (`maxPayload`), answer a bad one with an error frame, and escape what is shown to others.',
    },
    facts: TriesFacts,
    evaluate: (facts) => judgeTries(facts, { expected: 'an error frame or an orderly close; the service stays', wrong: badMessage }),
  }),
  defineJudge<TriesFacts>({
    code: 'WS-08',
    rule: {
      title: 'a replaced WebSocket goes on hearing',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'When the same session registers again, take the older connection out of the map and close it (code 4000 or 1008) before the new one is answered.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, {
        expected: 'only the newest socket of a session gets its messages',
        wrong: (one) => (one.effect === true ? { why: 'though it was replaced' } : undefined),
      }),
  }),
];

function badMessage(one: Try): Wrong | undefined {
  if (one.effect === true) return { why: 'so one message ends it for all', priority: ['P0', 'escalate:service-down'] };
  if (one.status === 500) return { why: 'without a word: the connection broke' };
  // Texts are echoed by many services, and only a page can tell whether that harms.
  if (one.case.startsWith('a script')) return undefined;
  return one.status === 200 && one.note === 'an answer as to a good message' ? { why: 'so it was taken' } : undefined;
}
