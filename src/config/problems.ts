import { GauntletError } from '../model/errors.ts';
import type { Location } from '../model/source.ts';

/** One thing that is wrong in a configuration file, and what to write instead. */
export interface Problem {
  readonly location: Location;
  readonly what: string;
  readonly repair?: string;
  /** The line of the file with a marker below it. */
  readonly snippet?: string;
}

/** Everything that is wrong in one file, in the order of its lines. */
export class ConfigError extends GauntletError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = problems.toSorted(byPlace).filter(isNews);
    super(renderProblems(file, sorted), {
      kind: 'config',
      hint: `correct ${sorted.length === 1 ? 'this place' : `these ${sorted.length} places`} in ${file}`,
      location: sorted[0]?.location,
    });
    this.problems = sorted;
  }
}

/** Problems shown in full; the rest are counted. */
const SHOWN = 40;

function renderProblems(file: string, problems: readonly Problem[]): string {
  const title = `${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`;
  const shown = problems.slice(0, SHOWN).map(renderProblem);
  const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : [];
  return [title, ...shown, ...more].join('\n\n');
}

function renderProblem({ location, what, repair, snippet }: Problem): string {
  const place = [location.path, location.line, location.column].filter((part) => part !== undefined).join(':');
  return [`${place}: ${what}`, ...(snippet === undefined ? [] : [snippet]), ...(repair === undefined ? [] : [`  → ${repair}`])].join('\n');
}

function byPlace(left: Problem, right: Problem): number {
  return (left.location.line ?? 0) - (right.location.line ?? 0) || (left.location.column ?? 0) - (right.location.column ?? 0);
}

/** One slip can make a parser complain several times on the same line, in the same words. */
function isNews({ what, location: { line } }: Problem, index: number, all: readonly Problem[]): boolean {
  return all.findIndex((other) => other.what === what && other.location.line === line) === index;
}
