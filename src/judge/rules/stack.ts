import { atMost, counted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Priority } from '../../model/finding.ts';
import type { RootCause, Service } from '../../model/manifest.ts';
import { formatDuration } from '../../model/units.ts';
import { byKey, groupOf, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';
import { preflight, subjectOf } from './preflight.ts';

type Stack = EvidenceOf<'stack'>;
type Incident = Stack['incidents'][number];

/** The stack came up, stayed up and went down without leaving anything behind. Root causes first. */
export const stack: JudgeRule = {
  name: 'stack',
  judge: (context) => ({
    drafts: ofKind(context.evidence, 'stack').flatMap((piece) => [
      ...preflight(context, piece),
      ...notReady(context, piece),
      ...replicas(piece),
      ...incidents(context, piece),
      ...leaks(piece),
    ]),
  }),
};

const CAUSE_ROWS: Record<RootCause['reason'], string> = {
  exited: 'CFG-18',
  'restart-loop': 'CFG-09',
  unhealthy: 'CFG-18',
  'never-healthy': 'CFG-18',
  'oom-killed': 'LEAK-12',
  'one-shot-failed': 'CFG-18',
  missing: 'CFG-18',
  unreachable: 'CFG-05',
  'up-failed': 'CFG-18',
};

const SAID: Record<RootCause['reason'], string> = {
  exited: 'ended by itself',
  'restart-loop': 'restarts again and again',
  unhealthy: 'is unhealthy',
  'never-healthy': 'never became healthy',
  'oom-killed': 'ran out of memory',
  'one-shot-failed': 'failed as a one-shot',
  missing: 'has no container',
  unreachable: 'does not answer',
  'up-failed': 'could not be started',
};

const SAID_LATER: Partial<Record<RootCause['reason'], string>> = {
  exited: 'had ended',
  'restart-loop': 'kept restarting',
  unhealthy: 'was unhealthy',
  'never-healthy': 'was not healthy yet',
  missing: 'was gone',
  unreachable: 'could not be reached',
};

function notReady(context: Context, piece: Stack): Drafted[] {
  if (piece.readiness?.state !== 'not-ready') return [];
  const { causes, afterMs } = piece.readiness;
  return causes.map((seen, index) => {
    const before = happened(context, piece, seen.service);
    const cause = asLoop(seen, before);
    const exit = cause.exitCode === undefined ? '' : ` (exit code ${cause.exitCode})`;
    const waits = cause.blocked.length > 0 ? `\nWaiting for it: ${atMost(cause.blocked, 12)}.` : '';
    const health = cause.healthOutput ? `\n\nlast health check: ${cause.healthOutput}` : '';
    const meanwhile = before.slice(0, 10).map(({ at, what, message }) => `\n- ${at} ${what}: ${message}`);
    const died = cause.reason === 'exited' && before.some(({ what }) => what === 'died');
    const tail = cause.logTail.filter((line) => line.trim() !== '' && !cause.message.includes(line.trim()) && !UNSET.test(line));
    const log = tail.length > 0 ? `\n\n${tail.slice(-12).join('\n')}` : '';
    const fix = fixOf(cause);
    return draft(died ? 'CFG-09' : CAUSE_ROWS[cause.reason], {
      stage: piece.stage,
      subject: subjectOf(piece, cause.service),
      title: `${cause.service} ${saidOf(piece, cause)}${waitingFor(cause)}`,
      summary: `${cause.service} ${saidOf(piece, cause)}${exit}: ${cause.message}${waits}${meanwhile.join('')}${health}${log}`,
      evidence: [
        { id: piece.id, shows: `${cause.service}: ${cause.reason} after ${formatDuration(afterMs)}: ${cause.message}` },
        ...piece.logs.slice(0, 3).map(({ file }) => ({ id: piece.id, shows: file })),
      ],
      measured: `${cause.reason}${exit}`,
      expected: 'ready and stable',
      ...(fix === undefined ? {} : { fix }),
      repro: ['up'],
      // Further causes stand beside the first: what could not run is gathered under one of them.
      group: groupOf(piece.instance, cause.service),
      cause: index === 0,
    });
  });
}

/** A warning of Compose that a finding of its own tells. */
const UNSET = /level=warning msg="The \\?"\w+\\?" variable is not set/;

/** A look may fall between two deaths: what died twice and is starting again is no slow start. */
function asLoop(cause: RootCause, before: readonly Incident[]): RootCause {
  const starting = cause.reason === 'never-healthy' || cause.reason === 'unhealthy';
  return starting && before.filter(({ what }) => what === 'died').length >= 2 ? { ...cause, reason: 'restart-loop' } : cause;
}

/** In words. While stages run nobody knows whether it was by itself. */
function saidOf(piece: Stack, { reason, message }: RootCause): string {
  if (reason === 'up-failed' && message.startsWith(SAID[reason])) return 'did not start';
  if (piece.phase !== 'watch') return SAID[reason];
  const when = piece.id.endsWith('-after') ? `after ${piece.stage}` : `when ${piece.stage} was to start`;
  return `${SAID_LATER[reason] ?? SAID[reason]} ${when}`;
}

function waitingFor({ blocked }: RootCause): string {
  if (blocked.length === 0) return '';
  return `; ${counted(blocked.length, 'service')} ${blocked.length === 1 ? 'waits' : 'wait'} for it`;
}

/** What the watch saw of a service that a look after the same stage found in a bad way. */
function happened({ evidence }: Context, piece: Stack, name: string): readonly Incident[] {
  if (piece.phase !== 'watch') return [];
  return ofKind(evidence, 'stack')
    .filter(({ stage, instance }) => stage === piece.stage && instance === piece.instance)
    .flatMap(({ incidents: list }) => list.filter(({ service }) => service === name));
}

/** Who has to act, where the cause is not in the service. */
function fixOf({ reason, message, service }: RootCause): string | undefined {
  if (reason !== 'up-failed') return undefined;
  if (message.startsWith('the image could not be built'))
    return `Run \`docker compose build ${service}\`: the last lines of the build say which step failed.`;
  if (!message.startsWith('the image could not be pulled')) return undefined;
  return /denied|unauthorized|authentication|not found|manifest unknown|does not exist|invalid reference/i.test(message)
    ? 'The registry has no such image, or does not show it to this machine: correct its name and tag, log in to the registry in a step before the gate, or build the image (`build:`).'
    : 'Nothing in the repository is wrong by this: the machine of the gate could not reach the registry. Give it the network and the login that pulling takes, or put the image on it in a step before (`docker pull`, `docker load`).';
}

/** What the containers themselves say, also when the stack counts as ready. */
function replicas(piece: Stack): Drafted[] {
  if (piece.phase === 'down') return [];
  const told = new Set(piece.readiness?.state === 'not-ready' ? piece.readiness.causes.map(({ service }) => service) : []);
  return piece.services.filter(({ name }) => !told.has(name)).flatMap((service) => replicaFindings(piece, service));
}

function replicaFindings(piece: Stack, service: Service): Drafted[] {
  const oom = service.replicas.find(({ oomKilled }) => oomKilled);
  const looping = service.replicas.find(({ state, restarts }) => state === 'restarting' || (piece.phase === 'up' && restarts >= 2));
  const found = oom
    ? { code: 'LEAK-12', replica: oom, how: 'was killed for its memory' }
    : looping
      ? { code: 'CFG-09', replica: looping, how: `restarted ${looping.restarts} times` }
      : undefined;
  if (!found || piece.incidents.some(({ service: name }) => name === service.name)) return [];
  const { code, replica, how } = found;
  return [
    draft(code, {
      stage: piece.stage,
      subject: subjectOf(piece, service.name),
      title: `${service.name} ${how}`,
      summary: `${replica.name} ${how}; its state is ${replica.state}, exit code ${replica.exitCode ?? 'unknown'}.`,
      evidence: [
        { id: piece.id, shows: `${replica.name}: ${replica.state}, restarts ${replica.restarts}, OOM killed ${replica.oomKilled}` },
      ],
      measured: code === 'LEAK-12' ? 'OOM killed' : `${replica.restarts} restarts`,
      expected: code === 'LEAK-12' ? 'within its memory limit' : '0 restarts',
      repro: ['up'],
      group: groupOf(piece.instance, service.name),
      cause: true,
    }),
  ];
}

/** Something died while a stage ran: blamed on the stack, and the stage's failed tests are gathered under it. */
function incidents(context: Context, piece: Stack): Drafted[] {
  // What the look after the stage found says more (exit code, log, health), and tells these as well.
  const told = ofKind(context.evidence, 'stack').flatMap(({ id, instance, stage, readiness }) =>
    id.endsWith('-after') && instance === piece.instance && stage === piece.stage && readiness?.state === 'not-ready'
      ? readiness.causes
      : [],
  );
  const known = ({ service, what }: Incident): boolean =>
    told.some((cause) => cause.service === service && (what === 'oom-killed') === (cause.reason === 'oom-killed'));
  const own = piece.incidents.filter((incident) => !known(incident) && !injected(context, piece, incident));
  return byKey(own, ({ service, what }) => `${service}\0${what === 'oom-killed'}`).map(([first, ...rest]) =>
    incidentFinding(piece, first, rest),
  );
}

function incidentFinding(piece: Stack, first: Incident, rest: readonly Incident[]): Drafted {
  const chaos = piece.stage === 'chaos';
  const all = [first, ...rest];
  const sick = all.every(({ what }) => what === 'unhealthy');
  return draft(first.what === 'oom-killed' ? 'LEAK-12' : sick ? 'CFG-18' : 'CFG-09', {
    stage: piece.stage,
    subject: subjectOf(piece, first.service),
    title: `${first.service} ${WHAT[first.what]} while ${piece.stage} ran`,
    summary: [
      `${first.service} ${WHAT[first.what]} while ${piece.stage} ran${chaos ? '; expected if an experiment did it' : ': tests that failed then may only show this'}.`,
      ...all.slice(0, 10).map(({ at, what, message }) => `- ${at} ${what}: ${message}`),
    ].join('\n'),
    evidence: all.map(({ at, service, what, message }) => ({ id: piece.id, shows: `${at} ${service} ${what}: ${message}` })),
    measured: counted(all.length, 'incident'),
    expected: '0 incidents',
    // The chaos stage exists to make things die; without a proved fault of ours nobody can tell whose doing it was.
    ...(chaos
      ? { priority: ['P3', 'de-escalate:chaos-stage'] as readonly [Priority, string] }
      : { group: groupOf(piece.instance, first.service), cause: true }),
  });
}

const WHAT: Record<Incident['what'], string> = {
  died: 'died',
  restarted: 'restarted',
  unhealthy: 'turned unhealthy',
  'oom-killed': 'ran out of memory',
};

function injected({ evidence }: Context, piece: Stack, { at }: Incident): boolean {
  const time = Date.parse(at);
  return ofKind(evidence, 'fault').some(
    ({ stage, window }) => stage === piece.stage && time >= Date.parse(window.from) - 1_000 && time <= Date.parse(window.to) + 60_000,
  );
}

function leaks(piece: Stack): Drafted[] {
  if (piece.leaks.length === 0) return [];
  return [
    draft('GAT-09', {
      stage: piece.stage,
      subject: `stack ${piece.instance}`,
      title: `${counted(piece.leaks.length, 'thing')} left after the stack went down`,
      summary: [
        'Still there after `down`:',
        ...piece.leaks.slice(0, 30).map((leak) => `- ${leak}`),
        piece.leaks.length > 30 ? `and ${piece.leaks.length - 30} more.` : '',
      ]
        .filter(Boolean)
        .join('\n'),
      evidence: piece.leaks.slice(0, 10).map((leak) => ({ id: piece.id, shows: leak })),
      measured: counted(piece.leaks.length, 'leftover'),
      expected: '0 leftovers',
      repro: ['down'],
    }),
  ];
}
