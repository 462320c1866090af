import { z } from 'zod';

import { counted } from '../lib/text.ts';
import type { Priority } from './finding.ts';
import type { RowResult } from './row-judge.ts';

/** One request that was made to see how the API takes it. */
export const Try = z.object({
  /** What was special about it: `truncated JSON`. */
  case: z.string(),
  /** Of the answer; null when none came, and then `because` says why. */
  status: z.number().nullable(),
  because: z.string().optional(),
  /** Milliseconds. */
  ms: z.number(),
  /** What was seen in the answer beside its status. */
  note: z.string().optional(),
  /** Whether that is what must not be seen: the effect of a payload, a leak. */
  effect: z.boolean().optional(),
  /** By how much the memory of the service rose while it was answered, at its highest; 0 where it did not reach a new height. */
  memoryBytes: z.number().optional(),
  /** A command that repeats it, without what lets it in. */
  repeat: z.string().optional(),
});
export type Try = z.output<typeof Try>;

/** All tries of one operation (or of a socket), with the good request that shows that it works at all. */
export const Tried = z.object({ subject: z.string(), control: Try, tries: z.array(Try) });
export type Tried = z.output<typeof Tried>;

/** What rows that call the API store. */
export const TriesFacts = z.object({
  target: z.string(),
  /** Where the API is described. */
  where: z.string(),
  /** The document, when it is a file of the repository. */
  file: z.string().optional(),
  /** The configuration that is missing: then the rest of the row was not looked at. */
  missing: z.string().optional(),
  tried: z.array(Tried),
  /** Operations that were left out, and why. */
  skipped: z.array(z.string()),
});
export type TriesFacts = z.output<typeof TriesFacts>;

/** What is wrong with one try, if anything. */
export interface Wrong {
  readonly why: string;
  readonly priority?: readonly [Priority, string];
}

export interface TriesRule {
  readonly expected: string;
  /** Judges one try of an operation whose good request worked. */
  readonly wrong: (one: Try, all: Tried) => Wrong | undefined;
  /** Does the good request show that the tries mean something? By default: it was answered with 2xx. */
  readonly works?: (control: Try, all: Tried) => boolean;
  /** Is the try worth something? By default: it was answered. */
  readonly decides?: (one: Try) => boolean;
  /** What is said of an operation of which no try is worth anything. */
  readonly undecided?: string;
}

const SHOWN = 6;

/** A finding for each operation that takes a try wrongly; one answer for all that do not. */
export function judgeTries(
  facts: TriesFacts,
  { expected, wrong, works = isGood, decides = wasAnswered, undecided = 'no try was answered' }: TriesRule,
): RowResult[] {
  const found: RowResult[] = [];
  const open: string[] = [];
  let [decided, cases] = [0, 0];
  for (const all of facts.tried) {
    const bad = works(all.control, all) ? all.tries.flatMap((one) => badOf(one, wrong(one, all))) : [];
    const good = works(all.control, all) && all.tries.some(decides);
    if (bad.length > 0) found.push(confirmed(facts, { all, bad, expected }));
    else if (good) [decided, cases] = [decided + 1, cases + all.tries.length];
    else
      open.push(
        `${all.subject}: ${works(all.control, all) ? undecided : `the good request (${all.control.case}) was answered with ${answerOf(all.control)}`}`,
      );
  }
  const left = [...open, ...facts.skipped];
  const measured = `${counted(cases, 'case')} on ${counted(decided, 'operation')}${left.length === 0 ? '' : `; not tried: ${left.slice(0, SHOWN).join('; ')}${left.length > SHOWN ? `; and ${left.length - SHOWN} more` : ''}`}`;
  const base = { subject: facts.target, measured, expected, locations: locationsOf(facts) };
  if (facts.missing !== undefined)
    return [
      ...found,
      {
        ...base,
        result: { verdict: 'not_tested', because: facts.missing, reason: 'gap' },
        summary: `${facts.missing}.`,
        fix: facts.missing,
      },
    ];
  if (decided > 0)
    return [...found, { ...base, result: { verdict: 'refuted' }, summary: `${facts.target} (${facts.where}): ${measured}.` }];
  if (found.length > 0) return found;
  if (facts.tried.length === 0) {
    const because = `nothing of what ${facts.where} describes can be tried here${left.length === 0 ? '' : ` (${left.slice(0, 3).join('; ')})`}`;
    return [{ ...base, result: { verdict: 'not_applicable', because }, summary: `${because}.` }];
  }
  const because = `nothing was shown: ${open.slice(0, 3).join('; ')}`;
  return [{ ...base, result: { verdict: 'inconclusive', because }, summary: `${because}.` }];
}

/** `200`, `200 (…)`, or why nothing came. */
export function answerOf({ status, because, note }: Try): string {
  return `${status ?? because ?? 'nothing'}${note === undefined ? '' : ` (${note})`}`;
}

export function isGood({ status }: Try): boolean {
  return status !== null && status >= 200 && status < 300;
}

export function isRefused({ status }: Try): boolean {
  return status !== null && status >= 400 && status < 500;
}

export function isBroken({ status }: Try): boolean {
  return status !== null && status >= 500;
}

interface Bad {
  readonly one: Try;
  readonly wrong: Wrong;
}

function badOf(one: Try, wrong: Wrong | undefined): Bad[] {
  return wrong ? [{ one, wrong }] : [];
}

function confirmed(facts: TriesFacts, { all, bad, expected }: { all: Tried; bad: readonly Bad[]; expected: string }): RowResult {
  const worst = bad.map(({ wrong }) => wrong.priority).toSorted((a, b) => (a?.[0] ?? '').localeCompare(b?.[0] ?? ''));
  // A case without a priority of its own has that of the row, which is never less than one that was lowered.
  const plain = bad.some(({ wrong }) => wrong.priority === undefined || wrong.priority[1].startsWith('escalate:'));
  const escalated = bad.map(({ wrong }) => wrong.priority).find((priority) => priority?.[1].startsWith('escalate:'));
  const priority = plain ? escalated : worst[0];
  const listed = bad
    .slice(0, SHOWN)
    .map(({ one, wrong }) => `- ${one.case}: ${answerOf(one)}, ${wrong.why}${one.repeat === undefined ? '' : `\n  ${one.repeat}`}`);
  return {
    subject: all.subject,
    result: { verdict: 'confirmed' },
    summary: `${all.subject} of ${facts.target}; the good request (${all.control.case}) was answered with ${answerOf(all.control)}.\n${listed.join('\n')}${bad.length > SHOWN ? `\n- and ${bad.length - SHOWN} more` : ''}`,
    measured: bad
      .slice(0, SHOWN)
      .map(({ one }) => `${one.case}: ${answerOf(one)}`)
      .join('; '),
    expected,
    locations: locationsOf(facts),
    ...(priority === undefined ? {} : { priority }),
  };
}

function locationsOf({ file }: TriesFacts): { path: string }[] {
  return file === undefined ? [] : [{ path: file }];
}

function wasAnswered({ status }: Try): boolean {
  return status !== null;
}
