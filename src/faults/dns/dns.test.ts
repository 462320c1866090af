import { expect, test } from 'vitest';

import { dns, rulesOf } from './index.ts';

test('one name is found in a question by its labels, each after its length', () => {
  expect(rulesOf({ name: 'db.internal', answer: 'none' }).map(({ table, match }) => [table, match])).toEqual([
    ['mangle', '-p udp --dport 53 -m string --algo bm --icase --hex-string "|02|db|08|internal|00|"'],
    ['mangle', '-p tcp --dport 53 -m string --algo bm --icase --hex-string "|02|db|08|internal|00|"'],
  ]);
});

test('no name may leave its rule', () => {
  for (const name of ['db" -j ACCEPT', 'a b', '|41|', 'db.', ''])
    expect(dns.options.safeParse({ service: 'api', name }).success, name).toBe(false);
});
