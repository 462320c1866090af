import { counted, grouped, quoted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Priority } from '../../model/finding.ts';
import type { ServiceAtRest } from '../../model/leaks.ts';
import type { Plan } from '../../model/plan.ts';
import { formatDuration, formatSize } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';
import { growthOf, type Floor, type Growth } from './growth.ts';
import { COUNTS, HEAP, MEMORY, pointsOf, type Held } from './held.ts';

type Search = EvidenceOf<'leaks'>;

/** Part of the walks that may go wrong: what the others leave behind is what counts. */
const MAY_FAIL = 0.05;

/** A service that the journey does not speak to works by the clock: what it holds rises while it warms up, whoever walks. */
const ASIDE: Floor = { perWalk: 3 * HEAP.floor.perWalk, perRound: 3 * HEAP.floor.perRound };

/** Nothing piles up in the services while a journey is walked again and again. */
export const leaks: JudgeRule = {
  name: 'leaks',
  judge: (context) => {
    const searches = ofKind(context.evidence, 'leaks');
    return {
      drafts: searches.flatMap((search) => judgeSearch(context, search)),
      measured: searches.map((search) => ({ stage: search.stage, text: inShort(search) })),
    };
  },
};

/** `chat walked 7,500 times: api +4 B a walk` */
function inShort({ journey, walks: { kept, missed }, services }: Search): string {
  const held = services.flatMap((service) => {
    if (service.collected.state !== 'forced') return [];
    const { slope } = growthOf(pointsOf(service, HEAP), HEAP.floor);
    const sign = slope.value < 0 ? '−' : '+';
    return [`${service.service} ${sign}${HEAP.format(Math.abs(slope.value))} a walk`];
  });
  return `${journey} walked ${grouped(kept + missed)} times${held.length === 0 ? '' : `: ${held.join(', ')}`}`;
}

function judgeSearch(context: Context, search: Search): Drafted[] {
  const { kept, missed, cut, miss } = search.walks;
  const walks = kept + missed + cut;
  const about = { context, search };
  if (kept === 0 || missed + cut > MAY_FAIL * walks) {
    const why = miss ? `: ${miss.step}: ${miss.what} ${miss.measured}, ${miss.expected} asked` : '';
    return [open(about, 'walks', `${grouped(missed + cut)} of ${counted(walks, 'walk')} of ${search.journey} went wrong${why}`)];
  }
  return [...search.services.flatMap((service) => judgeService(about, service)), ...judgeReturn(about)];
}

interface About {
  readonly context: Context;
  readonly search: Search;
}

function judgeService(about: About, service: ServiceAtRest): Drafted[] {
  if (service.lost !== undefined && service.spoken)
    return [open(about, service.service, `${service.service} could not be looked at to the end: ${service.lost}`)];
  return [...judgeMemory(about, service), ...COUNTS.flatMap((held) => judgeCount(about, service, held))];
}

function judgeMemory(about: About, service: ServiceAtRest): Drafted[] {
  const { collected, spoken, service: name } = service;
  if (collected.state === 'forced') {
    const growth = growthOf(pointsOf(service, HEAP), spoken ? HEAP.floor : ASIDE);
    if (growth.state === 'grows') return [leak(about, service, { growth, held: HEAP }), ...withoutProfile(about, service)];
    return growth.state === 'too-few' && spoken ? [open(about, name, `${counted(growth.looks, 'look')} at ${name} are too few`)] : [];
  }
  // Memory that nobody collects rises in healthy services as well, and that of a datastore by design.
  if (!spoken) return [];
  const growth = growthOf(pointsOf(service, MEMORY), MEMORY.floor);
  if (growth.state === 'rests') return [];
  const seen =
    growth.state === 'grows' ? `its memory rises by ${perWalk(growth, MEMORY)} a walk, which may be garbage` : 'it was seen too seldom';
  return [open(about, name, `${seen}; ${collected.why}`)];
}

