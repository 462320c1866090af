import { posix } from 'node:path';

import type { Finding } from '../model/finding.ts';
import type { Waiver } from '../model/plan.ts';
import type { Context, Drafted } from './context.ts';
import { draft } from './draft.ts';

/** Why a waiver does not hold; `undefined` for one that does. */
export function voidBecause(waiver: Waiver, today: string): { readonly what: 'invalid' | 'expired'; readonly why: string } | undefined {
  if (waiver.reason.trim().length < 20) return { what: 'invalid', why: 'its reason has fewer than 20 characters' };
  if (waiver.approved_by.trim() === '') return { what: 'invalid', why: 'nobody approved it' };
  if (!isDate(waiver.expires)) return { what: 'expired', why: `"${waiver.expires}" is not a date, and what has no end has ended` };
  if ('service' in waiver.match && !specific(waiver.match.service)) return { what: 'invalid', why: 'it names no single service' };
  if ('path' in waiver.match && !specific(waiver.match.path)) return { what: 'invalid', why: 'its path matches everything' };
  // The last day still counts. Dates of one form compare as text.
  return waiver.expires < today.slice(0, 10) ? { what: 'expired', why: `it expired on ${waiver.expires}` } : undefined;
}

/** Does the waiver cover the finding, and all of it? A finding that gathers many subjects is covered only member by member. */
export function covers(waiver: Waiver, finding: Pick<Finding, 'code' | 'subject' | 'fingerprint' | 'locations'>): boolean {
  const { match } = waiver;
  if ('fingerprint' in match) return match.fingerprint === finding.fingerprint;
  if (match.code !== finding.code) return false;
  if ('service' in match) return finding.subject.split(/[\s→,:()]+/).includes(match.service);
  const paths = finding.locations.length > 0 ? finding.locations.map(({ path }) => path) : [finding.subject];
  return paths.every((path) => posix.matchesGlob(path, match.path));
}

/** Waivers that do not hold, or that cover nothing (any more), are findings themselves. */
export function waiverFindings(context: Context, used: ReadonlySet<string>): Drafted[] {
  return context.plan.policy.waivers.flatMap((waiver) => {
    const broken = voidBecause(waiver, context.today);
    if (!broken && used.has(waiver.id)) return [];
    const { what, why } = broken ?? {
      what: 'unused',
      why: 'it covers no confirmed finding of this run; what could not be looked at cannot be waived',
    };
    return [
      draft('GAT-10', {
        stage: context.plan.stages[0]?.name ?? 'audit',
        subject: `waiver ${waiver.id}`,
        title: `waiver ${waiver.id} is ${what}`,
        summary: `Waiver ${waiver.id} (${JSON.stringify(waiver.match)}, approved by ${waiver.approved_by}, until ${waiver.expires}) does not hold: ${why}. Its reason was: ${waiver.reason}`,
        evidence: [{ id: 'plan.json', shows: `policy.waivers: ${waiver.id}` }],
        measured: what,
        expected: 'valid, in use and not expired',
        fix: what === 'unused' ? 'Remove the waiver: what it excused is gone, or it never matched.' : undefined,
        repro: ['judge', 'latest'],
        ...(what === 'unused' ? { priority: ['P3', 'de-escalate:unused'] as const } : {}),
      }),
    ];
  });
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function specific(pattern: string): boolean {
  return /[\p{L}\p{N}]/u.test(pattern);
}
