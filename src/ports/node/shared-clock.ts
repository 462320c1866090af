/**
 * When the clock of this thread (`performance.now()`) began, on the one that all threads share. Asked several times: the first answer of a
 * clock takes its time. Its very text runs in the ticker's thread too.
 */
export function sharedOffsetMs(): number {
  return Math.max(...Array.from({ length: 20 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()));
}
