import { code, fenced, folded, htmlProse, prose, table, text } from '../../lib/markdown.ts';
import { cut, shellQuote } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';

/** Findings as rows: what, where, how much, how long to repair. */
export function findingsTable(findings: readonly Finding[]): string {
  // Names stand as code: nobody is called to a comment that is written anew with every push.
  const owned = findings.some(({ owners = [] }) => owners.length > 0);
  return table(
    ['', 'finding', 'where', ...(owned ? ['owners'] : []), 'measured', 'allowed', 'effort'],
    findings.map((finding) => [
      label(finding),
      `**${finding.code}** ${prose(cut(finding.title, 120))}`,
      code(cut(where(finding), 100)),
      ...(owned ? [ownersOf(finding)] : []),
      prose(cut(finding.measured, 80)),
      prose(cut(finding.expected, 80)),
      // `2 h` in a narrow column stays together.
      text(finding.effort.range).replaceAll(' ', '&nbsp;'),
    ]),
  );
}

function ownersOf({ owners = [] }: Finding): string {
  return owners
    .slice(0, 4)
    .map((owner) => code(cut(owner, 60)))
    .join(' ');
}

/** One finding folded: what happened, proof, fix, how to see it here. `length` bounds each part in characters. */
export function findingFold(report: ReportV1, finding: Finding, length: number): string {
  return folded(`<b>${finding.code}</b> ${htmlProse(cut(finding.title, 120))}`, findingBody(report, finding, length));
}

/** The same, open. */
export function findingSection(report: ReportV1, finding: Finding, length: number): string {
  return [
    `#### ${finding.code}: ${prose(finding.title)}`,
    `${label(finding)} · ${finding.disposition} · ${finding.stage} · ${code(where(finding))}`,
    findingBody(report, finding, length),
  ].join('\n\n');
}

function findingBody(report: ReportV1, finding: Finding, length: number): string {
  const { said, block } = story(finding.summary, length);
  const because = 'because' in finding.result ? `**Not known, because:** ${prose(cut(finding.result.because, length))}` : '';
  const proof = finding.evidence
    .slice(0, Math.max(1, Math.floor(length / 300)))
    .map(({ id, shows }) => `- ${code(cut(id, 120))}: ${prose(cut(shows, Math.min(length, 300)))}`);
  const places = finding.locations
    .slice(0, 5)
    .map(({ path, line, endLine }) =>
      code(`${path}${line === undefined ? '' : `:${line}`}${endLine === undefined || endLine === line ? '' : `-${endLine}`}`),
    );
  return [
    `**What happened.** ${said}`,
    block === '' ? '' : fenced(block),
    because,
    `**Proof.** Measured: ${prose(finding.measured)}. Allowed: ${prose(finding.expected)}.${places.length > 0 ? ` At ${places.join(', ')}.` : ''}\n\n${proof.join('\n')}`,
    `**Fix** (${text(finding.effort.range)}). ${prose(cut(finding.fix, length))}`,
    finding.waiver === undefined ? '' : `**Waived** by ${code(finding.waiver)}.`,
    `**Here.** ${code(reproLine(report, finding))}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** The command that shows the finding again. */
export function reproLine({ command }: Pick<ReportV1, 'command'>, { repro }: Pick<Finding, 'repro'>): string {
  return [command, ...repro.map(shellQuote)].join(' ');
}

/** `P0 new`, `P1 known`, `P0 not looked at`. */
function label({ priority, novelty, result, disposition }: Finding): string {
  const words = result.verdict === 'confirmed' ? NOVELTY[novelty] : result.verdict === 'inconclusive' ? 'inconclusive' : 'not looked at';
  return [disposition === 'blocking' ? `**${priority}**` : priority, words, disposition === 'waived' ? 'waived' : '']
    .filter(Boolean)
    .join(' ');
}

const NOVELTY: Record<Finding['novelty'], string> = {
  new: 'new',
  existing: 'known',
  moved: 'known, moved',
  regressed: 'regressed',
  unknown: '',
};

/** The first place in the repository, or what the finding is about. */
export function where({ locations: [first], subject }: Pick<Finding, 'locations' | 'subject'>): string {
  if (!first) return subject;
  const end = first.endLine === undefined || first.endLine === first.line ? '' : `-${first.endLine}`;
  return `${first.path}${first.line === undefined ? '' : `:${first.line}${end}`}`;
}

/** A summary is prose and list items; after an empty line comes output, which is shown as it is. */
function story(summary: string, length: number): { said: string; block: string } {
  const [head = '', ...rest] = summary.split('\n\n');
  const lines = cut(head, length)
    .split('\n')
    .map((line) => (line.startsWith('- ') ? `- ${prose(line.slice(2))}` : prose(line)));
  const said = lines
    .map((line, index) =>
      index === 0
        ? line
        : line.startsWith('- ')
          ? lines[index - 1]?.startsWith('- ')
            ? `\n${line}`
            : `\n\n${line}`
          : `${lines[index - 1]?.startsWith('- ') ? '\n\n' : '<br>'}${line}`,
    )
    .join('');
  return { said, block: cut(rest.join('\n\n'), length) };
}
