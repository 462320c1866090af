import { code, folded, prose, table } from '../../lib/markdown.ts';
import { counted, cut, oneLine } from '../../lib/text.ts';
import type { ClaimReport, ClaimsReport, ClaimVerdict } from '../../model/claim.ts';
import type { ReportV1 } from '../../model/report-v1.ts';

/** How a verdict stands in a table. */
export const CLAIM_WORDS: Record<ClaimVerdict, string> = {
  confirmed: 'confirmed',
  refuted: 'false positive',
  documentation: 'documentation',
  inconclusive: 'inconclusive',
  not_tested: 'not tested',
};

/** `11 confirmed, 2 refuted, 1 documentation, 6 not tested`: computed, never copied. */
export function claimTally({ tally }: ClaimsReport): string {
  const words = {
    confirmed: 'confirmed',
    refuted: 'refuted',
    documentation: 'documentation',
    inconclusive: 'inconclusive',
    not_tested: 'not tested',
  };
  const parts = Object.entries(words).flatMap(([of, word]) => {
    const value = tally[of as ClaimVerdict];
    return value > 0 ? [`${value} ${word}`] : [];
  });
  return parts.join(', ');
}

/** `4 stated, 2 contradicted` */
export function statedTally({ stated }: ClaimsReport): string {
  const wrong = stated.filter(({ holds }) => !holds).length;
  return wrong === 0 ? '' : `${counted(wrong, 'stated number')} differ${wrong === 1 ? 's' : ''}`;
}

/** The word of a claim: a statement that does not hold is no false positive. */
export function claimWord({ kind, verdict }: ClaimReport): string {
  if (kind !== 'statement') return CLAIM_WORDS[verdict];
  return verdict === 'confirmed' ? 'holds' : verdict === 'refuted' ? 'does not hold' : CLAIM_WORDS[verdict];
}

/** What shows it: the first number that its tests printed, or why there is none. */
export function claimProof({ tests, because, verdict }: ClaimReport): string {
  const number = verdict === 'inconclusive' || verdict === 'not_tested' ? undefined : tests.flatMap(({ numbers }) => numbers)[0];
  return oneLine(number ?? because);
}

/** Every claim with its verdict, and the numbers of the document that differ. */
export function claimsFold({ claims }: ReportV1, most = 60): string {
  if (claims === undefined) return '';
  const rows = claims.claims
    .slice(0, most)
    .map((claim) => [
      code(cut(claim.id, 20)),
      prose(cut(claim.title, 80)),
      claimWord(claim),
      claim.verdict === 'not_tested' ? '' : claim.priority,
      prose(cut(claimProof(claim), 140)),
    ]);
  const more =
    claims.claims.length > rows.length ? `\n\n${counted(claims.claims.length - rows.length, 'more claim')} in the full report.` : '';
  const wrong = claims.stated.filter(({ holds }) => !holds);
  const lies = wrong
    .slice(0, 10)
    .map(({ text, says, computed }) => `- ${prose(cut(text, 100))}: stated ${prose(says)}, counted ${prose(cut(computed, 160))}`);
  const body = [table(['claim', '', 'verdict', 'priority', 'shown by'], rows) + more, lies.join('\n')];
  return folded(`Claims (${[claimTally(claims), statedTally(claims)].filter(Boolean).join('; ')})`, body.filter(Boolean).join('\n\n'));
}
