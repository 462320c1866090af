import { posix } from 'node:path';

import type { Finding, Priority } from '../model/finding.ts';
import type { Waiver } from '../model/plan.ts';
import { containsPattern } from '../lib/test-pattern.ts';
import type { Context, Drafted, Member } from './context.ts';
import { draft } from './draft.ts';

/** Why a waiver does not hold; `undefined` for one that does. */
export function voidBecause(waiver: Waiver, today: string): { readonly what: 'invalid' | 'expired'; readonly why: string } | undefined {
  if (waiver.reason.trim().length < 20) return { what: 'invalid', why: 'its reason has fewer than 20 characters' };
  if (waiver.approved_by.trim() === '') return { what: 'invalid', why: 'nobody approved it' };
  if (!isDate(waiver.expires)) return { what: 'expired', why: `"${waiver.expires}" is not a date, and what has no end has ended` };
  if ('service' in waiver.match && !specific(waiver.match.service)) return { what: 'invalid', why: 'it names no single service' };
  if ('path' in waiver.match && !specific(waiver.match.path)) return { what: 'invalid', why: 'its path matches everything' };
  if ('test' in waiver.match && !specific(waiver.match.test)) return { what: 'invalid', why: 'it names no single test' };
  if ('message' in waiver.match && !specific(waiver.match.message)) return { what: 'invalid', why: 'its message matches everything' };
  // The last day still counts. Dates of one form compare as text.
  return waiver.expires < today.slice(0, 10) ? { what: 'expired', why: `it expired on ${waiver.expires}` } : undefined;
}

export type Covered = Pick<Finding, 'code' | 'subject' | 'fingerprint' | 'locations'> & Pick<Member, 'test' | 'message'>;

/** Does the waiver cover the finding, and all of it? A finding that gathers many subjects is covered only member by member. */
export function covers(waiver: Waiver, finding: Covered): boolean {
  const { match } = waiver;
  if ('fingerprint' in match) return match.fingerprint === finding.fingerprint;
  if (match.code !== finding.code) return false;
  if ('test' in match) return finding.test !== undefined && containsPattern(match.test, `${finding.subject} › ${finding.test}`);
  if ('message' in match) return finding.message !== undefined && containsPattern(match.message, finding.message);
  if ('service' in match) return finding.subject.split(/[\s→,:()]+/).includes(match.service);
  const paths = finding.locations.length > 0 ? finding.locations.map(({ path }) => path) : [finding.subject];
  return paths.every((path) => posix.matchesGlob(path, match.path));
}

/** What became of the waivers of a run: the priorities that each one covered, and what outgrew it. */
export interface WaiverUse {
  readonly used: Map<string, Priority[]>;
  readonly widened: Map<string, string>;
}

/** Is the finding still no worse than what was approved? What has no number cannot be shown to be. */
export function stillHolds(
  { id, only_while }: Waiver,
  { measured, subject }: Pick<Finding, 'measured' | 'subject'>,
  { widened }: WaiverUse,
): boolean {
  if (only_while === undefined) return true;
  const [, operator = '', limit = ''] = only_while.split(' ');
  const number = /\d[\d,]*(?:\.\d+)?/.exec(measured)?.[0];
  const value = number === undefined ? Number.NaN : Number(number.replaceAll(',', ''));
  if (compares(value, operator, Number(limit))) return true;
  widened.set(id, `${subject} measures ${measured}, and it was approved for \`${only_while}\` alone`);
  return false;
}

function compares(value: number, operator: string, limit: number): boolean {
  switch (operator) {
    case '<=':
      return value <= limit;
    case '<':
      return value < limit;
    case '>=':
      return value >= limit;
    case '>':
      return value > limit;
    default:
      return value === limit;
  }
}

/** Waivers that do not hold, or that cover nothing (any more), are findings themselves. */
export function waiverFindings(context: Context, { used, widened }: WaiverUse): Drafted[] {
  return context.plan.policy.waivers.flatMap((waiver) => {
    const broken = voidBecause(waiver, context.today) ?? outgrown(widened.get(waiver.id));
    const long = tooLong(waiver, context.today, used.get(waiver.id) ?? []);
    if (!broken && !long && used.has(waiver.id)) return [];
    const { what, why }: { what: Broken; why: string } = broken ??
      (used.has(waiver.id) ? long : undefined) ?? {
        what: 'unused',
        why: 'it covers no confirmed finding of this run; what could not be looked at cannot be waived',
      };
    return [
      draft('GAT-10', {
        stage: context.plan.stages[0]?.name ?? 'audit',
        subject: `waiver ${waiver.id}`,
        title: `waiver ${waiver.id} is ${what}`,
        summary: `Waiver ${waiver.id} (${JSON.stringify(waiver.match)}, approved by ${waiver.approved_by}, until ${waiver.expires}) ${what === 'over-long' ? 'holds, and' : 'does not hold:'} ${why}. Its reason ${what === 'over-long' ? 'is' : 'was'}: ${waiver.reason}`,
        evidence: [{ id: 'plan.json', shows: `policy.waivers: ${waiver.id}` }],
        measured: what,
        expected: 'valid, in use and not expired',
        fix: FIXES[what],
        repro: ['judge', 'latest'],
        ...(what === 'unused' || what === 'over-long' ? { priority: ['P3', `de-escalate:${what}`] as const } : {}),
      }),
    ];
  });
}

type Broken = 'invalid' | 'expired' | 'unused' | 'over-long' | 'widened';

function outgrown(why: string | undefined): { readonly what: 'widened'; readonly why: string } | undefined {
  return why === undefined ? undefined : { what: 'widened', why };
}

const FIXES: Readonly<Partial<Record<Broken, string>>> = {
  unused: 'Remove the waiver: what it excused is gone, or it never matched.',
  'over-long': 'Give the waiver a nearer end, when somebody looks at it again: the worse the finding, the sooner.',
  widened: 'Repair what got worse, or have the new extent approved on the base branch.',
};

/** Days for which a waiver may run from today, by the worst that it covers. */
const LONGEST_DAYS: Readonly<Record<Priority, number>> = { P0: 14, P1: 60, P2: 180, P3: 366 };

/** An exception without a near end is a rule that nobody agreed on. */
function tooLong(
  { expires }: Waiver,
  today: string,
  covered: readonly Priority[],
): { readonly what: 'over-long'; readonly why: string } | undefined {
  const days = (Date.parse(expires) - Date.parse(today.slice(0, 10))) / 86_400_000;
  const worst = covered.toSorted()[0] ?? 'P3';
  const longest = LONGEST_DAYS[worst];
  return days > longest
    ? { what: 'over-long', why: `it ends in ${Math.floor(days)} days, and what excuses a ${worst} should end within ${longest}` }
    : undefined;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function specific(pattern: string): boolean {
  return /[\p{L}\p{N}]/u.test(pattern);
}
