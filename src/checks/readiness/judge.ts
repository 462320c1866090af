import { z } from 'zod';

import { samplesFor } from '../../lib/statistics/intervals.ts';
import { atMost, counted, grouped } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';
import { formatDuration } from '../../model/units.ts';

export const UptimeFacts = z.object({
  source: z.string(),
  /** Ratio 0–1. */
  target: z.number(),
  windowMs: z.number(),
  told: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('known'),
      /** Times at which it was looked, and the time of the window that they speak for. */
      samples: z.number(),
      knownMs: z.number(),
      /** Share of that time that it was up, 0–1. */
      up: z.number(),
    }),
    z.object({ state: z.literal('unknown'), because: z.string() }),
  ]),
});
export type UptimeFacts = z.output<typeof UptimeFacts>;

export const BugFacts = z.object({
  where: z.string(),
  labels: z.array(z.string()),
  told: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('known'),
      open: z.array(z.object({ name: z.string(), title: z.string(), url: z.string().optional() })),
      more: z.boolean(),
    }),
    z.object({ state: z.literal('unknown'), because: z.string() }),
  ]),
});
export type BugFacts = z.output<typeof BugFacts>;

export const DocumentFacts = z.object({
  /** Date of the run, ISO. */
  today: z.string(),
  documents: z.array(
    z.object({
      path: z.string(),
      maxAgeMs: z.number(),
      tracked: z.boolean(),
      /** Lines that say something. */
      lines: z.number(),
      owner: z.string().optional(),
      reviewed: z.object({ date: z.string(), line: z.number() }).optional(),
      due: z.object({ date: z.string(), line: z.number() }).optional(),
    }),
  ),
});
export type DocumentFacts = z.output<typeof DocumentFacts>;

const DAY_MS = 86_400_000;

export const judges: readonly RowJudge[] = [
  defineJudge<UptimeFacts>({
    code: 'REL-06',
    rule: {
      title: 'the promised uptime is not kept',
      priority: 'P2',
      effort: '1–3 days',
      fix: 'Look at the longest outages of the window first: what was deployed, what was full, what had one instance. Spend the error budget on nothing else until it is back.',
    },
    facts: UptimeFacts,
    evaluate: (facts) => [uptime(facts)],
  }),
  defineJudge<BugFacts>({
    code: 'REL-07',
    rule: {
      title: 'a critical bug is open',
      priority: 'P1',
      effort: '1–3 days',
      fix: 'Repair it, or agree with whoever reported it that it is not critical and change its label, before this goes out.',
    },
    facts: BugFacts,
    evaluate: bugs,
  }),
  defineJudge<DocumentFacts>({
    code: 'REL-09',
    rule: {
      title: 'a document that compliance asks for is missing or out of date',
      priority: 'P2',
      effort: '2–8 h',
      fix: 'Write it, name who owns it (`Owner: …` in the page, or CODEOWNERS), have it read, and write the day down: `Last reviewed: 2026-01-31`.',
    },
    facts: DocumentFacts,
    evaluate: ({ documents, today }) => documents.map((one) => document(one, today)),
  }),
];

/** What was not measured may have been up or down: it is a kept promise only when it holds either way. */
function uptime({ source, target, windowMs, told }: UptimeFacts): RowResult {
  const expected = `${percent(target)} of ${span(windowMs)}`;
  const base = { subject: 'uptime', expected };
  if (told.state === 'unknown') return left(base, told.because);
  const { samples, knownMs, up } = told;
  const share = Math.min(1, knownMs / windowMs);
  const [worst, best] = [share * up, share * up + (1 - share)];
  const shown = `${percent(up)} of ${grouped(samples)} samples over ${formatDuration(share * windowMs)} of ${span(windowMs)}`;
  const of = { ...base, measured: shown };
  if (best < target)
    return { ...of, result: { verdict: 'confirmed' }, summary: `${source}: up in ${shown}, and ${expected} are promised.` };
  const needs = samplesFor(1 - target);
  if (samples < needs)
    return left(
      base,
      `${source} has ${counted(samples, 'sample')}, and ${percent(target)} takes ${grouped(needs)} without an outage`,
      shown,
    );
  if (worst < target)
    return left(
      base,
      `${source} knows nothing of ${formatDuration((1 - share) * windowMs)}: between ${percent(worst)} and ${percent(best)}`,
      shown,
    );
  return { ...of, result: { verdict: 'refuted' }, summary: `${source}: up in ${shown}.` };
}

