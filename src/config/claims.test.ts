import { describe, expect, it } from 'vitest';

import { parseClaims } from './claims.ts';

const parse = (text: string) => parseClaims(text, 'claims.yml');

function problem(text: string): string {
  try {
    parse(text);
    return 'no problem';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a claims file', () => {
  it('links a numbered claim to the tests with its number, and reads nothing into their pass', () => {
    const { claims, issues } = parse('claims:\n  - {id: 7, title: Messages are not validated}\n');
    expect(claims).toEqual([
      {
        id: '7',
        title: 'Messages are not validated',
        kind: 'defect',
        priority: 'P1',
        source: {},
        rows: [],
        tests: [{ pattern: 'issue:7', fail: 'inconclusive', skip: 'not_tested' }],
        at: { path: 'claims.yml', line: 2, column: 5 },
      },
    ]);
    expect(new RegExp(issues).exec('TestProductionIssue07_Validation')?.[1]).toBe('7');
  });

  it('gives each test the meaning of its claim, or its own', () => {
    const { claims } = parse(`stage: integration
source: docs/review.md
claims:
  - id: race
    title: A race
    severity: critical
    source: {section: Concurrency, line: 4}
    location: internal/gate.go:4-9
    race_means: confirmed
    tests: [TestA*, {test: TestB, pass_means: refuted, fail_means: confirmed}]
  - {id: 2, title: To document, kind: documentation, tests: none}
`);
    expect(claims).toMatchObject([
      {
        stage: 'integration',
        priority: 'P0',
        source: { document: 'docs/review.md', section: 'Concurrency', line: 4 },
        location: { path: 'internal/gate.go', line: 4, endLine: 9 },
        tests: [
          { pattern: 'TestA*', race: 'confirmed', fail: 'inconclusive', skip: 'not_tested' },
          { pattern: 'TestB', pass: 'refuted', fail: 'confirmed', race: 'confirmed', skip: 'not_tested' },
        ],
      },
      { priority: 'P3', tests: [] },
    ]);
  });

  it.each([
    [
      'a meaning that there is none of',
      'claims:\n  - {id: 1, title: a, pass_means: good}\n',
      /claims\.yml:2:\d+: `pass_means` cannot be the text "good"/,
    ],
    [
      'a setting that there is none of',
      'claims:\n  - {id: 1, title: a, pas_means: confirmed}\n',
      /claims\.yml:2:\d+: `pas_means` is not a setting[\s\S]*did you mean `pass_means`/,
    ],
    ['an id twice', 'claims:\n  - {id: 1, title: a}\n  - {id: "1", title: b}\n', /claims\.yml:3:\d+: this id is used by an earlier claim/],
    [
      'a list of claims that are not there',
      'claims: [{id: 1, title: a}]\ntallies:\n  - {text: t, of: confirmed, claims: [1, 3]}\n',
      /claims\.yml:3:\d+: no claim has the id `3`/,
    ],
    [
      'a tally that states nothing',
      'claims: [{id: 1, title: a}]\ntallies: [{text: t, of: confirmed}]\n',
      /states neither a number nor a list/,
    ],
    ['no claims', 'claims: []\n', /is an empty list/],
    ['issues without a group', 'issues: TestIssue\nclaims: [{id: 1, title: a}]\n', /is no regular expression with one group/],
    ['an empty file', '', /takes a map of settings that holds `claims:`/],
  ])('refuses %s with its place', (_, text, message) => {
    expect(problem(text)).toMatch(message);
  });

  it('leaves dollar signs alone', () => {
    expect(parse('claims: [{id: 1, title: "costs $5 or ${MORE}"}]\n').claims[0]?.title).toBe('costs $5 or ${MORE}');
  });
});
