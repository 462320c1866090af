import { counted, sentenceList } from '../lib/text.ts';
import { isTestOf, issueOf, type Claim, type ClaimMeaning, type ClaimTests, type ClaimVerdict, type LinkedTest } from '../model/claim.ts';
import { ofKind, type Evidence, type EvidenceOf } from '../model/evidence.ts';
import type { EvidenceRef } from '../model/finding.ts';
import { formatLimit, formatQuantity, keeps, type Limit } from '../model/limit.ts';
import type { Plan } from '../model/plan.ts';
import type { StageName } from '../model/stage.ts';
import type { CaseIdentity } from '../model/tests.ts';

/** How one test of a claim ended, and what that says about the claim. */
export interface DecidedTest {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped' | 'race detected' | 'attempts disagree' | 'did not run';
  /** Absent when the claims file does not say what the outcome means. */
  readonly meaning?: ClaimMeaning;
  /** Why the meaning is not the one that the claims file gives for the outcome. */
  readonly why?: string;
  /** What the test printed that holds a number. */
  readonly numbers: readonly string[];
  readonly test?: LinkedTest;
  readonly evidence?: EvidenceOf<'claims'>;
  /** The claims file decides what this failure means, so it is no failure of the test. */
  readonly explained: boolean;
  /** So it would, if the claims file of the base branch said the same. */
  readonly excusedByChange: boolean;
}

export interface DecidedClaim {
  readonly claim: Claim;
  readonly verdict: ClaimVerdict;
  readonly because: string;
  readonly tests: readonly DecidedTest[];
  readonly stage: StageName;
  readonly refs: readonly EvidenceRef[];
}

/** What the outcomes of their tests and journeys make of the plan's claims. Pure; nothing is read out of an outcome that nobody mapped. */
export function decideClaims({ plan, evidence }: { readonly plan: Plan; readonly evidence: readonly Evidence[] }): DecidedClaim[] {
  const { claims } = plan;
  if (claims === undefined) return [];
  return claims.claims.map((claim) => decide(claim, { plan, evidence, issues: claims.issues }));
}

interface Scope {
  readonly plan: Plan;
  readonly evidence: readonly Evidence[];
  readonly issues: string;
}

function decide(claim: Claim, scope: Scope): DecidedClaim {
  const tests = testsOf(claim, scope);
  const checked = claim.check === undefined ? undefined : checkOf(claim, scope);
  const votes = [...tests.map(voteOf), ...(checked === undefined ? [] : [checked])];
  const { verdict, because } =
    votes.length === 0 ? { verdict: 'not_tested' as const, because: untested(claim, scope) } : combine(claim, votes);
  const seen = tests.find(({ evidence }) => evidence !== undefined)?.evidence;
  return {
    claim,
    verdict: verdict === 'confirmed' && claim.kind === 'documentation' ? 'documentation' : verdict,
    because,
    tests,
    stage: seen?.stage ?? claim.stage ?? scope.plan.stages[0]?.name ?? 'unit',
    refs: [...tests.flatMap(refOf), ...(checked?.refs ?? [])],
  };
}

/** A test may have the issue's name and test something else: it is told, and decides nothing. */
function untested({ id }: Claim, { evidence, issues }: Scope): string {
  const named = ofKind(evidence, 'claims').flatMap(({ tests }) => tests.filter(({ name }) => issueOf(name, issues) === id));
  const but = named.length === 0 ? '' : `; ${sentenceList(named.slice(0, 3).map(({ name }) => name))} only has its name`;
  return `nobody has written a test that decides it${but}`;
}

interface Vote {
  readonly says: ClaimMeaning | undefined;
  readonly because: string;
  readonly refs?: readonly EvidenceRef[];
}

function combine(claim: Claim, votes: readonly Vote[]): { verdict: Exclude<ClaimVerdict, 'documentation'>; because: string } {
  const because = (says: ClaimMeaning | undefined) =>
    sentenceList(
      votes
        .filter((vote) => vote.says === says)
        .map((vote) => vote.because)
        .slice(0, 4),
    );
  const has = (says: ClaimMeaning | undefined) => votes.some((vote) => vote.says === says);
  if (has(undefined)) return { verdict: 'inconclusive', because: because(undefined) };
  if (has('inconclusive')) return { verdict: 'inconclusive', because: because('inconclusive') };
  if (has('confirmed') && has('refuted'))
    return { verdict: 'inconclusive', because: `its tests contradict each other: ${because('confirmed')}; but ${because('refuted')}` };
  // What is bad stays bad when another test is missing; what is good then is not yet known.
  const bad = claim.kind === 'statement' ? 'refuted' : 'confirmed';
  if (has(bad)) return { verdict: bad, because: because(bad) };
  if (has('not_tested'))
    return {
      verdict: votes.some(({ says }) => says === 'confirmed' || says === 'refuted') ? 'inconclusive' : 'not_tested',
      because: because('not_tested'),
    };
  const good = bad === 'refuted' ? 'confirmed' : 'refuted';
  return has(good) ? { verdict: good, because: because(good) } : { verdict: 'inconclusive', because: 'none of its tests decides it' };
}

