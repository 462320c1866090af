import { atMost, counted, grouped } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import { formatDuration } from '../../model/units.ts';
import type { FiringAlert, WatchedHealth } from '../../model/watch.ts';
import type { Drafted, JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';

type Watch = EvidenceOf<'watch'>;

/** What a deployed system did over a time: it stays healthy, no alert fires (REL-02), no critical line is logged (OBS-19). */
export const watch: JudgeRule = {
  name: 'watch',
  judge: ({ evidence }) => {
    const pieces = ofKind(evidence, 'watch');
    return {
      drafts: pieces.flatMap((piece) => [...health(piece), ...logs(piece), ...alerts(piece)]),
      measured: pieces.map((piece) => ({ stage: piece.stage, text: inShort(piece) })),
    };
  },
};

function inShort(piece: Watch): string {
  const { health: all, logs: log, alerts: known } = piece;
  return [
    ...all.map(({ target, asked, bad }) => `health of ${target} ${grouped(asked - bad)}/${grouped(asked)}`),
    ...(log?.state === 'read' ? [`${counted(log.lines, 'line')} of the log`] : []),
    ...(known?.state === 'read' ? [counted(known.firing.length, 'alert')] : []),
  ].join(', ');
}

/** `for 5 m`: the time that the answer is about. */
function over({ window }: Watch): string {
  return formatDuration(Math.max(0, Date.parse(window.to) - Date.parse(window.from)));
}

const reproOf = (piece: Watch): string[] => ['run', '--stage', piece.stage];

function health(piece: Watch): Drafted[] {
  return piece.health.flatMap((one) => (one.bad === 0 ? unasked(piece, one) : [ill(piece, one)]));
}

function unasked(piece: Watch, { target, url, asked }: WatchedHealth): Drafted[] {
  if (asked > 0) return [];
  return [
    draft('REL-02', {
      stage: piece.stage,
      subject: `health of ${target}`,
      title: `nobody asked ${target} whether it is well`,
      result: notTested(`${url} was not asked once`),
      summary: `${url} was not asked once.`,
      evidence: [{ id: piece.id, shows: url }],
      measured: 'not asked',
      expected: 'every answer 2xx',
      repro: reproOf(piece),
      owed: true,
    }),
  ];
}

/** One bad answer among good ones may be the line between; two in a row, or the last one, are the service. */
function ill(piece: Watch, { target, url, asked, bad, row, down, first }: WatchedHealth): Drafted {
  const measured = `${grouped(bad)} of ${counted(asked, 'answer')} bad in ${over(piece)}${down ? ', the last one too' : ''}`;
  const serious = row > 1 || down;
  return draft('REL-02', {
    stage: piece.stage,
    subject: `health of ${target}`,
    title: `after the deployment ${target} ${down ? 'is not well' : 'was not well for a while'}`,
    summary: `GET ${url}: ${measured}, at most ${String(row)} in a row. The first at ${first?.at ?? '?'}: ${first?.said ?? ''}`,
    evidence: [{ id: piece.id, shows: `${url}: ${first?.said ?? measured}` }],
    measured,
    expected: 'every answer 2xx',
    ...(serious ? {} : { priority: ['P2', 'lower:one-answer-between-good-ones'] as const }),
    fix: 'Look at the log of the service around the first bad answer; go back if it stays so.',
    repro: reproOf(piece),
    owed: true,
  });
}

function logs(piece: Watch): Drafted[] {
  const { logs: log } = piece;
  if (log === undefined) return [];
  if (log.state === 'unread')
    return [
      draft('OBS-19', {
        stage: piece.stage,
        subject: `log ${log.source}`,
        title: `the log of what was deployed could not be read`,
        result: notTested(log.because),
        summary: `${log.source}: ${log.because}.`,
        evidence: [{ id: piece.id, shows: `${log.source}: ${log.because}` }],
        measured: 'not read',
        expected: 'no critical line',
        repro: reproOf(piece),
        owed: true,
      }),
    ];
  return log.critical.map(({ level, pattern, count, first }) =>
    draft('OBS-19', {
      stage: piece.stage,
      subject: `${log.source}: ${pattern}`,
      title: `what was deployed logs at the level ${level}: ${first.slice(0, 80)}`,
      summary: `${log.source}: ${counted(count, 'line')} at the level ${level} in ${over(piece)} after the deployment:\n\n${first}`,
      evidence: [{ id: piece.id, shows: `${log.source}: ${first}` }],
      measured: `${counted(count, 'line')} at the level ${level}`,
      expected: 'no critical line',
      repro: reproOf(piece),
      owed: true,
    }),
  );
}

function alerts(piece: Watch): Drafted[] {
  const { alerts: known } = piece;
  if (known === undefined) return [];
  const base = { stage: piece.stage, expected: 'no alert that fires', repro: reproOf(piece), owed: true };
  if (known.state === 'unread')
    return [
      draft('REL-02', {
        ...base,
        subject: 'alerts',
        title: 'which alerts fire after the deployment is not known',
        result: notTested(`${known.source}: ${known.because}`),
        summary: `${known.source} could not be asked: ${known.because}.`,
        evidence: [{ id: piece.id, shows: `${known.source}: ${known.because}` }],
        measured: 'not known',
      }),
    ];
  return byName(known.firing).map(([name, all]) => {
    const [first] = all;
    const urgent = all.some(({ severity }) => /^(?:critical|page|p[01]|sev[01]|emergency|disaster)$/i.test(severity ?? ''));
    const measured = `${counted(all.length, 'alert')} ${name}${first?.since === undefined ? '' : `, since ${first.since}`}`;
    return draft('REL-02', {
      ...base,
      subject: `alert ${name}`,
      title: `after the deployment the alert ${name} fires`,
      summary: `${known.source}: ${name} fires${first?.severity === undefined ? '' : ` (${first.severity})`}: ${atMost(
        Object.entries(first?.labels ?? {}).map(([label, value]) => `${label}=${value}`),
        8,
      )}.`,
      evidence: [{ id: piece.id, shows: measured }],
      measured,
      ...(urgent ? {} : { priority: ['P1', 'lower:not-critical'] as const }),
      fix: 'Follow the procedure of the alert, or go back. One that fired before the deployment belongs under `watch.alerts.ignore` until it is repaired.',
    });
  });
}

function byName(firing: readonly FiringAlert[]): [string, FiringAlert[]][] {
  return [...Map.groupBy(firing, ({ name }) => name)];
}
