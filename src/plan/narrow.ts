import { suggest } from '../lib/suggest.ts';
import { GauntletError } from '../model/errors.ts';
import type { CoverageGate, Owed, PlannedStage } from '../model/plan.ts';
import type { StageName } from '../model/stage.ts';
import { SUCCESS_RATE } from './owed.ts';
import { isOwnCode } from './rows.ts';

/** The stages that somebody asked for. @throws GauntletError when one of them is not configured. */
export function onlyStages(stages: readonly PlannedStage[], wanted: readonly StageName[]): readonly PlannedStage[] {
  if (wanted.length === 0) return stages;
  const missing = wanted.filter((name) => !stages.some((stage) => stage.name === name));
  if (missing.length > 0) {
    throw new GauntletError(`the configuration has no stage ${missing.join(', ')}`, {
      kind: 'config',
      hint: `choose from ${stages.map((stage) => stage.name).join(', ')}, or add it to \`stages\``,
    });
  }
  return stages.filter((stage) => wanted.includes(stage.name));
}

/** The commands whose coverage must hold critical paths, and of their coverage only that. @throws GauntletError when there is none. */
export function onlyCritical(stages: readonly PlannedStage[]): readonly PlannedStage[] {
  const critical = stages.flatMap((stage) => {
    const commands = stage.commands.flatMap((command) =>
      hasCritical(command.coverage) ? [{ ...command, coverage: criticalPart(command.coverage) }] : [],
    );
    return commands.length === 0 ? [] : [{ ...stage, commands, journeys: [], checks: [], loads: [], experiments: [], thresholds: [] }];
  });
  if (critical.length > 0)
    return critical.map(
      ({ successRate: _, leaks: __, compare: ___, evaluations: ____, rollback: _____, effects: ______, watch: _______, ...stage }) => stage,
    );
  throw new GauntletError('no stage names critical paths', {
    kind: 'config',
    hint: 'name them where the coverage is: `coverage: {min: 90%, critical: {"src/auth/**": 100%}}`',
  });
}

function hasCritical(coverage: CoverageGate | undefined): coverage is CoverageGate {
  return coverage !== undefined && Object.keys(coverage.critical).length > 0;
}

function criticalPart({ files, critical, include, exclude }: CoverageGate): CoverageGate {
  return { files, min: 0, critical, ...(include ? { include } : {}), ...(exclude ? { exclude } : {}) };
}

/**
 * What answers the wanted rows: every piece of evidence that does, and the commands, journeys, checks, loads and
 * experiments that it comes from. Codes of the gate's own family are about the whole run and narrow nothing.
 * @throws GauntletError when no part of the plan answers a row.
 */
export function onlyRows(stages: readonly PlannedStage[], owed: readonly Owed[], only: readonly string[]): readonly PlannedStage[] {
  const rows = only.filter((code) => !isOwnCode(code));
  if (rows.length === 0) return stages;
  // An experiment is asked for by its name.
  const namesOf = ({ kind, name, rows: own }: Owed): readonly string[] => (kind === 'fault' ? [...own, name] : own);
  const answered = owed.flatMap(namesOf);
  const missing = rows.filter((code) => !answered.includes(code));
  if (missing.length > 0) throw noAnswer(missing, answered);
  const kept = owed.filter((piece) => namesOf(piece).some((row) => rows.includes(row)));
  return stages.flatMap((stage) => {
    const own = kept.filter((piece) => piece.stage === stage.name);
    return own.length === 0 ? [] : [keepPieces(stage, own)];
  });
}

function noAnswer(missing: readonly string[], answered: readonly string[]): GauntletError {
  const known = [...new Set(answered)].sort();
  const meant = suggest(missing[0] ?? '', known);
  const list = known.length === 0 ? 'it answers none' : `it answers ${known.slice(0, 30).join(', ')}${known.length > 30 ? ', …' : ''}`;
  return new GauntletError(`nothing in the plan answers ${missing.join(', ')}`, {
    kind: 'config',
    hint: meant === undefined ? list : `did you mean ${meant}? ${list}`,
  });
}

function keepPieces(stage: PlannedStage, pieces: readonly Owed[]): PlannedStage {
  const has = (kinds: readonly Owed['kind'][], name: string): boolean =>
    pieces.some((piece) => kinds.includes(piece.kind) && piece.name === name);
  const { successRate, leaks, effects, compare, evaluations, rollback, watch, ...rest } = stage;
  // A threshold's samples come from the loads and commands of its stage: they are kept with it.
  const sampled = pieces.some((piece) => piece.kind === 'series');
  return {
    ...rest,
    commands: stage.commands.flatMap((command) => {
      // Which of the commands runs the tests of a claim is known afterwards.
      const forClaims = has(['claims'], 'claims') && command.results.length > 0;
      if (!sampled && !forClaims && !has(['exit', 'tests', 'coverage', 'diagnostics'], command.name)) return [];
      const { coverage, ...other } = command;
      return [coverage && has(['coverage'], command.name) ? { ...other, coverage } : other];
    }),
    // A claim may be decided by a journey as well as by tests.
    journeys: stage.journeys.filter((name) => has(['journey'], name) || has(['claims'], 'claims')),
    checks: stage.checks.filter((code) => has(['facts'], code)),
    loads: keepLoads(stage, (name) => has(['series'], name)),
    experiments: stage.experiments.filter(({ name }) => has(['fault'], name)),
    ...(evaluations === undefined ? {} : { evaluations: evaluations.filter(({ name }) => has(['evaluation'], name)) }),
    ...(leaks === undefined ? {} : { leaks: leaks.filter(({ journey }) => has(['leaks'], journey)) }),
    ...(effects === undefined ? {} : { effects: effects.filter(({ name }) => has(['effect'], name)) }),
    ...(compare !== undefined && pieces.some(({ kind }) => kind === 'comparison') ? { compare } : {}),
    ...(rollback !== undefined && pieces.some(({ kind }) => kind === 'rollback') ? { rollback } : {}),
    ...(watch !== undefined && pieces.some(({ kind }) => kind === 'watch') ? { watch } : {}),
    thresholds: stage.thresholds.filter((threshold) => has(['series'], threshold.metric)),
    ...(successRate !== undefined && has(['series'], SUCCESS_RATE) ? { successRate } : {}),
  };
}

function keepLoads(stage: PlannedStage, wanted: (name: string) => boolean): PlannedStage['loads'] {
  const chosen = stage.loads.filter(({ name }) => wanted(name));
  const measured = wanted(SUCCESS_RATE) || stage.thresholds.some((threshold) => wanted(threshold.metric));
  return chosen.length === 0 && measured ? stage.loads : chosen;
}
