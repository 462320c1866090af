import { withoutCommands } from '../lib/runner-commands.ts';

/** What the process gives a command. Everything else comes through ports. */
export interface World {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments that start this very program again. */
  readonly self: readonly string[];
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by Ctrl-C, TERM or HUP. */
  readonly signal: AbortSignal;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A stream of the process. Where a CI reads it for commands, none of the tested programs' own words becomes one. */
export function outputOf(stream: Output, env: Readonly<Record<string, string>>): Output {
  const read = ['CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION'].some((name) => (env[name] ?? '') !== '');
  if (!read) return stream;
  const { isTTY, columns } = stream;
  return {
    ...(isTTY === undefined ? {} : { isTTY }),
    ...(columns === undefined ? {} : { columns }),
    write: (text) => stream.write(withoutCommands(text)),
  };
}