function leak(about: About, service: ServiceAtRest, { growth, held }: { growth: Growth; held: Held }): Drafted {
  const { search } = about;
  const profile = service.profile?.state === 'taken' ? service.profile : undefined;
  const amount = perWalk(growth, held);
  const low = held.format(growth.slope.low);
  const where = (profile?.top ?? []).slice(0, 5).map(({ name, file, line, bytes }) => {
    const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
    return `- ${formatSize(bytes)}: ${quoted(name)}${place}`;
  });
  const weight = held === HEAP || held === MEMORY ? weightOf(about, service, growth) : undefined;
  const curve = `${held.noun}: ${tableOf(service, held)}.`;
  return draft(held.code ?? codeOf(about.context.plan, search), {
    stage: search.stage,
    subject: `${held.subject} of ${service.service} over ${search.journey}${ofLeg(search)}`,
    title: `${service.service} keeps ${amount} of every walk of ${search.journey}`,
    summary: [
      `${service.service} holds ${amount} more after each walk of ${quoted(search.journey)} ${whoWalks(search)} (${low} at least, with 95 % confidence), measured when nobody used it any more${service.collected.state === 'forced' && held === HEAP ? ' and garbage was collected' : ''}.`,
      weight?.text ?? '',
      curve,
      where.length > 0 && held === HEAP ? `Held of what was taken in one further round:\n${where.join('\n')}` : '',
    ]
      .filter(Boolean)
      .join('\n'),
    evidence: [
      { id: search.id, shows: curve },
      ...(profile && held === HEAP ? [{ id: search.id, shows: `heap profile: ${profile.source.file}` }] : []),
    ],
    locations: held === HEAP ? placesOf(profile?.top ?? []) : [],
    ...(weight?.priority ? { priority: weight.priority } : {}),
    measured: `${amount} a walk, over ${counted(growth.looks, 'look')} after the warm-up`,
    expected: `at most ${held.format(growth.floor)} a walk`,
    repro: reproOf(about),
  });
}

const DAY_MS = 86_400_000;

/** LEAK-02 is a P0 where a day of use fills the memory that the service may have: by its container's limit, or by a threshold. */
function weightOf(
  { context: { plan }, search }: About,
  service: ServiceAtRest,
  { slope }: Growth,
): { text: string; priority: Weight } | undefined {
  if (codeOf(plan, search) !== 'LEAK-02') return undefined;
  const planned = plan.stages.find(({ name }) => name === search.stage)?.leaks?.find(({ journey }) => journey === search.journey);
  const limits = plan.stages
    .flatMap(({ thresholds }) => thresholds)
    .flatMap(({ metric, limit }) => (metric === `service.${service.service}.memory` && limit.op.startsWith('<') ? [limit.value] : []));
  const limit = Math.min(...limits, service.memoryLimitBytes ?? Number.POSITIVE_INFINITY);
  const now = service.looks.at(-1)?.memoryBytes ?? service.looks.at(-1)?.heapBytes;
  if (planned === undefined || now === undefined) return undefined;
  const day = slope.low * planned.perDay;
  const rise = `${formatSize(Math.round(day))} at least in a day of ${grouped(planned.perDay)} walks`;
  if (limit === Number.POSITIVE_INFINITY) return { text: `That is ${rise}; no limit of its memory is known.`, priority: undefined };
  const left = limit - now;
  const when = left <= 0 ? 'is beyond it already' : `is there after ${formatDuration(Math.round((left / day) * DAY_MS))}`;
  return {
    text: `That is ${rise}; its limit is ${formatSize(limit)}, and it ${when}.`,
    priority: day >= left ? ['P0', 'escalate:full-within-a-day'] : undefined,
  };
}

type Weight = readonly [Priority, string] | undefined;

function judgeCount(about: About, service: ServiceAtRest, held: Held): Drafted[] {
  // A datastore behind the services keeps its files open by design; a connection that is kept shows at the end that the journey speaks to.
  if (held.key === 'fds' && !service.spoken) return [];
  const points = pointsOf(service, held);
  const growth = growthOf(points, held.floor);
  if (growth.state === 'too-few' && service.spoken && held.key !== 'goroutines' && points.length < service.looks.length)
    return [uncounted(about, service, held)];
  const rise = (points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0);
  return growth.state === 'grows' && rise >= held.least ? [leak(about, service, { growth, held })] : [];
}

/** Who has found a leak wants to see what it is made of. */
function withoutProfile(about: About, { service, profile }: ServiceAtRest): Drafted[] {
  if (profile?.state === 'taken') return [];
  const { search } = about;
  const why = profile?.why ?? 'the journey does not speak to it';
  return [
    draft('LEAK-14', {
      stage: search.stage,
      subject: `heap profile of ${service}`,
      summary: `Memory of ${service} grows, and there is no profile that says what it is: ${why}.`,
      evidence: [{ id: search.id, shows: `no profile: ${why}` }],
      measured: 'no profile',
      expected: 'a profile of what is held',
      repro: reproOf(about),
    }),
  ];
}

