import type { Claim, ClaimLedger, ClaimTests } from '../model/claim.ts';
import type { PlannedStage } from '../model/plan.ts';

/** A ledger in which every claim has the stage that decides it. */
export type StageClaims = Omit<ClaimLedger, 'claims'> & { readonly claims: Claim[] };

/** Rows that the claims as a whole answer. */
export const CLAIM_ROWS: readonly string[] = ['TST-16', 'TST-17', 'TST-18', 'TST-19', 'RPT-01', 'RPT-06', 'RPT-09'];

/**
 * Marks what a change says of its own tests: meanings that the base branch's claims file (`undefined`: none) does not give to
 * the same pattern. They decide claims, and excuse no failing test.
 */
export function sinceBase(ledger: ClaimLedger, base: ClaimLedger | undefined): ClaimLedger {
  const known = new Set(base?.claims.flatMap(({ tests }) => tests.map(meaningsOf)));
  return {
    ...ledger,
    claims: ledger.claims.map((claim) => ({
      ...claim,
      tests: claim.tests.map((tests) => (known.has(meaningsOf(tests)) ? tests : { ...tests, isNew: true as const })),
    })),
  };
}

function meaningsOf({ pattern, fail, race = 'nothing' }: ClaimTests): string {
  return [pattern, fail, race].join('\0');
}

/**
 * The claims that the wanted stages decide. A claim without a stage belongs to the first one whose results are read (to the
 * one that runs its journey, when it has a check); claims of stages that this run leaves out are left out with them.
 */
export function planClaims(
  ledger: ClaimLedger | undefined,
  all: readonly PlannedStage[],
  wanted: readonly PlannedStage[],
): StageClaims | undefined {
  if (ledger === undefined) return undefined;
  const counted = all.find(({ commands }) => commands.some(({ results }) => results.length > 0)) ?? all[0];
  const placed = ledger.claims.map((claim): Claim => {
    const journey = claim.check?.journey;
    const stage = claim.stage ?? all.find(({ journeys }) => journey !== undefined && journeys.includes(journey))?.name ?? counted?.name;
    return stage === undefined ? claim : { ...claim, stage };
  });
  const complete = wanted.length === all.length;
  // A claim of a stage that gauntlet.yml does not have is never decided: that is said, unless somebody asked for a part alone.
  const claims = placed.filter(({ stage }) => wanted.some(({ name }) => name === stage) || (complete && wanted.length > 0));
  if (claims.length === 0) return undefined;
  // Tallies are about all claims: a part of them cannot bear them out.
  return { ...ledger, claims, tallies: claims.length === placed.length ? ledger.tallies : [] };
}
