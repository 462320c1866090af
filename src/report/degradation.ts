import { ofKind, type Evidence, type EvidenceOf } from '../model/evidence.ts';
import type { Answer, ExperimentFacts, WatchedJourney } from '../model/experiment.ts';
import type { DegradationCell, DegradationMatrix } from '../model/report-degradation.ts';

const MOST_ROWS = 60;
const MOST_JOURNEYS = 12;
/** What was under way when the fault began may break: so many walks, and this share of them, are no class of their own. */
const SPARED = 2;
const SPARED_SHARE = 0.02;

/** What became of journeys while each dependency was harmed, where anybody harmed one; a crash of a moment is no state to be in. */
export function degradationOf(evidence: readonly Evidence[]): DegradationMatrix | undefined {
  const pieces = ofKind(evidence, 'fault').flatMap((piece) =>
    piece.observed?.lasts === 'held' && piece.observed.services.length > 0 ? [{ piece, observed: piece.observed }] : [],
  );
  if (pieces.length === 0) return undefined;
  const steady = pieces.flatMap(({ observed }) => observed.journeys.filter(({ role }) => role === 'steady'));
  const journeys = [...new Set(steady.map(({ journey }) => journey))].sort().slice(0, MOST_JOURNEYS);
  const rows = pieces
    .map(({ piece, observed }) => ({
      dependency: [...observed.services].sort().join(', '),
      fault: observed.title,
      experiment: piece.experiment,
      cells: journeys.map((name) => cellOf(piece, observed, name)),
    }))
    .sort((one, other) => compare(one.dependency, other.dependency) || compare(one.experiment, other.experiment));
  return { journeys, rows: rows.slice(0, MOST_ROWS), more: Math.max(0, rows.length - MOST_ROWS) };
}

function cellOf({ proof }: EvidenceOf<'fault'>, { steady, journeys, watched }: ExperimentFacts, name: string): DegradationCell {
  const journey = journeys.find((one) => one.journey === name && one.role === 'steady');
  if (journey === undefined || proof.state !== 'proved' || steady.state !== 'good' || journey.during.walks === 0) return 'unknown';
  if (journey.direct) return 'part';
  const worst = answersOf(journey);
  const died = watched.some(
    ({ target, restarts, state }) => !target && (restarts > 0 || ['exited', 'dead', 'missing', 'restarting'].includes(state)),
  );
  return died && worst !== 'ok' && worst !== 'degraded' ? 'crash' : worst;
}

/** The worst class that enough walks were in. */
function answersOf({ during: { answers, walks } }: WatchedJourney): DegradationCell {
  const number = (...kinds: Answer[]): number => kinds.reduce((sum, kind) => sum + (answers[kind] ?? 0), 0);
  const isMany = (count: number): boolean => count > SPARED && count / walks > SPARED_SHARE;
  const [hang, wrong, refused] = [number('hang'), number('wrong', 'unreachable'), number('refused')];
  if (isMany(hang + wrong)) return hang >= wrong ? 'hang' : 'error';
  if (isMany(refused)) return 'refused';
  return isMany(number('degraded', 'slow')) ? 'degraded' : 'ok';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