function judgeReturn(about: About): Drafted[] {
  const { search } = about;
  const { returned } = search;
  if (!returned || returned.after === 'kept') return [];
  const away = formatDuration(returned.idleMs);
  const { miss } = returned;
  const how = miss ? `${miss.step}: ${miss.what} ${miss.measured}, ${miss.expected} asked` : returned.after;
  if (returned.before !== 'kept') return [open(about, 'return', `the walk before the ${away} of absence went wrong: ${how}`)];
  return [
    draft('LEAK-13', {
      stage: search.stage,
      subject: `return to ${search.journey}${ofLeg(search)}`,
      title: `after ${away} away, ${quoted(search.journey)} no longer works`,
      summary: `A user walked ${quoted(search.journey)}, was away for ${away}, and walked it again. The second walk went wrong: ${how}.`,
      evidence: [{ id: search.id, shows: how }],
      measured: how,
      expected: `the same walk after ${away}`,
      repro: reproOf(about),
    }),
  ];
}

function uncounted(about: About, service: ServiceAtRest, held: Held): Drafted {
  const seen = `${pointsOf(service, held).length} of ${counted(service.looks.length, 'look')}`;
  return open(about, `${held.subject} of ${service.service}`, {
    because: `the ${held.subject} of ${service.service} could be counted in ${seen}`,
    code: held.code,
    fix: 'Keep a shell in the image, by which the gate counts from within, or let it run as root.',
  });
}

interface Open {
  readonly because: string;
  readonly code?: string | undefined;
  readonly fix?: string;
}

/** What cannot be said, and was asked. */
function open(about: About, subject: string, why: string | Open): Drafted {
  const { because, code, fix }: Open = typeof why === 'string' ? { because: why } : why;
  const { search, context } = about;
  return draft(code ?? codeOf(context.plan, search), {
    stage: search.stage,
    subject: `${subject} over ${search.journey}${ofLeg(search)}`,
    title: `whether something piles up over ${search.journey} is not known`,
    result: { verdict: 'inconclusive', because },
    summary: `Whether something piles up over ${quoted(search.journey)} cannot be said: ${because}.`,
    evidence: [{ id: search.id, shows: because }],
    measured: because,
    expected: 'a look after each round, with garbage collected',
    fix:
      fix ??
      'Let garbage be collected: Node listens to SIGUSR1 (no `--disable-sigusr1`), Go needs `import _ "net/http/pprof"` and a target at that port, Java a JDK with `jcmd`. If walks fail, repair the journey first.',
    priority: ['P2', 'de-escalate:not-known'],
    repro: reproOf(about),
    owed: true,
  });
}

/** By the row that the journey names for itself; otherwise by who walks. */
function codeOf({ journeys }: Plan, { journey, users }: Search): string {
  const named = journeys.find(({ name }) => name === journey)?.rows.find((row) => /^LEAK-0[1-4]$/.test(row));
  return named ?? (users === 'new' ? 'LEAK-01' : users === 1 ? 'LEAK-03' : 'LEAK-02');
}

function whoWalks({ users }: Search): string {
  return users === 'new' ? 'by users who come once and leave' : users === 1 ? 'by one user' : `by ${grouped(users)} users`;
}

function perWalk({ slope }: Growth, held: Held): string {
  return held.format(slope.value);
}

const ROWS = 8;

/** Some of the looks, from the first to the last. */
function tableOf(service: ServiceAtRest, held: Held): string {
  const points = pointsOf(service, held);
  const every = Math.max(1, Math.ceil(points.length / ROWS));
  const shown = points.filter((_, index) => index % every === 0 || index === points.length - 1);
  return shown.map(([walks, value]) => `${held.format(value)} after ${grouped(walks)} walks`).join(', ');
}

/** Files of the repository that took what is held. */
function placesOf(top: readonly { readonly file?: string | undefined; readonly line?: number | undefined }[]) {
  return top.flatMap(({ file, line }) =>
    file === undefined || /^[/\\]|^[a-z]+:|(?:^|\/)node_modules\//.test(file)
      ? []
      : [{ path: file, ...(line === undefined ? {} : { line }) }],
  );
}

function ofLeg({ leg }: Search): string {
  return leg === undefined ? '' : `, leg ${leg}`;
}

function reproOf({ context: { plan, run }, search }: About): string[] {
  return ['run', '--stage', search.stage, '--budget', run.budget, '--seed', String(plan.seed)];
}
