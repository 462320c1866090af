import type { ProducedFixture, Producer } from '../ecosystem.ts';
import { debian, inside } from './inside.ts';

const GCC = { lines: { covered: 9, total: 17 }, branches: { covered: 5, total: 10 }, functions: { covered: 3, total: 5 }, files: 3 };
const LLVM = { lines: { covered: 13, total: 25 }, branches: { covered: 6, total: 12 }, functions: { covered: 3, total: 5 }, files: 3 };

export const cover: readonly Producer[] = [
  { name: 'gcov', version: debian('g++'), fixtures: gcov() },
  { name: 'gcovr', version: 'venv/bin/gcovr --version', fixtures: gcovr() },
  {
    name: 'geninfo',
    version: debian('lcov'),
    fixtures: [
      {
        to: 'coverage/lcov/geninfo-2.info',
        run: inside(
          'cd cover; . ./build.sh; lcov --capture --directory . --output-file lcov.info --branch-coverage; lcov --summary lcov.info --branch-coverage',
        ),
        from: 'root/app/cover/lcov.info',
        said: '(9 of 17 lines)',
        ...GCC,
      },
    ],
  },
  { name: 'llvm-cov', version: 'echo 19.1.7', fixtures: llvm() },
];

function gcov(): ProducedFixture[] {
  const run = (data: string): string => inside(`cd cover; . ./build.sh; gcov --json-format --stdout --branch-probabilities ${data}`);
  return [
    {
      to: 'coverage/gcov/cart.json',
      run: run('cart.gcda'),
      why: 'the numbers of gcovr for the same run, without main.cpp',
      lines: { covered: 7, total: 15 },
      branches: { covered: 5, total: 10 },
      functions: { covered: 2, total: 4 },
      files: 2,
    },
    { to: 'coverage/gcov/two-documents.json', run: run('cart.gcda main.gcda'), why: 'the numbers of gcovr for the same run', ...GCC },
  ];
}

function gcovr(): ProducedFixture[] {
  const forms = '--cobertura cobertura.xml --clover clover.xml --jacoco jacoco.xml --lcov lcov.info';
  const run = `mkdir -p cov; cp app/cover/* cov/; cd cov; . ./build.sh; ../venv/bin/gcovr -r . ${forms} --print-summary`;
  const said = 'lines: 52.9% (9 out of 17)';
  return [
    { to: 'coverage/cobertura/gcovr-8.xml', run, from: 'cov/cobertura.xml', said, ...GCC },
    { to: 'coverage/jacoco/gcovr.xml', run, from: 'cov/jacoco.xml', said, why: 'of lines without branches only the counters tell', ...GCC },
    { to: 'coverage/lcov/gcovr.info', run, from: 'cov/lcov.info', said, ...GCC },
    {
      to: 'coverage/clover/gcovr.xml',
      run,
      from: 'cov/clover.xml',
      said,
      why: 'this form of gcovr tells of neither branches nor functions',
      lines: GCC.lines,
      files: GCC.files,
    },
  ];
}

function llvm(): ProducedFixture[] {
  const build = 'clang++-19 -fprofile-instr-generate -fcoverage-mapping cart.cpp main.cpp -o m && LLVM_PROFILE_FILE=m.profraw ./m';
  const merge = 'llvm-profdata-19 merge -sparse m.profraw -o m.profdata';
  const run = (args: string): string => inside(`cd cover; ${build}; ${merge}; llvm-cov-19 export ./m -instr-profile=m.profdata ${args}`);
  const why = 'what llvm-cov report printed';
  return [
    { to: 'coverage/llvm-cov/export.json', run: run(''), why, ...LLVM },
    { to: 'coverage/llvm-cov/export-summary.json', run: run('-summary-only'), why, ...LLVM },
    { to: 'coverage/lcov/llvm-cov.info', run: run('-format=lcov'), why, ...LLVM },
  ];
}
