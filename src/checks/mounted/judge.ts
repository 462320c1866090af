import { z } from 'zod';

import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** One secret as one service sees it. */
const seen = {
  service: z.string(),
  /** Path in the container. */
  path: z.string(),
  /** Four octal digits. */
  mode: z.string(),
  uid: z.number(),
  gid: z.number(),
};

export const ModeFacts = z.object({
  unasked: z.array(Unasked),
  secrets: z.array(z.object({ ...seen, declared: z.string() })),
});
export type ModeFacts = z.output<typeof ModeFacts>;

export const ReaderFacts = z.object({
  unasked: z.array(Unasked),
  secrets: z.array(
    z.object({
      ...seen,
      user: z.string(),
      /** What reading it as that user came to; `unknown` where no program of the image could try. */
      read: z.enum(['read', 'denied', 'unknown']),
    }),
  ),
});
export type ReaderFacts = z.output<typeof ReaderFacts>;

export const RunningFacts = z.object({
  looked: z.string(),
  unasked: z.array(Unasked),
  secrets: z.array(
    z.object({
      service: z.string(),
      name: z.string(),
      source: z.enum(['file', 'image']),
      class: z.enum(['placeholder', 'weak', 'fine']),
      length: z.number(),
    }),
  ),
});
export type RunningFacts = z.output<typeof RunningFacts>;

export const OwnerFacts = z.object({
  looked: z.string(),
  denials: z.array(z.object({ service: z.string(), mount: z.string(), user: z.string(), owner: z.string().optional(), line: z.string() })),
});
export type OwnerFacts = z.output<typeof OwnerFacts>;

const DECLARED = 'the mode that the compose file says';
const READABLE = 'readable by the user that the service runs as';
const REAL = 'a value of its own';
const OWNED = 'folders that the service may write to';

export const judges: readonly RowJudge[] = [
  defineJudge<ModeFacts>({
    code: 'SEC-03',
    rule: {
      title: 'a secret in the container has another mode than the compose file says',
      priority: 'P1',
      effort: '15–30 min',
      fix: 'Compose ignores `mode`, `uid` and `gid` of secrets from files and shows the file as it is: set mode and owner of the file itself, in the step that makes it.',
    },
    facts: ModeFacts,
    evaluate: ({ secrets, unasked }) => [...secrets.map(mode), ...leftOpen(unasked, DECLARED)],
  }),
  defineJudge<ReaderFacts>({
    code: 'SEC-04',
    rule: {
      title: 'a service cannot read its own secret',
      priority: 'P1',
      effort: '15–30 min',
      fix: 'Give the file to the user of the container (`chown 1000 secret && chmod 400 secret`), not the mode alone: 0400 of root locks every other user out.',
    },
    facts: ReaderFacts,
    evaluate: ({ secrets, unasked }) => [...secrets.map(reader), ...leftOpen(unasked, READABLE)],
  }),
  defineJudge<RunningFacts>({
    code: 'SEC-14',
    rule: {
      title: 'what runs was given a placeholder as its secret',
      priority: 'P0',
      effort: '15–30 min',
      fix: 'Make a value (`openssl rand -base64 32`), put it where the service gets it, and start it again; what was signed or stored with the old one is open.',
    },
    facts: RunningFacts,
    evaluate: running,
  }),
  defineJudge<OwnerFacts>({
    code: 'CFG-10',
    rule: {
      title: 'a service may not write to its own volume',
      priority: 'P1',
      effort: '15–60 min',
      fix: 'Give the folder to the user of the container: in the image (`install -d -o app /data` before `VOLUME` or the first mount), or with a one-shot service that runs `chown`. A volume that is there keeps its old owner.',
    },
    facts: OwnerFacts,
    evaluate: owners,
  }),
];

function mode({ service, path, mode: effective, declared }: ModeFacts['secrets'][number]): RowResult {
  const measured = `declared ${declared}, effective ${effective}`;
  const differs = declared !== effective;
  const opened = differs && (Number.parseInt(effective, 8) & 0o007) !== 0 && (Number.parseInt(declared, 8) & 0o007) === 0;
  return {
    subject: `${service}: ${path}`,
    result: differs ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: differs
      ? `${path} of ${service}: the compose file says ${declared}, the container sees ${effective}${opened ? ', which every user in it can read' : ''}.`
      : `${path} of ${service} has the mode ${effective}, as the compose file says.`,
    measured,
    expected: DECLARED,
    ...(opened ? { priority: ['P0', 'escalate:readable-by-all'] as const } : {}),
  };
}

function reader({ service, path, mode: effective, uid, user, read }: ReaderFacts['secrets'][number]): RowResult {
  const measured = `mode ${effective}, owner ${uid}; as ${user}: ${read}`;
  return {
    subject: `${service}: ${path}`,
    result:
      read === 'unknown'
        ? { verdict: 'inconclusive', because: `no program in ${service} could try to read ${path} as ${user}` }
        : { verdict: read === 'denied' ? 'confirmed' : 'refuted' },
    summary:
      read === 'denied'
        ? `${service} runs as ${user} and may not read its secret ${path}: it has the mode ${effective} and belongs to ${uid}.`
        : `${path} as ${user} in ${service}: ${read}.`,
    measured,
    expected: READABLE,
    ...ownerOf(user),
  };
}

/** The repair with the number that the container runs with, where it is one. */
function ownerOf(user: string): Pick<RowResult, 'fix'> {
  const owner = /^\d+/.exec(user)?.[0];
  if (owner === undefined) return {};
  return {
    fix: `Give the file to the user of the container, not the mode alone: \`chown ${owner} FILE && chmod 400 FILE\` in the step that makes it. 0400 of another user locks this one out.`,
  };
}

function running({ looked, secrets, unasked }: RunningFacts): RowResult[] {
  const bad = secrets.filter((one) => one.class !== 'fine');
  const open = leftOpen(unasked, REAL);
  if (bad.length === 0)
    return [
      ...open,
      {
        subject: 'running containers',
        result: { verdict: 'refuted' },
        summary: `${looked}: each has a value of its own.`,
        measured: looked,
        expected: REAL,
      },
    ];
  return [
    ...open,
    ...bad.map(({ service, name, source, class: kind, length }): RowResult => ({
      subject: `${service}: ${name}`,
      result: { verdict: 'confirmed' },
      summary: `${service} runs with ${kind === 'weak' ? 'a well-known password' : 'a placeholder'} of ${length} characters as ${name}, ${source === 'file' ? 'from a secret file' : 'which its image brings'}.`,
      measured: `${kind}, ${length} characters`,
      expected: REAL,
    })),
  ];
}

function owners({ looked, denials }: OwnerFacts): RowResult[] {
  if (denials.length === 0)
    return [
      {
        subject: 'volumes',
        result: { verdict: 'refuted' },
        summary: `${looked}: no refusal below a volume.`,
        measured: looked,
        expected: OWNED,
      },
    ];
  return denials.map(({ service, mount, user, owner, line }) => ({
    subject: `${service}: ${mount}`,
    result: { verdict: 'confirmed' },
    summary: `${service}, which runs as ${user}, was refused below ${mount}${owner === undefined ? '' : ` (${owner})`}: “${line}”.`,
    measured: line,
    expected: OWNED,
  }));
}
