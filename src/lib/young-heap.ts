import { setFlagsFromString } from 'node:v8';

let users = 0;

/**
 * Does something that makes much and keeps little, without V8's space for young objects growing meanwhile: it would take
 * 50 MB more and win nothing, as hardly anything of a streamed report lives on. Elsewhere it may grow as ever.
 * https://github.com/nodejs/node/blob/main/doc/api/cli.md#--max-semi-space-sizesize-in-mib
 */
export async function inSmallYoungHeap<T>(work: () => Promise<T>): Promise<T> {
  users += 1;
  if (users === 1) setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await work();
  } finally {
    users -= 1;
    if (users === 0) setFlagsFromString('--semi-space-growth-factor=2');
  }
}
