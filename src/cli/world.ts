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