function left(base: { subject: string; expected: string }, because: string, measured = 'not known'): RowResult {
  return { ...base, measured, result: { verdict: 'inconclusive', because }, summary: `${because}.` };
}

/** As many digits as a promise of so many nines needs, and never rounded up to it. */
function percent(ratio: number): string {
  return `${String(Math.floor(ratio * 1_000_000 + 1e-6) / 10_000)}%`;
}

function bugs({ where, labels, told }: BugFacts): RowResult[] {
  const wanted = atMost(labels, 3);
  const expected = `no open issue with the label ${wanted}`;
  if (told.state === 'unknown') return [left({ subject: where, expected }, told.because)];
  const { open, more } = told;
  if (open.length === 0)
    return [
      {
        subject: where,
        expected,
        measured: 'none open',
        result: { verdict: 'refuted' },
        summary: `${where} has no open issue with the label ${wanted}.`,
      },
    ];
  const further = more ? ', and there are more' : '';
  return open.map(({ name, title, url }) => ({
    subject: `${where}: ${name}`,
    expected,
    measured: `${name} is open`,
    result: { verdict: 'confirmed' },
    summary: `${name} ${title}${url === undefined ? '' : ` (${url})`} is open with the label ${wanted}${further}.`,
  }));
}

function document({ path, maxAgeMs, tracked, lines, owner, reviewed, due }: DocumentFacts['documents'][number], today: string): RowResult {
  const base = {
    subject: path,
    expected: `a document with an owner, reviewed within ${span(maxAgeMs)}`,
    locations: tracked ? [{ path, ...(reviewed === undefined ? {} : { line: reviewed.line }) }] : [],
  };
  const wrong = [
    ...(tracked ? [] : ['no such file is tracked']),
    ...(tracked && lines === 0 ? ['it is empty'] : []),
    ...(tracked && lines > 0 && owner === undefined ? ['it names no owner'] : []),
    ...(tracked && lines > 0 ? late({ reviewed, due, maxAgeMs }, today) : []),
  ];
  if (wrong.length === 0)
    return {
      ...base,
      measured: `${owner ?? ''}, ${reviewed?.date ?? ''}`,
      result: { verdict: 'refuted' },
      summary: `${path}: owned by ${owner ?? ''}, reviewed on ${reviewed?.date ?? ''}.`,
    };
  const measured = wrong.join(', ');
  return { ...base, measured, result: { verdict: 'confirmed' }, summary: `${path}: ${measured}.` };
}

function late(
  { reviewed, due, maxAgeMs }: Pick<DocumentFacts['documents'][number], 'reviewed' | 'due' | 'maxAgeMs'>,
  today: string,
): string[] {
  if (reviewed === undefined) return ['it does not say when it was last reviewed'];
  const at = Date.parse(reviewed.date);
  if (Number.isNaN(at)) return [`${reviewed.date}, when it was reviewed, is no day`];
  const ageMs = Date.parse(today) - at;
  // A day ahead is another time zone.
  if (ageMs < -DAY_MS) return [`its review is in the future (${reviewed.date})`];
  return [
    ...(ageMs > maxAgeMs ? [`last reviewed on ${reviewed.date}, ${span(Math.floor(ageMs / DAY_MS) * DAY_MS)} ago`] : []),
    ...(due !== undefined && Date.parse(today) > Date.parse(due.date) ? [`its next review was due on ${due.date}`] : []),
  ];
}

/** Records and reviews are about days. */
function span(ms: number): string {
  return ms > DAY_MS && ms % DAY_MS === 0 ? counted(ms / DAY_MS, 'day') : formatDuration(ms);
}
