import { journeysOf } from '../model/effects.ts';
import { suggest } from '../lib/suggest.ts';
import type { Path, Places } from './places.ts';
import { unknownChecks, unknownServices, unknownTargets } from './refer-places.ts';
import type { Problem } from './problems.ts';
import { FAULT_FAMILIES, PROFILES } from './profiles.ts';
import type { Plugins, Settings } from './schema.ts';
import type { StageEntry } from './stages.ts';
import { thresholdProblems } from './thresholds.ts';

/** Names that one part of the configuration uses and no other part defines, and settings that contradict each other. */
export function checkReferences(settings: Settings, places: Places, { sinks, checks }: Plugins): Problem[] {
  const journeyNames = Object.keys(settings.journeys);
  const problems = [
    ...settings.stages.flatMap((stage) => [
      ...stageProblems(settings, stage, places),
      ...unknownChecks(stage, places, checks),
      ...unknownServices(settings, stage, places),
    ]),
    ...unknownTargets(settings, places),
    ...experimentProblems(settings, places),
    ...rollbackProblems(settings, places),
  ];
  for (const [name, { journeys = [] }] of Object.entries(settings.loads))
    problems.push(...unknownNames(journeys, { known: journeyNames, what: 'journey', path: ['loads', name, 'journeys'], places }));
  for (const [name, { saves }] of Object.entries(settings.journeys))
    if (saves)
      problems.push(...unknownNames([saves.against], { known: journeyNames, what: 'journey', path: ['journeys', name, 'saves'], places }));
  const stageNames = settings.stages.map(({ name }) => name);
  for (const [name, component] of Object.entries(settings.components ?? {})) {
    if ('stages' in component)
      problems.push(...unknownNames(component.stages, { known: stageNames, what: 'stage', path: ['components', name, 'stages'], places }));
  }
  const reports = { known: sinks.map((sink) => sink.name), what: 'report', path: ['report', 'sinks'], places };
  return [...problems, ...thresholdProblems(settings, places), ...unknownNames(settings.report.sinks ?? [], reports)];
}

function stageProblems(settings: Settings, stage: StageEntry, places: Places): Problem[] {
  const journeyNames = Object.keys(settings.journeys);
  const experimentNames = [...Object.keys(settings.experiments), ...FAULT_FAMILIES];
  const loadNames = [...new Set([...PROFILES, ...Object.keys(settings.loads)])];
  return [
    ...unknownNames(stage.scenarios ?? [], { known: loadNames, what: 'load', path: [...stage.at, 'load_profile'], places }),
    ...unknownNames(stage.journeys ?? [], { known: journeyNames, what: 'journey', path: [...stage.at, 'journeys'], places }),
    ...unknownNames(stage.evaluations ?? [], {
      known: Object.keys(settings.evaluations),
      what: 'evaluation',
      path: [...stage.at, 'evaluations'],
      places,
    }),
    ...unknownNames(stage.experiments ?? [], { known: experimentNames, what: 'experiment', path: [...stage.at, 'experiments'], places }),
    ...unknownNames(
      (stage.leaks ?? []).map(({ journey }) => journey),
      { known: journeyNames, what: 'journey', path: [...stage.at, 'leaks'], places },
    ),
    ...unknownNames((stage.effects ?? []).flatMap(journeysOf), {
      known: journeyNames,
      what: 'journey',
      path: [...stage.at, 'effects'],
      places,
    }),
    ...unknownNames(stage.compare?.journeys ?? [], { known: journeyNames, what: 'journey', path: [...stage.at, 'compare'], places }),
    ...commandConflicts(stage, places),
    ...unheld(stage, places),
  ];
}

function experimentProblems({ experiments, journeys }: Settings, places: Places): Problem[] {
  const of = { known: Object.keys(journeys), what: 'journey', places };
  return Object.entries(experiments).flatMap(([name, { steady = [], control = [], ledger }]) => [
    ...unknownNames(steady, { ...of, path: ['experiments', name, 'steady'] }),
    ...unknownNames(control, { ...of, path: ['experiments', name, 'control'] }),
    ...(ledger === undefined ? [] : unknownNames([ledger.write], { ...of, path: ['experiments', name, 'ledger'] })),
    ...(ledger?.read === undefined ? [] : unknownNames([ledger.read], { ...of, path: ['experiments', name, 'ledger', 'read'] })),
  ]);
}

function rollbackProblems(settings: Settings, places: Places): Problem[] {
  const { journeys = [], keeps } = settings.release.rollback ?? {};
  const of = { known: Object.keys(settings.journeys), what: 'journey', places };
  const kept = keeps === undefined ? [] : [keeps.write, ...(keeps.read === undefined ? [] : [keeps.read])];
  return [
    ...unknownNames(journeys, { ...of, path: ['release', 'rollback', 'journeys'] }),
    ...unknownNames(kept, { ...of, path: ['release', 'rollback', 'keeps'] }),
    ...noRollback(settings, places),
  ];
}

function unknownNames(
  names: readonly string[],
  { known, what, path, places }: { known: readonly string[]; what: string; path: Path; places: Places },
): Problem[] {
  return names.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const meant = suggest(name, known);
    const choices = known.length === 0 ? `define it first: there is no ${what} yet` : `there are: ${known.slice(0, 20).join(', ')}`;
    return [
      places.problem([...path, index], `no ${what} has the name \`${name}\``, {
        repair: meant === undefined ? choices : `did you mean \`${meant}\`?`,
      }),
    ];
  });
}

/** A rollback needs a stack to try it on, a stage to try it in, and something to walk. */
function noRollback({ release, stack, stages, journeys }: Settings, places: Places): Problem[] {
  if (release.rollback === undefined) return [];
  const problem = (what: string, repair: string): Problem[] => [places.problem(['release', 'rollback'], what, { repair, at: 'key' })];
  if (stack === undefined) return problem('a rollback needs a stack to be tried on', 'name one: `stack: {compose: compose.yaml}`');
  if (!stages.some(({ name }) => !['unit', 'smoke'].includes(name)))
    return problem('a rollback needs a stage before the deployment that speaks to the stack', 'add one, such as `e2e`');
  return Object.keys(journeys).length === 0
    ? problem('a rollback needs a journey to walk on each version', 'write one below `journeys`')
    : [];
}

/** Tests that must pass are found in results. */
function unheld(stage: StageEntry, places: Places): Problem[] {
  const reports = stage.results ?? stage.run?.flatMap(({ results }) => results ?? []) ?? [];
  if (stage.mustPass === undefined || reports.length > 0) return [];
  const repair = 'name the reports of this stage under `results`';
  return [places.problem([...stage.at, 'must_pass'], '`must_pass` needs results to look into', { repair, at: 'key' })];
}

/** With several commands, `results` of the stage would be read once for each of them and counted again. */
function commandConflicts(stage: StageEntry, places: Places): Problem[] {
  const commands = stage.run ?? [];
  const names = commands.map((command) => command.name);
  const problems = names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          places.problem([...stage.at, 'run', index, 'name'], `a command before this one has the name \`${name}\``, {
            repair: 'give every command of a stage a name of its own',
          }),
        ],
  );
  if (commands.length < 2) return problems;
  const { results, coverage, loadResults: load_results } = stage;
  const shared = Object.entries({ results, coverage, load_results }).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return [
    ...problems,
    ...shared.map((key) =>
      places.problem([...stage.at, key], `\`${key}\` does not say which of the ${commands.length} commands writes it`, {
        repair: `move it to the command that writes it: \`- {run: …, ${key}: …}\``,
        at: 'key',
      }),
    ),
  ];
}
