import type { Location } from './source.ts';

/** Who must act: the writer of the config, the owner of the stack, whoever produces the evidence, or us. */
export type ErrorKind = 'config' | 'stack' | 'evidence' | 'internal';

export interface GauntletErrorOptions {
  readonly kind: ErrorKind;
  /** What to do about it: one imperative sentence in lower case, without a full stop; it is shown below the message. */
  readonly hint: string;
  readonly location?: Location | undefined;
  readonly cause?: unknown;
}

/** An error that somebody can act on. Anything else that is thrown is a defect of the gate. */
export class GauntletError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly location: Location | undefined;

  constructor(message: string, options: GauntletErrorOptions) {
    super(message, { cause: options.cause });
    this.name = 'GauntletError';
    this.kind = options.kind;
    this.hint = options.hint;
    this.location = options.location;
  }
}

/** The message of anything that can be thrown, with its causes behind it. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
  return error.cause === undefined ? error.message : `${error.message}: ${errorMessage(error.cause)}`;
}
