import { expect, test } from 'vitest';

import { receivedIn } from './traffic.ts';

test('what a container received, without its own loopback', () => {
  const netDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1234567    8103    0    0    0     0          0         0  1234567    8103    0    0    0     0       0          0
  eth0:    1206      14    0    0    0     0          0         0      126       3    0    0    0     0       0          0
  eth1:94 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0
`;
  expect(receivedIn(netDev, '')).toBe(1_300);
  expect(receivedIn('', '')).toBe(0);
});

test('what neighbours announce to everybody is nobody speaking to it', () => {
  const netDev = '    lo:       0       0    0\n  eth0:     646       7    0\n';
  const without = 'Ip6InReceives                   \t7\nIp6InDiscards                   \t7\nIp6InOctets                     \t548\n';
  expect(receivedIn(netDev, without)).toBe(0);
  const listens = 'Ip6InReceives\t7\nIp6InDiscards\t0\nIp6InOctets\t548\nIp6InMcastPkts\t3\nIp6InMcastOctets\t216\n';
  expect(receivedIn(netDev, listens)).toBe(646 - 216 - 42);
});
