import {
  isBroken,
  isGood,
  isRefused,
  judgeTries,
  TriesFacts,
  type TriesRule,
  type Try,
  type Tried,
  type Wrong,
} from '../../model/api-tries.ts';
import type { Rule } from '../../model/rule.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const broken: Wrong = { why: 'an error of the server in place of a refusal' };
const taken: Wrong = { why: 'it was taken' };

export const judges: readonly RowJudge[] = [
  row(
    'INP-01',
    {
      title: 'a malformed body is not refused',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Parse and validate every body against its schema before anything else is done with it; answer 400 or 422, and never leave the parser’s exception to the framework.',
    },
    { expected: '4xx for every malformed body', wrong: malformed },
  ),
  defineJudge<TriesFacts>({
    code: 'INP-02',
    rule: {
      title: 'an error tells of the inside',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Answer with a code of your own and log the rest: switch debug pages off, catch every error in one place, and hide versions in headers.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(byLeak(facts), {
        expected: 'errors without stack traces, SQL, addresses, secrets or versions',
        wrong: leaked,
        // Who refuses nothing shows no error of its own: a service that is down, or one that takes whatever comes.
        decides: isRefused,
        undecided: 'no wrong request was refused, so no error of its own was seen',
      }),
  }),
  row(
    'INP-03',
    {
      title: 'nothing limits the size of a text',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Limit the body before it is read (413), and each text by its `maxLength` (422); write both into the OpenAPI document.',
    },
    { expected: 'texts up to their limit are taken, longer ones refused with 4xx', wrong: tooLarge },
  ),
  defineJudge<TriesFacts>({
    code: 'INP-04',
    rule: {
      title: 'a list has no cap',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Refuse a limit below 1 with 422 and never give more than the cap, whatever is asked; write `minimum` and `maximum` into the OpenAPI document.',
    },
    facts: TriesFacts,
    evaluate: capped,
  }),
  row(
    'INP-05',
    {
      title: 'input is run',
      priority: 'P1',
      effort: '2–8 h',
      fix: 'Hand values to the database as parameters, never as a part of the statement; no shell, template or path is built of what a caller sends.',
    },
    {
      expected: 'payloads are data: no effect, no error of the server',
      wrong: (one) =>
        one.effect === true ? { why: 'so it was run', priority: ['P0', 'escalate:canary-fired'] } : isBroken(one) ? broken : undefined,
    },
  ),
  row(
    'INP-06',
    {
      title: 'an embedding that is no vector is taken',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Check the dimension, that every number is finite, and that not all are zero, before anything is stored or searched.',
    },
    { expected: '4xx for vectors that are none', wrong: vector },
  ),
  row(
    'INP-07',
    {
      title: 'a search that finds nothing fails',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Answer 200 with an empty list: no match is no error.',
    },
    { expected: '2xx with an empty list', wrong: (one) => (isGood(one) ? undefined : { why: 'in place of an empty result' }) },
  ),
  row(
    'INP-10',
    {
      title: 'an edge value ends in an error of the server',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Repeat the request below, read the log of the service, and validate the value where it comes in.',
    },
    {
      expected: 'no error of the server for any edge value',
      wrong: (one) =>
        isBroken(one) ? broken : one.status === null && /reset|other/.test(one.because ?? '') ? { why: 'the connection broke' } : undefined,
    },
  ),
  row(
    'VEC-11',
    {
      title: 'vector search takes any query',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Check the vector and the limit of every search before the store is asked.',
    },
    { expected: '4xx for vectors that are none and for limits that nobody can want', wrong: vector },
  ),
];

function row(code: string, rule: Rule, tries: TriesRule): RowJudge {
  return defineJudge<TriesFacts>({ code, rule, facts: TriesFacts, evaluate: (facts) => judgeTries(facts, tries) });
}

function malformed(one: Try): Wrong | undefined {
  if (isBroken(one)) return broken;
  if (!isGood(one)) return undefined;
  // Many frameworks read JSON whatever the header says: worth a word, no more.
  return one.case === 'another content type' ? { ...taken, priority: ['P3', 'lower:lenient-content-type'] } : taken;
}

/** One finding for each kind of leak, whatever the number of operations that have it: they have one cause. */
function byLeak(facts: TriesFacts): TriesFacts {
  const kinds = new Map<string, Tried>();
  for (const { subject, tries, control } of facts.tried) {
    if (tries.length === 0) kinds.set(subject, { subject, control, tries });
    for (const one of tries) {
      const kind = one.effect === true ? `${facts.target}: ${(one.note ?? '').split(/[:,]/)[0] ?? ''}` : '';
      const known = kinds.get(kind) ?? { subject: kind === '' ? facts.target : kind, control, tries: [] };
      kinds.set(kind, { ...known, tries: [...known.tries, { ...one, case: `${subject}, ${one.case}` }] });
    }
  }
  return { ...facts, tried: [...kinds.values()] };
}

function leaked(one: Try): Wrong | undefined {
  if (one.effect !== true) return undefined;
  const note = one.note ?? '';
  if (/^a (?:secret|connection string)/.test(note))
    return { why: 'which must never leave the service', priority: ['P0', 'escalate:secret'] };
  if (note.startsWith('a version')) return { why: 'which tells what to attack', priority: ['P2', 'lower:version-alone'] };
  return { why: 'which tells how it is made' };
}

/** Fifty times a text of 10 MB: parsers and heaps that grow by steps need some of it, and nobody needs all. */
const MEMORY_BYTES = 500_000_000;

function tooLarge(one: Try): Wrong | undefined {
  const { memoryBytes = 0 } = one;
  if (memoryBytes > MEMORY_BYTES) return { why: `and it cost ${Math.round(memoryBytes / 1e6)} MB of memory` };
  if (one.case.endsWith('its limit'))
    return isBroken(one)
      ? broken
      : isRefused(one)
        ? { why: 'though the document allows it', priority: ['P2', 'lower:stricter-than-documented'] }
        : undefined;
  if (isBroken(one)) return broken;
  if (!isGood(one)) return undefined;
  if (one.note === undefined) return taken;
  // Nobody said that there is a limit: only what no text is so long as.
  return undefined;
}

function vector(one: Try): Wrong | undefined {
  if (isBroken(one)) return broken;
  return isGood(one) ? taken : undefined;
}

/** The cap shows only where there is more than it allows; that nonsense is refused, or answered with less, shows always. */
function capped(facts: TriesFacts): RowResult[] {
  const results = judgeTries(facts, { expected: 'no more results than the cap, whatever is asked; no error for 0 and −1', wrong: overCap });
  const seen = facts.tried.some(({ tries }) => tries.some((one) => isRefused(one) || /^\d+ results/.test(one.note ?? '')));
  if (seen) return results;
  return results.map((result) =>
    result.result.verdict === 'refuted'
      ? { ...result, result: { verdict: 'inconclusive', because: 'no answer is a list whose results could be counted' } }
      : result,
  );
}

function overCap(one: Try, _all: Tried): Wrong | undefined {
  if (isBroken(one)) return broken;
  return one.effect === true ? { why: 'more than the cap' } : undefined;
}
