import { expect, test } from 'vitest';

import { receivedIn } from './traffic.ts';

test('what a container received, without its own loopback', () => {
  const netDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1234567    8103    0    0    0     0          0         0  1234567    8103    0    0    0     0       0          0
  eth0:    1206      14    0    0    0     0          0         0      126       3    0    0    0     0       0          0
  eth1:94 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0
`;
  expect(receivedIn(netDev)).toBe(1_300);
  expect(receivedIn('')).toBe(0);
});
