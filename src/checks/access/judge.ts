import { isBroken, isGood, isRefused, judgeTries, TriesFacts, type Tried, type Try } from '../../model/api-tries.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';
import { judgeTrail, TRAIL_RULE, TrailFacts } from './judge-trail.ts';

const EXPECTED = {
  invalid: '401 or 403 for credentials that nobody gave out',
  missing: '401 or 403 without credentials',
  valid: '2xx with valid credentials',
  admin: '2xx for an admin alone',
  first: 'the first call of a fresh service is answered as every later one',
  bypass: 'no protected call succeeds without valid credentials',
  token: '401 or 403 for every forged token',
  lifetime: 'tokens that say when they end, in a day at the latest',
} as const;

const open = { why: 'it is let in' } as const;

export const judges: readonly RowJudge[] = [
  defineJudge<TriesFacts>({
    code: 'AUTH-01',
    rule: {
      title: 'invalid credentials are let in',
      priority: 'P0',
      effort: '1–4 h',
      fix: 'Check that credentials are known, not only that they are there, before anything else is done with the request; answer 401.',
    },
    facts: TriesFacts,
    evaluate: (facts) => judgeTries(facts, { expected: EXPECTED.invalid, works: lockWorks, wrong: letIn }),
  }),
  defineJudge<TriesFacts>({
    code: 'AUTH-02',
    rule: {
      title: 'a protected operation needs no credentials',
      priority: 'P0',
      effort: '1–4 h',
      fix: 'Refuse with 401 whoever brings no credentials, for all operations but those on a list of public ones; if this one is public, say so in the document with `security: []`.',
    },
    facts: TriesFacts,
    // That somebody is let in needs no control: only that somebody is not.
    evaluate: (facts) =>
      judgeTries(facts, {
        expected: EXPECTED.missing,
        works: (control, all) => lockWorks(control, all) || all.tries.some(isGood),
        wrong: letIn,
      }),
  }),
  defineJudge<TriesFacts>({
    code: 'AUTH-03',
    rule: {
      title: 'valid credentials are refused',
      priority: 'P0',
      effort: '30 min–2 h',
      fix: 'Compare the credentials under `clients` with those that the stack was given; if they are the same, the service refuses callers that it should let in.',
    },
    facts: TriesFacts,
    evaluate: validLetIn,
  }),
  defineJudge<TriesFacts>({
    code: 'AUTH-05',
    rule: {
      title: 'an admin operation is open to those who are no admin',
      priority: 'P0',
      effort: '1–4 h',
      fix: 'Check the role on every admin operation, in one place that new ones cannot leave out; answer 403.',
    },
    facts: TriesFacts,
    evaluate: (facts) => judgeTries(facts, { expected: EXPECTED.admin, wrong: (one) => (isGood(one) ? open : undefined) }),
  }),
  defineJudge<TriesFacts>({
    code: 'AUTH-10',
    rule: {
      title: 'the first caller of a fresh service is refused',
      priority: 'P1',
      effort: '2–8 h',
      fix: 'Be ready only when keys are loaded and connections stand: the health check must not answer 2xx before.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, { expected: EXPECTED.first, wrong: (one) => (isGood(one) ? undefined : { why: 'and the same call later works' }) }),
  }),
  defineJudge<TriesFacts>({
    code: 'AUTH-11',
    rule: {
      title: 'a protected call succeeds without valid credentials',
      priority: 'P0',
      effort: '2–8 h',
      fix: 'Decide who is let in after the path is normalised and routed, by the same router that serves it, and never by headers that the caller chooses.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, {
        expected: EXPECTED.bypass,
        wrong: (one) => (one.effect === true ? { why: 'with the answer of the protected operation' } : undefined),
      }),
  }),
  defineJudge<TriesFacts>({
    code: 'SEC-07',
    rule: {
      title: 'the key of one service opens another',
      priority: 'P1',
      effort: '2–8 h',
      fix: 'Give each service a list of the keys that are meant for it, and refuse all others: a key that leaks must open one door.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, { expected: '401 or 403 for keys of other services', wrong: (one) => (isGood(one) ? open : undefined) }),
  }),
  defineJudge<TrailFacts>({ code: 'SEC-11', rule: TRAIL_RULE, facts: TrailFacts, evaluate: judgeTrail }),
  defineJudge<TriesFacts>({
    code: 'SEC-19',
    rule: {
      title: 'a forged token is let in',
      priority: 'P0',
      effort: '2–8 h',
      fix: 'Verify the signature with the one algorithm that you sign with (a list of one, never what the token says), then expiry, issuer and audience.',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, {
        expected: EXPECTED.token,
        wrong: (one) =>
          isGood(one)
            ? open
            : isBroken(one)
              ? { why: 'which is an error of the server', priority: ['P2', 'lower:refused-by-crash'] }
              : undefined,
      }),
  }),
  defineJudge<TriesFacts>({
    code: 'SEC-10',
    rule: {
      title: 'a token does not end',
      priority: 'P1',
      effort: '1–4 h',
      fix: 'Give tokens an expiry (`exp`) of minutes to hours, and a refresh; say it in the answer of the login (`expires_in`).',
    },
    facts: TriesFacts,
    evaluate: (facts) =>
      judgeTries(facts, {
        expected: EXPECTED.lifetime,
        wrong: (one) => (one.effect === true ? { why: 'which is too long, or no end at all' } : undefined),
      }),
  }),
];

/** The key is taken, even where the operation then finds nothing; and keys mean something: somebody without is answered otherwise. */
function lockWorks(control: Try, { tries }: Tried): boolean {
  if (isGood(control)) return true;
  return (
    isRefused(control) &&
    control.status !== 401 &&
    control.status !== 403 &&
    control.status !== 429 &&
    tries.some(({ status }) => status === 401 || status === 403)
  );
}

function letIn(one: Try, { control }: Tried): { why: string } | undefined {
  return isGood(one) && (isGood(control) || control.status === null || control.case === 'nobody') ? open : undefined;
}

/** Each client that somebody vouches for gets into one operation at least. */
function validLetIn(facts: TriesFacts): readonly RowResult[] {
  if (facts.missing !== undefined) return judgeTries(facts, { expected: EXPECTED.valid, wrong: () => undefined });
  const roles = [...new Set(facts.tried.flatMap(({ tries }) => tries.map((one) => one.case)))];
  return roles.map((role): RowResult => {
    const own = facts.tried.flatMap(({ subject, tries }) => tries.filter((one) => one.case === role).map((one) => ({ subject, one })));
    const answers = own
      .slice(0, 6)
      .map(({ subject, one }) => `${subject}: ${one.status ?? one.because ?? ''}`)
      .join('; ');
    const base = { subject: role, measured: answers, expected: EXPECTED.valid };
    if (own.some(({ one }) => isGood(one)))
      return { ...base, result: { verdict: 'refuted' }, summary: `The client ${role} is let in: ${answers}.` };
    if (own.every(({ one }) => one.status === 401 || one.status === 403))
      return { ...base, result: { verdict: 'confirmed' }, summary: `The client ${role} is refused by every operation: ${answers}.` };
    return {
      ...base,
      result: { verdict: 'inconclusive', because: `no operation answers the client ${role} with 2xx: ${answers}` },
      summary: `No operation answers the client ${role}: ${answers}.`,
    };
  });
}
