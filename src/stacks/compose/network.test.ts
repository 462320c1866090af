import { expect, test } from 'vitest';

import { networkBytesIn, socketsIn } from './network.ts';

test('bytes of both directions, without the loopback', () => {
  const table = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    1000       3    0    0    0     0          0         0     1000       3    0    0    0     0       0          0
  eth0:     290       3    0    0    0     0          0         0       70       2    0    0    0     0       0          0
`;
  expect(networkBytesIn(table)).toBe(360);
});

test('sockets of both families; nothing where nobody tells', () => {
  const sockstat = 'sockets: used 9\nTCP: inuse 4 orphan 0 tw 2 alloc 30 mem 1\nUDP: inuse 1 mem 0\n';
  expect([socketsIn(sockstat, 'TCP6: inuse 2\n'), socketsIn('', '')]).toEqual([6, undefined]);
});
