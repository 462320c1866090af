import { GauntletError } from '../../model/errors.ts';

/** The system's error code (`ENOENT`), looked for along the causes. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  if (Array.isArray(errors) && errors.length > 0) return errorCode(errors[0]);
  return errorCode(cause);
}

/** Makes full disks and missing rights into errors that somebody can act on; hands everything else through. */
export function actionable(error: unknown, path: string): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new GauntletError(`no space left on the disk for ${path}`, {
        kind: 'stack',
        hint: 'free disk space on this machine (docker system prune, old run directories) and run again',
        cause: error,
      });
    case 'EROFS':
    case 'EACCES':
      return new GauntletError(`no permission for ${path}`, {
        kind: 'stack',
        hint: 'give the user that runs the gate access to this path, or choose another one',
        cause: error,
      });
    case 'EMFILE':
    case 'ENFILE':
      return new GauntletError(`too many open files at ${path}`, {
        kind: 'stack',
        hint: 'raise the limit with `ulimit -n`',
        cause: error,
      });
    default:
      return error;
  }
}