function testsOf(claim: Claim, { plan, evidence, issues }: Scope): DecidedTest[] {
  const taken = new Set<LinkedTest>();
  return claim.tests.flatMap((mapping): DecidedTest[] => {
    const found = ofKind(evidence, 'claims').flatMap((piece) =>
      piece.tests
        .filter((test) => !taken.has(test) && isTestOf(mapping.pattern, test, issues))
        // What the claims file names by itself is not decided by a wider pattern beside it.
        .filter(
          (test) =>
            !claim.tests.some(
              (other) => other !== mapping && isNarrower(other.pattern, mapping.pattern) && isTestOf(other.pattern, test, issues),
            ),
        )
        .map((test) => {
          taken.add(test);
          return outcomeOf(mapping, { test, piece, evidence });
        }),
    );
    const name = mapping.pattern.replace(/^issue:/, 'tests named after issue ');
    return found.length > 0 || plan.claims === undefined
      ? found
      : [{ name, outcome: 'did not run', meaning: 'not_tested', numbers: [], explained: false, excusedByChange: false }];
  });
}

function isNarrower(pattern: string, than: string): boolean {
  return than.startsWith('issue:') ? !pattern.startsWith('issue:') : !pattern.includes('*') && than.includes('*');
}

interface Found {
  readonly test: LinkedTest;
  readonly piece: EvidenceOf<'claims'>;
  readonly evidence: readonly Evidence[];
}

function outcomeOf(mapping: ClaimTests, { test, piece, evidence }: Found): DecidedTest {
  const of = ofKind(evidence, 'diagnostics').filter(
    ({ stage, command, leg }) => stage === piece.stage && command === piece.command && leg === piece.leg,
  );
  const races = of.flatMap(({ reports }) =>
    reports.filter((report) => report.kind === 'data-race').flatMap((report) => report.seen.filter((seen) => isSeenIn(seen, test))),
  );
  const raced = races.length > 0;
  const printed = numbersOf(test.output);
  const numbers = raced
    ? [
        counted(
          races.reduce((sum, { count }) => sum + count, 0),
          'report of a data race',
          'reports of a data race',
        ),
        ...printed,
      ]
    : printed;
  const base = { name: test.name, numbers, test, evidence: piece };
  const told = (outcome: DecidedTest['outcome'], meaning: ClaimMeaning | undefined, why?: string): DecidedTest => {
    const excused =
      why === undefined && (outcome === 'failed' || outcome === 'race detected') && (meaning === 'confirmed' || meaning === 'refuted');
    return {
      ...base,
      outcome,
      ...(meaning === undefined ? {} : { meaning }),
      ...(why === undefined ? {} : { why }),
      explained: excused && mapping.isNew === undefined,
      excusedByChange: excused && mapping.isNew === true,
    };
  };
  const last = test.attempts.at(-1) ?? 'error';
  if (raced) return told('race detected', mapping.race);
  if (new Set(test.attempts).size > 1)
    return told('attempts disagree', 'inconclusive', `its attempts disagree (${test.attempts.join(', then ')})`);
  if (last === 'error') return told('error', 'inconclusive', 'it ended with an error');
  if (last === 'skipped') return told('skipped', mapping.skip);
  if (last === 'failed') return told('failed', mapping.fail);
  // Only a detector that was on can show that there is no race.
  if (mapping.race !== undefined && !of.some(({ detector }) => detector?.state === 'on'))
    return told('passed', 'not_tested', 'it passed, but nothing shows that the race detector was on');
  return told('passed', mapping.pass);
}

/** A console log knows no tests; results know the test, and most of them its suite. */
function isSeenIn(seen: { readonly test?: string | undefined; readonly suite?: string | undefined }, { name, suite }: LinkedTest): boolean {
  return seen.test === name && (seen.suite === undefined || suite === undefined || seen.suite === suite);
}

function voteOf({ name, outcome, meaning, why }: DecidedTest): Vote {
  if (why !== undefined) return { says: meaning, because: `${name}: ${why}` };
  if (meaning === undefined)
    return { says: undefined, because: `the claims file does not say what it means that ${name} ${verb(outcome)}` };
  return { says: meaning, because: `${name} ${verb(outcome)}` };
}

