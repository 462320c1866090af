import type { CaseDetail } from '../model/tests.ts';
import { ofKind, type Evidence, type EvidenceOf } from '../model/evidence.ts';

/** Ids of the tests that ran, by the piece that tells of them. */
export type Ran = (piece: EvidenceOf<'tests'>) => ReadonlySet<string>;

/**
 * What an earlier attempt of the same leg leaves behind: the newest decides, and what failed before and passes now is flaky, not green.
 * `older` comes in the order of its attempts.
 */
export function withEarlier(newest: readonly Evidence[], older: readonly (readonly Evidence[])[], ran: Ran): Evidence[] {
  if (older.length === 0) return [...newest];
  const earlier = older.flat();
  return [
    ...newest.map((piece) => {
      if (piece.kind === 'tests') return withFlaky(piece, ofKind(earlier, 'tests').filter(sameAs(piece)), ran(piece));
      if (piece.kind === 'exit') return { ...piece, attempt: piece.attempt + before(piece, earlier) };
      return piece;
    }),
    ...earlierExits(newest, older),
  ];
}

/** Earlier ends of the commands that ended again, with attempts counted through. */
function earlierExits(newest: readonly Evidence[], older: readonly (readonly Evidence[])[]): Evidence[] {
  const commands = ofKind(newest, 'exit');
  const told: Evidence[] = [];
  for (const [index, pieces] of older.entries()) {
    for (const piece of ofKind(pieces, 'exit')) {
      if (!commands.some((command) => sameAs(command)(piece))) continue;
      const attempt = piece.attempt + before(piece, older.slice(0, index).flat());
      told.push({ ...piece, id: `${piece.id}-run-${String(index + 1)}`, attempt });
    }
  }
  return told;
}

function before(piece: EvidenceOf<'exit'>, earlier: readonly Evidence[]): number {
  return ofKind(earlier, 'exit').filter(sameAs(piece)).length;
}

function withFlaky(piece: EvidenceOf<'tests'>, earlier: readonly EvidenceOf<'tests'>[], ran: ReadonlySet<string>): EvidenceOf<'tests'> {
  const bad = new Set([...piece.failed, ...piece.skipped, ...piece.flaky].map(({ id }) => id));
  const recovered = new Map<string, CaseDetail>();
  for (const test of earlier.flatMap(({ failed }) => failed)) {
    if (ran.has(test.id) && !bad.has(test.id))
      recovered.set(test.id, { ...test, status: 'passed', attempts: [...test.attempts, 'passed'] });
  }
  if (recovered.size === 0) return piece;
  const { counts } = piece;
  // A list that is not whole cannot say what recovered: a test that is not told may still fail.
  if (piece.omitted.failed + piece.omitted.skipped > 0) return piece;
  return {
    ...piece,
    flaky: [...piece.flaky, ...recovered.values()],
    counts: { ...counts, flaky: counts.flaky + recovered.size, runs: counts.runs + recovered.size },
  };
}

function sameAs({ stage, command }: { stage: string; command: string }) {
  return (other: { readonly stage: string; readonly command: string }): boolean => other.stage === stage && other.command === command;
}
