import type { ProducedFixture, Producer } from '../ecosystem.ts';

const OWN = { lines: { covered: 8, total: 23 }, files: 2, said: 'coverage: 36.4% of statements' };
const ALL = { lines: { covered: 11, total: 23 }, files: 2, said: 'coverage: 42.9% of statements in ./...' };
const WHY = 'lines that a block with statements touches; the most visited block of a line counts';
const everyPackage = 'cd shop && go test -coverpkg=./... -coverprofile=../coverpkg.out ./prices ./pass';

export const coverage: readonly Producer[] = [
  {
    name: 'go test -coverprofile',
    version: 'go version',
    fixtures: [
      profile('set'),
      profile('count'),
      profile('atomic'),
      {
        to: 'coverage/go/coverpkg.out',
        run: everyPackage,
        from: 'coverpkg.out',
        ...ALL,
        why: `each of two test binaries tells of every package; ${WHY}`,
      },
    ],
  },
  {
    name: 'gocover-cobertura',
    version: 'go version -m bin/gocover-cobertura | grep mod',
    fixtures: [
      {
        to: 'coverage/cobertura/gocover-cobertura-coverpkg.xml',
        run: `${everyPackage}; gocover-cobertura < ../coverpkg.out > ../coverpkg.xml`,
        from: 'coverpkg.xml',
        ...ALL,
        functions: { covered: 3, total: 4 },
      },
    ],
  },
];

function profile(mode: string): ProducedFixture {
  return {
    to: `coverage/go/mode-${mode}.out`,
    run: `cd shop && go test -covermode=${mode} -coverprofile=../${mode}.out ./prices/... ./pass`,
    from: `${mode}.out`,
    ...OWN,
    why: WHY,
  };
}
