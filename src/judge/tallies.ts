import { sentenceList } from '../lib/text.ts';
import type { ClaimsReport, Tally, TallyOf } from '../model/claim.ts';
import type { Plan } from '../model/plan.ts';
import { nameOfClaim, type DecidedClaim } from './claims.ts';

/** A tally of a document beside the one that the evidence gives. */
export interface HeldTally {
  readonly tally: Tally;
  readonly says: string;
  readonly computed: string;
  readonly holds: boolean;
  /** Claims that are still open could make it right. */
  readonly open: boolean;
}

/** Numbers computed from the claims and their tests alone. */
export function tallyOf(claims: readonly DecidedClaim[]): Record<TallyOf, number> {
  const of = (verdict: DecidedClaim['verdict']) => claims.filter((claim) => claim.verdict === verdict).length;
  return {
    claims: claims.length,
    tested: claims.length - of('not_tested'),
    not_tested: of('not_tested'),
    confirmed: of('confirmed'),
    refuted: of('refuted'),
    documentation: of('documentation'),
    inconclusive: of('inconclusive'),
    tests: new Set(claims.flatMap(({ tests }) => tests.flatMap(({ test }) => (test ? [test] : [])))).size,
  };
}

/** Every number and list that the claims file says a document states, against what the evidence gives. */
export function holdTallies(tallies: readonly Tally[], claims: readonly DecidedClaim[]): HeldTally[] {
  const numbers = tallyOf(claims);
  // A claim whose tests were promised and gave no answer may still end either way.
  const open = claims.filter(
    ({ claim, verdict }) =>
      verdict === 'inconclusive' || (verdict === 'not_tested' && (claim.tests.length > 0 || claim.check !== undefined)),
  ).length;
  return tallies.flatMap((tally) => [...ofNumber(tally, { numbers, open }), ...ofList(tally, { claims, open })]);
}

function ofNumber(tally: Tally, { numbers, open }: { numbers: Record<TallyOf, number>; open: number }): HeldTally[] {
  if (tally.says === undefined) return [];
  const computed = numbers[tally.of];
  const within = Math.abs(tally.says - computed) <= open;
  return [{ tally, says: String(tally.says), computed: String(computed), holds: tally.says === computed, open: open > 0 && within }];
}

function ofList(tally: Tally, { claims, open }: { claims: readonly DecidedClaim[]; open: number }): HeldTally[] {
  const listed = tally.claims;
  if (listed === undefined) return [];
  const really = claims.filter((claim) => isOf(tally.of, claim)).map(({ claim }) => claim.id);
  const absent = really.filter((id) => !listed.includes(id));
  const extra = listed.filter((id) => !really.includes(id));
  const names = (ids: readonly string[]) => sentenceList(ids.slice(0, 12).map(nameOfClaim));
  const differs = [
    absent.length > 0 ? `${names(absent)} not in the list` : '',
    extra.length > 0 ? `${names(extra)} only in the list` : '',
  ].filter(Boolean);
  return [
    {
      tally,
      says: `${listed.length} listed`,
      computed: differs.length === 0 ? `${really.length}, the same` : `${really.length}: ${differs.join('; ')}`,
      holds: differs.length === 0,
      open: open > 0 && absent.length + extra.length <= open,
    },
  ];
}

function isOf(of: TallyOf, { verdict, tests }: DecidedClaim): boolean {
  switch (of) {
    case 'claims':
      return true;
    case 'tested':
      return verdict !== 'not_tested';
    case 'tests':
      return tests.length > 0;
    case 'not_tested':
    case 'confirmed':
    case 'refuted':
    case 'documentation':
    case 'inconclusive':
      return verdict === of;
  }
}

/** The claims as the report shows them; `undefined` without a claims file. */
export function claimsReport({ claims: ledger }: Pick<Plan, 'claims'>, claims: readonly DecidedClaim[]): ClaimsReport | undefined {
  if (ledger === undefined) return undefined;
  return {
    file: ledger.file,
    claims: claims.map(({ claim, verdict, because, tests }) => ({
      id: claim.id,
      title: claim.title,
      kind: claim.kind,
      priority: claim.priority,
      verdict,
      because,
      tests: tests.map(({ name, outcome, meaning, numbers }) => ({
        name,
        outcome,
        ...(meaning === undefined ? {} : { means: meaning }),
        numbers: [...numbers],
      })),
      source: claim.source,
      ...(claim.location === undefined ? {} : { location: claim.location }),
    })),
    tally: tallyOf(claims),
    stated: holdTallies(ledger.tallies, claims).map(({ tally, says, computed, holds }) => ({
      text: tally.text,
      of: tally.of,
      says,
      computed,
      holds,
      source: tally.source,
    })),
  };
}
