import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KINDS = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;
type Kind = (typeof KINDS)[number];

/** The runner refuses a larger step summary whole. */
export const SUMMARY_LIMIT = 1024 * 1024;

/** What a step wrote into its command files, and what the runner would say against it. */
export interface FileCommands {
  outputs: Record<string, string>;
  state: Record<string, string>;
  env: Record<string, string>;
  path: string[];
  summary: string;
  /** Logged as errors; those in `fatal` fail the step too. */
  errors: string[];
  fatal: boolean;
}

/** Makes the empty files of one step and names them in its environment. */
export function createFiles(folder: string, step: number): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const kind of KINDS) {
    const path = join(folder, `${kind.toLowerCase()}_${step}`);
    writeFileSync(path, '');
    variables[`GITHUB_${kind}`] = path;
  }
  return variables;
}

/**
 * `name=value` lines and `name<<DELIMITER` blocks, with the runner's complaints.
 * https://github.com/actions/runner/blob/main/src/Runner.Worker/FileCommandManager.cs
 */
export function parseKeyValues(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (line === '') continue;
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) throw new Error(`Invalid format '${line}'. Name must not be empty`);
      values[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (heredoc >= 0) {
      const delimiter = line.slice(heredoc + 2);
      if (heredoc === 0 || delimiter === '') {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      }
      const end = lines.indexOf(delimiter, at + 1);
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else throw new Error(`Invalid format '${line}'`);
  }
  return values;
}

function readSummary(path: string, errors: string[]): string {
  const size = statSync(path).size;
  if (size <= SUMMARY_LIMIT) return readFileSync(path, 'utf8');
  const kilo = (bytes: number): string => `${Math.floor(bytes / 1024)}k`;
  errors.push(`$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${kilo(SUMMARY_LIMIT)}, got ${kilo(size)}.`);
  return '';
}

/** Reads a step's files back. */
export function readFiles(variables: Record<string, string>): FileCommands {
  const found: FileCommands = { outputs: {}, state: {}, env: {}, path: [], summary: '', errors: [], fatal: false };
  const read = (kind: Kind): string => readFileSync(variables[`GITHUB_${kind}`] ?? '', 'utf8');
  const attempt = (kind: Kind, use: () => void): void => {
    try {
      use();
    } catch (error) {
      found.errors.push(`Unable to process file command '${kind.toLowerCase()}' successfully.`, (error as Error).message);
      found.fatal = true;
    }
  };
  attempt('OUTPUT', () => (found.outputs = parseKeyValues(read('OUTPUT'))));
  attempt('STATE', () => (found.state = parseKeyValues(read('STATE'))));
  attempt('ENV', () => {
    const values = parseKeyValues(read('ENV'));
    if (Object.keys(values).some((name) => name.toUpperCase() === 'NODE_OPTIONS')) {
      throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    }
    found.env = values;
  });
  attempt(
    'PATH',
    () =>
      (found.path = read('PATH')
        .split('\n')
        .filter((line) => line !== '')),
  );
  // Too large is an error in the log, not a failure of the step.
  attempt('STEP_SUMMARY', () => (found.summary = readSummary(variables['GITHUB_STEP_SUMMARY'] ?? '', found.errors)));
  return found;
}
