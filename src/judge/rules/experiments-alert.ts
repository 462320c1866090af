import { formatLimit, keeps } from '../../model/limit.ts';
import { formatDuration } from '../../model/units.ts';
import type { Drafted } from '../context.ts';
import { asked, undecided } from './experiments-asked-words.ts';
import { steadyOf, type Experiment } from './experiments-words.ts';

/** Rows about one alert; any other is OBS-10. */
const OWN = ['OBS-11', 'OBS-12', 'OBS-13', 'TLS-05'];

/** The fault that was injected fired its alert, and soon enough for somebody to know before users call. */
export function alertFindings(experiment: Experiment): Drafted[] {
  const { rows, alert, injectMs, healedMs } = experiment.observed;
  const own = OWN.filter((code) => rows.includes(code));
  const codes = own.length > 0 ? own : rows.includes('OBS-10') ? ['OBS-10'] : [];
  if (alert === undefined) return codes.map((code) => undecided(experiment, code, 'no alert is named: write `alert` under `during`'));
  const named = codes.length > 0 ? codes : ['OBS-10'];
  if (alert.looks === 0)
    return named.map((code) =>
      undecided(experiment, code, `${alert.at} was never asked with success: ${alert.failure ?? 'no answer came'}`),
    );
  if (alert.firedBefore) return named.map((code) => undecided(experiment, code, `${alert.name} fired before anything was done`));
  if (alert.firingMs === undefined) {
    const state =
      alert.pendingMs === undefined
        ? 'it stayed inactive'
        : `it was pending after ${formatDuration(alert.pendingMs - injectMs)}, and never fired`;
    return named.map((code) =>
      asked(experiment, code, {
        about: alert.name,
        title: `${alert.name} does not fire in ${experiment.piece.experiment}`,
        summary: `${alert.at} was asked ${String(alert.looks)} times from the fault on: ${state}. The fault lasted ${formatDuration(healedMs - injectMs)}.`,
        measured: state,
        expected: `${alert.name} fires`,
      }),
    );
  }
  const afterMs = alert.firingMs - injectMs;
  if (alert.within === undefined || keeps(afterMs, alert.within)) return [];
  const noticed = steadyOf(experiment).flatMap(({ detectMs }) => detectMs ?? []);
  const users = noticed.length === 0 ? '' : ` Users noticed after ${formatDuration(Math.min(...noticed))}.`;
  return [
    asked(experiment, 'OBS-20', {
      about: alert.name,
      title: `${alert.name} fires only ${formatDuration(afterMs)} after the fault`,
      summary: `${alert.name} fired ${formatDuration(afterMs)} after the fault.${users}`,
      measured: formatDuration(afterMs),
      expected: `fires ${formatLimit(alert.within)}`,
    }),
  ];
}
