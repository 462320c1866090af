/** Bytes received and sent over every interface but the loopback, of `/proc/<pid>/net/dev` (proc_net(5)). */
export function networkBytesIn(netDev: string): number {
  let sum = 0;
  for (const line of netDev.split('\n')) {
    const [, name = '', counters = ''] = /^\s*([^:\s]+):\s*(\d.*)$/.exec(line) ?? [];
    if (name === '' || name === 'lo') continue;
    const fields = counters.trim().split(/\s+/);
    sum += Number(fields[0] ?? 0) + Number(fields[8] ?? 0);
  }
  return sum;
}

/** TCP sockets in use, of `/proc/<pid>/net/sockstat` and `sockstat6`; `undefined` where they do not tell. */
export function socketsIn(...sockstats: readonly string[]): number | undefined {
  const counts = sockstats.flatMap((text) => {
    const count = /^TCP6?: inuse (\d+)/m.exec(text)?.[1];
    return count === undefined ? [] : [Number(count)];
  });
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
