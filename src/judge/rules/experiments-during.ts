import { sentenceList } from '../../lib/text.ts';
import type { Answer, WatchedJourney } from '../../model/experiment.ts';
import { formatLimit, keeps } from '../../model/limit.ts';
import { formatDuration, formatRatio } from '../../model/units.ts';
import type { Drafted } from '../context.ts';
import { draft, type DraftParts } from '../draft.ts';
import { answersIn, evidenceFor, number, reproOf, share, steadyOf, storyOf, subjectOf, type Experiment } from './experiments-words.ts';

const GOOD: readonly Answer[] = ['ok', 'slow', 'degraded'];
/** What nobody should ever get: something other than an answer, a fallback or a clean refusal. */
const BAD: readonly Answer[] = ['wrong', 'unreachable', 'hang'];
/** What was under way in the moment of the fault may break: so many walks, and this share of them, are no finding. */
const SPARED = 2;
const SPARED_SHARE = 0.02;
/** Health lies when it is this green while users are this badly served. */
const GREEN = 0.9;
const REFUSED = 0.5;

/** What held, and what did not, while the fault lasted. */
export function duringFindings(experiment: Experiment): Drafted[] {
  return [...crashes(experiment), ...badAnswers(experiment), ...limits(experiment), ...controls(experiment), ...dishonest(experiment)];
}

function common({ piece, observed }: Experiment): Pick<DraftParts, 'stage' | 'repro'> {
  return { stage: piece.stage, repro: reproOf({ piece, observed }) };
}

/** Rows that look for themselves at what an experiment shows, so that bad answers are no finding of theirs. */
const OWN_LOOK = /^DB-(?:12|14|15|2[12345])$|^VEC-09$|^RES-(?:0[1345]|1[014])$/;

/** Nothing is harmed: that nobody notices is the row's own matter. */
const REPLACED = /^(?:SEC-09|TLS-08)$/;

/** The row that speaks of this kind of fault. */
function codeOf({ observed: { rows } }: Experiment): string {
  return (
    rows.find((row) => /^(?:RED|VEC|RES|DB)-/.test(row) && !OWN_LOOK.test(row)) ??
    rows.find((row) => /^CHA-0[34589]$/.test(row)) ??
    'RES-13'
  );
}

/** Late or never is what DB-23 asks for; a clean error at the time-out is what it wants. */
function codeOfTime(experiment: Experiment): string {
  return experiment.observed.rows.includes('DB-23') ? 'DB-23' : codeOf(experiment);
}

/** Somebody else died of it. */
function crashes(experiment: Experiment): Drafted[] {
  const { piece, observed } = experiment;
  const died = observed.watched.filter(
    ({ target, restarts, state }) => !target && (restarts > 0 || ['exited', 'dead', 'missing', 'restarting'].includes(state)),
  );
  const [journey] = steadyOf(experiment);
  if (died.length === 0 || journey === undefined) return [];
  const names = sentenceList(died.map(({ service }) => service));
  return [
    draft(observed.rows.includes('DB-20') ? 'DB-20' : 'RES-13', {
      ...common(experiment),
      subject: `${subjectOf(experiment)}: crash`,
      title: `${names} ${died.length === 1 ? 'crashes' : 'crash'} in ${piece.experiment}`,
      priority: ['P0', 'escalate:crash'],
      summary: `${names} died while only ${sentenceList(observed.services) || 'the network'} was harmed.\n\n${storyOf(experiment, journey)}`,
      evidence: [
        ...died.map(({ service, state, restarts }) => ({ id: piece.id, shows: `${service}: ${state} at the end, ${restarts} restarts` })),
        ...evidenceFor(experiment, journey),
      ],
      measured: died.map(({ service, state, restarts }) => `${service} ${restarts > 0 ? `restarted ${restarts} times` : state}`).join(', '),
      expected: 'nobody dies of a dependency',
    }),
  ];
}

function badAnswers(experiment: Experiment): Drafted[] {
  const { observed } = experiment;
  if (observed.lasts === 'moment' || observed.rows.some((row) => REPLACED.test(row))) return [];
  const bad = steadyOf(experiment).filter(({ direct, during }) => {
    const count = number(during.answers, BAD);
    return !direct && count > SPARED && count / during.walks > SPARED_SHARE;
  });
  return bad.map((journey) => {
    const hang = number(journey.during.answers, ['hang']);
    const wrong = number(journey.during.answers, ['wrong']);
    const kind = hang > 0 && hang >= wrong ? 'hangs' : wrong > 0 ? 'fails' : 'is cut off';
    return draft(kind === 'hangs' ? codeOfTime(experiment) : codeOf(experiment), {
      ...common(experiment),
      subject: `${subjectOf(experiment)}: ${journey.journey}`,
      title: `${journey.journey} ${kind} in ${experiment.piece.experiment}`,
      summary: storyOf(experiment, journey),
      evidence: evidenceFor(experiment, journey),
      measured: `${answersIn(journey.during.answers)} of ${journey.during.walks}`,
      expected: 'good, from a fallback, or a clean 429 or 503',
    });
  });
}

