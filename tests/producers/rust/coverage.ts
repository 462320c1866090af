import type { ProducedFixture, Producer } from '../ecosystem.ts';

const run = [
  'cd shop && cargo llvm-cov --lib --json --output-path ../llvm.json -- tests::adds_up tests::totals tests::discounts',
  'cargo llvm-cov report --json --summary-only --output-path ../llvm-summary.json',
  'cargo llvm-cov report --lcov --output-path ../llvm.info',
  'cargo llvm-cov report --cobertura --output-path ../llvm.xml',
  'cargo llvm-cov report',
].join('; ');
const tarpaulin =
  'cd shop && cargo tarpaulin --lib --engine llvm --out Xml --out Lcov --output-dir ../tarpaulin -- tests::adds_up tests::totals tests::discounts';
const TESTED = { lines: { covered: 5, total: 12 }, files: 1, said: '41.67% coverage, 5/12 lines covered' };
const LINES = { lines: { covered: 14, total: 46 }, files: 1, said: 'TOTAL 58 39 32.76% 16 11 31.25% 46 32 30.43%' };
const FUNCTIONS = { functions: { covered: 5, total: 16 } };

export const coverage: readonly Producer[] = [
  {
    name: 'cargo-llvm-cov',
    version: 'cargo llvm-cov --version',
    fixtures: [report('llvm-cov', 'json'), report('llvm-cov', 'summary'), report('lcov', 'info'), report('cobertura', 'xml')],
  },
  {
    name: 'cargo-tarpaulin',
    version: 'cargo tarpaulin --version',
    fixtures: [
      { to: 'coverage/cobertura/cargo-tarpaulin.xml', run: tarpaulin, from: 'tarpaulin/cobertura.xml', ...TESTED },
      {
        to: 'coverage/lcov/cargo-tarpaulin.info',
        run: tarpaulin,
        from: 'tarpaulin/lcov.info',
        ...TESTED,
        functions: { covered: 2, total: 3 },
      },
    ],
  },
];

function report(format: string, what: string): ProducedFixture {
  const extension = what === 'summary' ? 'json' : what;
  return {
    to: `coverage/${format}/cargo-llvm-cov${what === 'summary' ? '-summary' : ''}.${extension}`,
    run,
    from: `llvm${what === 'summary' ? '-summary' : ''}.${extension}`,
    ...LINES,
    ...FUNCTIONS,
  };
}
