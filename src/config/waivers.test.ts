import { expect, test } from 'vitest';

import { ConfigError } from './problems.ts';
import { parseWaivers } from './waivers.ts';

const GOOD = `- id: slow-start
  match: {code: DB-11, service: postgres}
  reason: "the pool is replaced in the next release; it costs $5"
  approved_by: lead
  ticket: OPS-7
  expires: 2027-01-31
- id: flaky-print
  match: {fingerprint: "r1:0123456789abcdef"}
  reason: this finding is about a test double only
  approved_by: lead
  expires: "2027-02-01"
`;

function refuse(text: string): string {
  try {
    parseWaivers(text, '.gauntlet/waivers.yml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'not refused';
}

test('a list of waivers, each with its place', () => {
  const { waivers, locate } = parseWaivers(GOOD, '.gauntlet/waivers.yml');
  expect(waivers.map(({ id, match, reason, expires }) => ({ id, match, reason, expires }))).toEqual([
    {
      id: 'slow-start',
      match: { code: 'DB-11', service: 'postgres' },
      reason: 'the pool is replaced in the next release; it costs $5',
      expires: '2027-01-31',
    },
    {
      id: 'flaky-print',
      match: { fingerprint: 'r1:0123456789abcdef' },
      reason: 'this finding is about a test double only',
      expires: '2027-02-01',
    },
  ]);
  expect(locate(1)).toEqual({ path: '.gauntlet/waivers.yml', line: 7, column: 3 });
});

test('the list can stand below `waivers`', () => {
  const text = `waivers:\n${GOOD.replace(/^/gm, '  ')}`;
  const { waivers, locate } = parseWaivers(text, 'w.yml');
  expect(waivers).toEqual(parseWaivers(GOOD, 'w.yml').waivers);
  expect(locate(0).line).toBe(2);
});

test.each(['', '# none\n', '[]', 'waivers: []'])('"%s" holds none', (text) => {
  expect(parseWaivers(text, 'w.yml').waivers).toEqual([]);
});

test('a waiver that waives too much, or says too little', () => {
  expect(
    refuse(`- id: a
  match: {code: DB-11}
  reason: because
  approved_by: ""
  expires: next year
- id: b
  match: {codes: DB-11}
  reason: this one is long enough to be a reason
- id: c
  match: {code: DB-11}
  reason: this one is long enough to be a reason
  approved_by: lead
  expires: 2027-01-31
`),
  ).toMatchInlineSnapshot(`
    ".gauntlet/waivers.yml has 7 problems

    .gauntlet/waivers.yml:3:11: \`reason\` is shorter than 20 characters
      3 |   reason: because
        |           ^^^^^^^
      → say why this may be so, for whoever reads it in a year

    .gauntlet/waivers.yml:4:16: \`approved_by\` is empty
      4 |   approved_by: ""
        |                ^^
      → write some text

    .gauntlet/waivers.yml:5:12: \`expires\` takes a date such as 2027-01-31, not the text "next year"
      5 |   expires: next year
        |            ^^^^^^^^^
      → write a date such as 2027-01-31

    .gauntlet/waivers.yml:6:3: \`approved_by\` is missing
      6 | - id: b
        |   ^^^^^
      → write text

    .gauntlet/waivers.yml:6:3: \`expires\` is missing
      6 | - id: b
        |   ^^^^^
      → write a date such as 2027-01-31

    .gauntlet/waivers.yml:7:11: \`codes\` is not a setting of \`match\`
      7 |   match: {codes: DB-11}
        |           ^^^^^
      → did you mean \`code\`?

    .gauntlet/waivers.yml:10:10: \`match\` does not say which findings it is for
      10 |   match: {code: DB-11}
         |          ^^^^^^^^^^^^^
      → write {fingerprint: …}, or {code: …} with one of service, path, test and message"
  `);
});

test('two waivers with one id', () => {
  expect(refuse(GOOD.replace('flaky-print', 'slow-start'))).toMatchInlineSnapshot(`
    ".gauntlet/waivers.yml has a problem

    .gauntlet/waivers.yml:7:7: this id is used by an earlier waiver
      7 | - id: slow-start
        |       ^^^^^^^^^^
      → give every waiver an id of its own"
  `);
});

test('a map is no list', () => {
  expect(refuse('id: a\n')).toMatchInlineSnapshot(`
    ".gauntlet/waivers.yml has 2 problems

    .gauntlet/waivers.yml:1:1: \`waivers\` is missing
      1 | id: a
        | ^
      → write a list

    .gauntlet/waivers.yml:1:1: \`id\` is not a setting at the top level
      1 | id: a
        | ^^
      → allowed here: waivers"
  `);
});
