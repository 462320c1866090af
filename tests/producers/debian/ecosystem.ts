import type { Ecosystem } from '../ecosystem.ts';
import { cover } from './cover.ts';
import { cpp } from './cpp.ts';
import { others } from './others.ts';
import { php } from './php.ts';
import { rubies } from './ruby.ts';
import { taps } from './tap.ts';

const PACKAGES = [
  'bats catch2 clang-19 cmake cucumber default-jdk-headless doctest-dev erlang-common-test erlang-eunit g++ git gradle junit4',
  'lcov libboost-test-dev libclang-rt-19-dev libgtest-dev libtap-formatter-junit-perl libtap-harness-junit-perl llvm-19',
  'ninja-build php-dom php-pcov php-xdebug phpunit ruby-rspec ruby-rspec-junit-formatter ruby-simplecov swiftlang',
].join(' ');

/** What Debian 13 ships, in a system of its own below the scratch folder: needs root, debootstrap and 6 GB. */
export const ecosystem: Ecosystem = {
  name: 'debian',
  install: `python3 -m venv venv && venv/bin/pip -q install gcovr==8.8 && debootstrap --variant=minbase trixie root && ./inside 'DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${PACKAGES}'`,
  producers: [...cpp, ...cover, ...php, ...rubies, ...taps, ...others],
};