function verb(outcome: DecidedTest['outcome']): string {
  switch (outcome) {
    case 'skipped':
      return 'was skipped';
    case 'race detected':
      return 'raced';
    case 'error':
      return 'ended with an error';
    case 'attempts disagree':
      return 'passed and failed';
    case 'passed':
    case 'failed':
    case 'did not run':
      return outcome;
  }
}

/** The lines that hold a number, without the place that Go puts before them. */
export function numbersOf(output: readonly string[]): string[] {
  return output
    .map((line) => line.replace(/^\s*[\w./-]+\.\w+:\d+:\s*/, '').trim())
    .filter((line) => /\d/.test(line) && !/\b0x[0-9a-f]+\b|^={5}|race detected during execution|^\*{5}|^goroutine \d/i.test(line))
    .slice(0, 5);
}

function refOf({ name, outcome, numbers, evidence, why }: DecidedTest): EvidenceRef[] {
  if (evidence === undefined) return [];
  const [first] = numbers;
  return [{ id: evidence.id, shows: `${name}: ${why ?? outcome}${first === undefined ? '' : `: ${first}`}` }];
}

function checkOf({ check }: Claim, { evidence }: Scope): Vote {
  const { journey = '', tokens, bytes, duration } = check ?? {};
  const piece = ofKind(evidence, 'journey').findLast((candidate) => candidate.journey === journey);
  if (piece === undefined) return { says: 'not_tested', because: `the journey ${journey} was not run` };
  if (piece.outcome === 'interrupted' || piece.outcome === 'unreachable')
    return { says: 'not_tested', because: `the journey ${journey} was ${piece.outcome}`, refs: [{ id: piece.id, shows: piece.outcome }] };
  const measured: readonly (readonly [string, Limit | undefined, number | undefined])[] = [
    ['tokens', tokens, piece.totals.tokens],
    ['bytes', bytes, piece.totals.bytes],
    ['time', duration, piece.durationMs],
  ];
  const limits = measured.flatMap(([name, limit, value]) => (limit === undefined ? [] : [{ name, limit, value }]));
  const ref = (shows: string) => [{ id: piece.id, shows: `journey ${journey}: ${shows}` }];
  if (limits.length === 0)
    return {
      says: piece.outcome === 'passed' ? 'confirmed' : 'refuted',
      because: `the journey ${journey} ${piece.outcome}`,
      refs: ref(piece.outcome),
    };
  const told = sentenceList(
    limits.map(
      ({ name, limit, value }) =>
        `${value === undefined ? `no ${name} counted` : `${formatQuantity(value, limit.unit)} ${name}`} (claimed ${formatLimit(limit)})`,
    ),
  );
  const missed = limits.some(({ limit, value }) => value !== undefined && !keeps(value, limit));
  const open = limits.some(({ value }) => value === undefined) || piece.outcome !== 'passed';
  return {
    says: missed ? 'refuted' : open ? 'inconclusive' : 'confirmed',
    because: `the journey ${journey} measured ${told}`,
    refs: ref(told),
  };
}

/** Failures that the claims file gives a meaning: told by the claim, not as failed tests. Keys are made by `testKey`. */
export function explainedTests(claims: readonly DecidedClaim[]): ReadonlySet<string> {
  return new Set(
    claims.flatMap(({ tests }) =>
      tests.flatMap(({ explained, test, evidence }) => (explained && test && evidence ? [testKey(evidence, test)] : [])),
    ),
  );
}

/** Failures that only the change itself gives a meaning. */
export function excusedByChange(claims: readonly DecidedClaim[]): ReadonlySet<string> {
  return new Set(
    claims.flatMap(({ tests }) =>
      tests.flatMap((decided) =>
        decided.excusedByChange && decided.test && decided.evidence ? [testKey(decided.evidence, decided.test)] : [],
      ),
    ),
  );
}

/** One test of one command; subtests go with the test that they belong to. */
export function testKey(
  { stage, command }: { readonly stage: StageName; readonly command: string },
  { suite = '', class: owner = '', name, file = '' }: CaseIdentity,
): string {
  return [stage, command, suite, owner, name.split('/', 1)[0] ?? name, file].join('\0');
}

/** `3 claims (#5, #7 and #14)` */
export function listClaims(claims: readonly Pick<Claim, 'id'>[]): string {
  return `${counted(claims.length, 'claim')} (${sentenceList(claims.slice(0, 30).map(({ id }) => nameOfClaim(id)))}${claims.length > 30 ? ', …' : ''})`;
}

/** `#5`, or the name that a claim has. */
export function nameOfClaim(id: string): string {
  return /^\d+\+?$/.test(id) ? `#${id}` : id;
}
