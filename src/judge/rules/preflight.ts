import { atMost, counted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Preflight } from '../../model/manifest.ts';
import { byKey, groupOf, type Context, type Drafted } from '../context.ts';
import { draft } from '../draft.ts';

type Stack = EvidenceOf<'stack'>;

/** What was said before anything was started: errors stop the stack, warnings of one kind are one finding. */
export function preflight({ evidence }: Context, piece: Stack): Drafted[] {
  const errors = piece.preflight.filter(({ level }) => level === 'error');
  // The row's own check says it of every service at once, with the place of each.
  const told = ofKind(evidence, 'facts').some(({ check, facts }) => check === 'CFG-11' && facts !== null);
  const warnings = piece.preflight.filter(({ level, what }) => level === 'warning' && !(told && what === 'no-healthcheck'));
  return [
    ...errors.map((item, index) => preflightFinding(piece, item, index === 0)),
    ...byKey(warnings, ({ what }) => what).flatMap((alike) => {
      const together = TOGETHER[alike[0].what];
      return together === undefined || alike.length === 1
        ? alike.map((item) => preflightFinding(piece, item, false))
        : [preflightFinding(piece, { ...alike[0], service: undefined, ...together(alike) }, false)];
    }),
  ];
}

type Alike = readonly Preflight[];

/** Ten fixed ports are one piece of work. */
const TOGETHER: Readonly<Record<string, (alike: Alike) => Pick<Preflight, 'message' | 'fix'>>> = {
  'fixed-port': (alike) => ({
    message: `${counted(alike.length, 'port')} of the host ${alike.length === 1 ? 'is' : 'are'} fixed (${services(alike)}): two runs on one machine, or the base stack beside this one, collide`,
    fix: 'Publish the port of the container alone (`"8080"`): targets find the port that the engine chose',
  }),
  'fixed-container-name': (alike) => ({
    message: `${counted(alike.length, 'service')} have fixed container names (${services(alike)}): two stacks cannot stand at once`,
    fix: alike[0]?.fix ?? '',
  }),
  'variable-unset': (alike) => ({
    message: `${counted(alike.length, 'variable')} are not set and have no default (${atMost(
      alike.map(({ message }) => message.split(' ')[0] ?? ''),
      8,
    )}): Compose puts nothing in their place`,
    fix: 'Set them in `stack.env` or an env file, write `${NAME:-default}`, or `${NAME:?why}` to make it an error',
  }),
};

function services(alike: Alike): string {
  return atMost([...new Set(alike.flatMap(({ service }) => service ?? []))], 8);
}

function preflightFinding(piece: Stack, item: Preflight, cause: boolean): Drafted {
  const error = item.level === 'error';
  const health = /health/i.test(item.what);
  const code = error ? 'CFG-18' : health ? 'CFG-11' : 'GAT-06';
  return draft(code, {
    stage: piece.stage,
    subject: item.service === undefined ? `preflight ${item.what}` : `${subjectOf(piece, item.service)} (${item.what})`,
    title: error ? `the stack cannot start: ${item.message}` : item.message,
    summary: item.message,
    evidence: [{ id: piece.id, shows: `preflight ${item.what}: ${item.message}` }],
    measured: item.what,
    expected: error ? 'nothing stands against a start' : 'no warning',
    fix: item.fix,
    repro: error ? ['up'] : ['doctor'],
    ...(code === 'GAT-06' ? { priority: ['P3', 'de-escalate:preflight-warning'] as const } : {}),
    ...(error ? { group: groupOf(piece.instance, 'preflight'), cause } : {}),
  });
}

/** How findings call a service of a stack. */
export function subjectOf({ instance }: Stack, service: string): string {
  return instance === 'head' ? service : `${service} (base)`;
}
