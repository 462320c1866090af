import type { Json } from '../../lib/json.ts';
import { cut, shellQuote } from '../../lib/text.ts';
import type { Finding, Priority } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import type { Location } from '../../model/source.ts';
import { LEVELS } from './rules.ts';

export type Extent = 'full' | 'github';

const RANKS: Readonly<Record<Priority, number>> = { P0: 95, P1: 75, P2: 45, P3: 15 };

/** SARIF's words for what became of a rule: only `fail` has a level. */
const KINDS: Readonly<Record<Finding['result']['verdict'], string>> = {
  confirmed: 'fail',
  refuted: 'pass',
  inconclusive: 'review',
  not_tested: 'open',
  not_applicable: 'notApplicable',
};

/** SARIF knows four states; what came back is new again, what moved is unchanged with another place. */
const STATES: Readonly<Record<string, string>> = { new: 'new', existing: 'unchanged', moved: 'updated', regressed: 'new', fixed: 'absent' };

/** A finding as a result. Its fingerprint holds no line, so it stays the same alert when code moves. */
export function resultOf(report: ReportV1, finding: Finding, { extent, ruleIndex }: { extent: Extent; ruleIndex: number }): Json {
  const kind = KINDS[finding.result.verdict];
  const state = report.baseline.state === 'compared' ? STATES[finding.novelty] : undefined;
  const locations = finding.locations.flatMap((place) => physical(place) ?? []);
  return {
    ruleId: finding.code,
    ruleIndex,
    kind: kind ?? 'open',
    level: kind === 'fail' ? LEVELS[finding.priority] : 'none',
    rank: RANKS[finding.priority],
    message: { text: messageOf(report, finding) },
    locations:
      extent === 'github'
        ? locations.slice(0, 1).map((physicalLocation) => ({ physicalLocation }))
        : locations.map((physicalLocation) => ({ physicalLocation, logicalLocations: [{ name: finding.subject }] })),
    partialFingerprints: {
      'gauntlet/v1': finding.fingerprint,
      // The one key that GitHub tells alerts apart by.
      ...(extent === 'github' ? { primaryLocationLineHash: `${finding.fingerprint.replace(/^\w+:/, '')}:1` } : {}),
    },
    ...(extent === 'github' ? {} : whole(finding, state)),
  };
}

/** What GitHub does not read. */
function whole(finding: Finding, state: string | undefined): { readonly [key: string]: Json } {
  const { waiver } = finding;
  return {
    ...(state === undefined ? {} : { baselineState: state }),
    ...(waiver === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: `waiver ${waiver}, from the base branch` }] }),
    properties: {
      priority: finding.priority,
      prioritySource: finding.prioritySource,
      disposition: finding.disposition,
      verdict: finding.result.verdict,
      ...('because' in finding.result ? { because: finding.result.because } : {}),
      novelty: finding.novelty,
      stage: finding.stage,
      subject: finding.subject,
      measured: finding.measured,
      expected: finding.expected,
      effort: finding.effort.range,
      evidence: finding.evidence.map(({ id, shows }) => ({ id, shows })),
      repro: finding.repro,
      ...(finding.owners === undefined ? {} : { owners: finding.owners }),
      ...(finding.group === undefined ? {} : { group: finding.group }),
    },
  };
}

function messageOf({ command }: ReportV1, finding: Finding): string {
  const because = 'because' in finding.result ? ` Not known, because: ${finding.result.because}` : '';
  const repro = [command, ...finding.repro.map(shellQuote)].join(' ');
  return cut(
    `${finding.title}. ${finding.summary}${because}\nMeasured ${finding.measured}; allowed ${finding.expected}.\nFix: ${finding.fix}\nHere: ${repro}`,
    4_000,
  );
}

/** A place in the repository; `undefined` for one that no reader could open. */
function physical({ path, line, endLine, column }: Location): Json | undefined {
  const parts = path.toWellFormed().split('/');
  if (path === '' || path.startsWith('/') || parts.includes('..')) return undefined;
  const region = {
    ...(positive(line) ? { startLine: line } : {}),
    ...(positive(line) && positive(endLine) && endLine >= line ? { endLine } : {}),
    ...(positive(line) && positive(column) ? { startColumn: column } : {}),
  };
  return {
    artifactLocation: { uri: parts.map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    ...(Object.keys(region).length === 0 ? {} : { region }),
  };
}

function positive(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value > 0;
}
