import { BootFacts, type BootCase } from '../../model/boots.ts';
import type { Priority } from '../../model/finding.ts';
import type { Rule } from '../../model/rule.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const EXPECTED = 'it ends with an error, or never gets ready';
const VALIDATE =
  'Read all settings once at the start, check each (there, of its form, in its range), print every problem by its name and exit with 1 before anything listens.';

export const judges: readonly RowJudge[] = [
  row('CFG-01', { title: 'a service starts with bad settings', priority: 'P1', effort: '1–4 h', fix: VALIDATE }, started),
  row('CFG-02', { title: 'a service starts with a port that is none', priority: 'P2', effort: '15–60 min', fix: VALIDATE }, (one) =>
    // Whoever lives on listens somewhere, or nowhere. Port 0 asks the kernel for any: of use in tests.
    one.ended === 'exited' ? false : one.case.endsWith('= 0') ? ['P3', 'lower:any-free-port'] : true,
  ),
  row('CFG-03', { title: 'a service starts without what it requires', priority: 'P1', effort: '1–2 h', fix: VALIDATE }, started),
  row('CFG-04', { title: 'a service starts with a setting of the wrong form', priority: 'P2', effort: '1–4 h', fix: VALIDATE }, started),
  row(
    'SEC-15',
    {
      title: 'a service starts with a weak signing secret',
      priority: 'P0',
      effort: '30 min',
      fix: 'Refuse to start with a signing secret of less than 32 bytes or one that everybody knows: whoever guesses it signs tokens for anybody.',
    },
    started,
  ),
  row(
    'SEC-18',
    {
      title: 'a service starts with an encryption key that is none',
      priority: 'P0',
      effort: '30 min',
      fix: 'Decode the key at the start and refuse any length but the one that the cipher takes.',
    },
    started,
  ),
  row(
    'TLS-09',
    {
      title: 'a service starts without its certificate',
      priority: 'P1',
      effort: '30–60 min',
      fix: 'Read the certificate and its key at the start, and exit with an error that names the file when one is missing: whoever goes on in the clear sends passwords and data to everybody on the way, and nobody notices.',
    },
    { wrong: withoutCertificate, expected: 'it ends with an error, or never gets ready' },
  ),
  row(
    'AUTH-09',
    {
      title: 'no configured origins let every origin in',
      priority: 'P1',
      effort: '30 min',
      fix: 'Take an empty list of origins for what it says: no browser may connect. Allow all only by an explicit setting that production refuses.',
    },
    { wrong: (one) => one.effect === true, expected: 'the start is refused, or origins from elsewhere are' },
  ),
];

type Judged = boolean | readonly [Priority, string];

interface Judging {
  readonly wrong: (one: BootCase) => Judged;
  readonly expected: string;
}

function row(code: string, rule: Rule, how: Judging | Judging['wrong']): RowJudge {
  const judging = typeof how === 'function' ? { wrong: how, expected: EXPECTED } : how;
  return defineJudge<BootFacts>({
    code,
    rule,
    facts: BootFacts,
    evaluate: ({ services }) => services.map((one) => judge(one, judging)),
  });
}

/** Plain where it was encrypted weighs most; that it ends without an error, or goes on with something else, is less. */
function withoutCertificate({ ended, code, effect }: BootCase): Judged {
  if (ended === 'exited') return code === 0 ? ['P2', 'lower:ends-without-an-error'] : false;
  if (ended !== 'ready') return false;
  return effect === true || ['P2', 'lower:not-seen-in-the-clear'];
}

function started({ ended }: BootCase): boolean {
  return ended === 'ready';
}

function judge({ service, control, cases }: BootFacts['services'][number], { wrong, expected }: Judging): RowResult {
  const tried = cases.filter(({ ended }) => ended !== 'impossible');
  const measured = tried.map((one) => `${one.case}: ${endOf(one)}`).join('; ') || `nothing changed: ${endOf(control)}`;
  const base = { subject: service, measured, expected };
  if (control.ended !== 'ready') {
    const because = `${service} does not start once more with nothing changed (${endOf(control)}), so a refusal would show nothing`;
    return { ...base, result: { verdict: 'inconclusive', because }, summary: `${because}.` };
  }
  if (tried.length === 0) {
    const because = `${service} could not be started with anything changed: ${cases[0]?.said ?? 'no case'}`;
    return { ...base, result: { verdict: 'inconclusive', because }, summary: `${because}.` };
  }
  const bad = tried.flatMap((one) => {
    const judged = wrong(one);
    return judged === false ? [] : [{ one, priority: judged === true ? undefined : judged }];
  });
  const good = `With nothing changed ${service} is ready after ${control.afterMs} ms.`;
  if (bad.length === 0) return { ...base, result: { verdict: 'refuted' }, summary: `${good} ${measured}.` };
  const lowered = bad.every(({ priority }) => priority !== undefined) ? bad[0]?.priority : undefined;
  return {
    ...base,
    result: { verdict: 'confirmed' },
    summary: `${good}\n${bad.map(({ one }) => `- ${one.case}: ${endOf(one)}`).join('\n')}`,
    measured: bad.map(({ one }) => `${one.case}: ${endOf(one)}`).join('; '),
    ...(lowered === undefined ? {} : { priority: lowered }),
  };
}

function endOf({ ended, code, afterMs, said, seen }: BootCase): string {
  switch (ended) {
    case 'ready':
      return seen === undefined ? `ready after ${afterMs} ms` : `ready, ${seen}`;
    case 'exited':
      return `exit ${code ?? '?'}${said === '' ? ' without a word' : `, “${said.slice(0, 120)}”`}`;
    case 'silent':
      return `not ready within ${afterMs} ms`;
    case 'impossible':
      return said;
  }
}
