import { errorMessage, GauntletError } from '../model/errors.ts';
import { EXIT_CODES } from '../model/verdict.ts';

const DOCS = 'docs/exit-codes.md';

/** What a person is told about an error, and the exit code that goes with it. */
export function explainError(error: unknown, env: Readonly<Record<string, string>>): { text: string; exitCode: number } {
  if (error instanceof GauntletError) {
    return { text: `gauntlet: ${errorMessage(error)}\n  ${error.hint}\n`, exitCode: exitCodeOf(error) };
  }
  const stack = error instanceof Error && env['GAUNTLET_DEBUG'] !== undefined ? `\n${error.stack ?? ''}` : '';
  return {
    text: `gauntlet: a defect of the gate itself: ${errorMessage(error)}${stack}\n  run it again with GAUNTLET_DEBUG=1 for the stack trace and report it (${DOCS})\n`,
    exitCode: EXIT_CODES.internal,
  };
}

function exitCodeOf({ kind }: GauntletError): number {
  switch (kind) {
    case 'config':
      return EXIT_CODES.usage;
    case 'stack':
    case 'evidence':
      return EXIT_CODES.unknown;
    case 'internal':
      return EXIT_CODES.internal;
  }
}
