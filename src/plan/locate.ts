import type { Config } from '../config/load.ts';
import type { Path } from '../config/places.ts';
import type { StageEntry } from '../config/stages.ts';
import type { Owed } from '../model/plan.ts';
import type { Location } from '../model/source.ts';
import { writtenMetric } from '../model/threshold.ts';
import { SUCCESS_RATE } from './owed.ts';

const KEYS = {
  journey: 'journeys',
  stack: 'services',
  facts: 'checks',
  fault: 'experiments',
  leaks: 'leaks',
  effect: 'effects',
  comparison: 'compare',
  watch: 'watch',
  evaluation: 'evaluations',
} as const;

/** The setting that a piece of evidence is owed for: `results: …` when its globs match nothing. */
export function locateOwed(config: Config, owed: Owed): Location {
  const stage = config.stages.find((entry) => entry.name === owed.stage);
  if (!stage) return config.locate(['stages']);
  switch (owed.kind) {
    case 'exit':
    case 'tests':
    case 'coverage':
    case 'diagnostics':
      return locateCommand(config, stage.at, owed);
    case 'series':
      return config.locate([...stage.at, ...seriesKey(stage, owed.name)]);
    case 'claims':
      return config.locate(['claims']);
    case 'rollback':
      return config.locate(['release', 'rollback']);
    default:
      return config.locate([...stage.at, KEYS[owed.kind]]);
  }
}

function seriesKey({ thresholds, run = [], loadResults }: StageEntry, name: string): Path {
  const command = run.findIndex((one) => one.name === name && (one.loadResults ?? loadResults) !== undefined);
  if (command >= 0) return run[command]?.loadResults === undefined ? ['load_results'] : ['run', command, 'load_results'];
  const threshold = thresholds.find(({ metric }) => metric === name);
  if (threshold) return ['thresholds', writtenMetric(threshold)];
  return [name === SUCCESS_RATE ? 'success_rate' : 'load_profile'];
}

function locateCommand({ stages, locate }: Config, at: Path, { stage, kind, name }: Owed): Location {
  const settings = stages.find((entry) => entry.name === stage);
  const index = settings?.run?.findIndex((command) => command.name === name) ?? -1;
  const own = settings?.run?.[index];
  const key = kind === 'tests' ? 'results' : kind === 'coverage' ? 'coverage' : 'run';
  if (key !== 'run' && own?.[key] === undefined) return locate([...at, key]);
  return locate([...at, 'run', Math.max(0, index), key]);
}
