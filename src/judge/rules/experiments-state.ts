import { formatDuration } from '../../model/units.ts';
import { openingOf } from '../attempts/breaker.ts';
import { curveOf } from '../attempts/curve.ts';
import type { Drafted } from '../context.ts';
import { asked, undecided } from './experiments-asked-words.ts';
import type { Experiment } from './experiments-words.ts';

const SHOWN = 6;

/** What shows the state of the breaker changes while its dependency fails. It may only be missed where a breaker is known to have opened. */
export function stateShown(experiment: Experiment, code: string): Drafted[] {
  const { state, injectMs, endMs } = experiment.observed;
  if (state === undefined)
    return [
      undecided(experiment, code, 'nothing says where the state shows: write `state: {metric: breaker_state, at: api}` under `during`'),
    ];
  if (state.looks === 0) return [undecided(experiment, code, `${state.at} was never read: ${state.failure ?? 'no answer came'}`)];
  const before = state.points.filter(([atMs]) => atMs < injectMs);
  const since = state.points.filter(([atMs]) => atMs >= injectMs && atMs <= endMs);
  if (before.length > 1)
    return [
      undecided(experiment, code, `${state.what} changed ${String(before.length - 1)} times before anything was done: that is no state`),
    ];
  // One that appears with the first failure was not there before.
  if (since.length > 0) return [];
  const curve = curveOf(experiment.observed);
  const opened = !('why' in curve) && openingOf(curve).state === 'opened';
  if (!opened) return [undecided(experiment, code, `nothing shows that a breaker opened, so ${state.what} had nothing to show`)];
  const measured = before[0] === undefined ? `${state.at} has no ${state.what}` : `${state.what} stays ${before[0][1]}`;
  return [
    asked(experiment, code, {
      about: state.what,
      title: `nothing shows that the breaker is open in ${experiment.piece.experiment}`,
      summary: `Attempts show that the breaker opened. ${state.at} was read ${String(state.looks)} times: ${measured}${seriesIn(state.points)}.`,
      measured,
      expected: 'a metric or a field that changes when the breaker opens',
    }),
  ];
}

function seriesIn(points: readonly (readonly [number, string])[]): string {
  if (points.length < 2) return '';
  return ` (${points
    .slice(0, SHOWN)
    .map(([atMs, value]) => `${formatDuration(atMs)}: ${value}`)
    .join(', ')})`;
}