/** What the experiment itself asks for. */
function limits(experiment: Experiment): Drafted[] {
  const { successRate, latency } = experiment.observed.during;
  return steadyOf(experiment).flatMap((journey) => {
    const { during } = journey;
    const good = share(during.answers, GOOD, during.walks);
    const drafts: Drafted[] = [];
    const parts = { ...common(experiment), summary: storyOf(experiment, journey), evidence: evidenceFor(experiment, journey) };
    if (successRate !== undefined && !keeps(good, successRate))
      drafts.push(
        draft(codeOf(experiment), {
          ...parts,
          subject: `${subjectOf(experiment)}: success rate of ${journey.journey}`,
          title: `${journey.journey} is served in only ${formatRatio(good)} of its walks in ${experiment.piece.experiment}`,
          measured: `${formatRatio(good)} of ${during.walks} walks`,
          expected: formatLimit(successRate),
        }),
      );
    if (latency !== undefined && during.p95Ms !== undefined && !keeps(during.p95Ms, latency))
      drafts.push(
        draft(codeOfTime(experiment), {
          ...parts,
          subject: `${subjectOf(experiment)}: latency of ${journey.journey}`,
          title: `${journey.journey} is too slow in ${experiment.piece.experiment}`,
          measured: `p95 ${formatDuration(during.p95Ms)}`,
          expected: formatLimit(latency),
        }),
      );
    return drafts;
  });
}

/** What has nothing to do with the fault must not feel it. */
function controls(experiment: Experiment): Drafted[] {
  const hurt = experiment.observed.journeys.filter(
    ({ role, during }) => role === 'control' && during.walks - number(during.answers, ['ok', 'slow']) > SPARED,
  );
  return hurt.map((journey) =>
    draft(experiment.observed.rows.includes('DB-14') ? 'DB-14' : 'RES-07', {
      ...common(experiment),
      subject: `${subjectOf(experiment)}: control ${journey.journey}`,
      title: `${journey.journey} suffers from ${experiment.piece.experiment}, with which it has nothing to do`,
      summary: storyOf(experiment, journey),
      evidence: evidenceFor(experiment, journey),
      measured: answersIn(journey.during.answers),
      expected: 'nothing but good answers',
    }),
  );
}

/** Users were refused, and nobody who only asks for health could know. */
function dishonest(experiment: Experiment): Drafted[] {
  const { observed, piece } = experiment;
  if (observed.lasts === 'moment') return [];
  const refused = steadyOf(experiment).filter(
    ({ direct, during }) => !direct && during.walks > 0 && share(during.answers, ['refused', ...BAD], during.walks) >= REFUSED,
  );
  const green = observed.journeys.filter(({ role, direct, during }) => role === 'health' && !direct && isGreen(during));
  return green.flatMap((health) => {
    const journey = refused.find((one) => isAbout(health, one));
    if (journey === undefined) return [];
    return draft('CFG-12', {
      ...common(experiment),
      subject: `${health.journey} without ${sentenceList(observed.services)}`,
      title: `${health.journey} stays green in ${piece.experiment} while ${journey.journey} is refused`,
      summary: `${storyOf(experiment, journey)}\n- ${health.journey} meanwhile: ${answersIn(health.during.answers)}`,
      evidence: [{ id: piece.id, shows: `${health.journey}: ${answersIn(health.during.answers)}` }, ...evidenceFor(experiment, journey)],
      measured: `health ${answersIn(health.during.answers)}; ${journey.journey} ${answersIn(journey.during.answers)}`,
      expected: 'health turns bad when users are refused, and good again after',
    });
  });
}

/** The health of one service says nothing of journeys that speak to others. */
function isAbout(health: WatchedJourney, { targets }: WatchedJourney): boolean {
  return targets === undefined || health.targets === undefined || targets.some((name) => health.targets?.includes(name) === true);
}

function isGreen({ walks, answers }: WatchedJourney['during']): boolean {
  return walks >= 3 && share(answers, ['ok', 'slow'], walks) >= GREEN;
}
