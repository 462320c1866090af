import { counts, type Ecosystem } from '../ecosystem.ts';

/** CTest tells CDash all about the machine that it runs on. */
const NAMELESS = `sed -Ei 's/^(\\t(Hostname|Name)=)"[^"]*"/\\1"builder"/; s/^(\\t(OSRelease|OSVersion|VendorString|VendorID|FamilyID|ModelID|ProcessorCacheSize|TotalPhysicalMemory|ProcessorClockFrequency|NumberOf\\w+)=)"[^"]*"/\\1"1"/; s/[0-9]{8}-[0-9]{4}-/20260105-1020-/; s/(DateTime>)[^<]*/\\1Jan 05 10:20 UTC/'`;
const CTEST = `rm -rf build; cmake -S . -B build; cd build; ctest -T Test --no-compress-output; cp Testing/*-*/Test.xml ../test.xml; cd ..; ${NAMELESS} test.xml`;
const BOOST =
  'g++ -O0 boost.cpp -o shop; ./shop --log_format=XML --log_level=test_suite --log_sink=log.xml --report_format=XML --report_level=detailed --report_sink=report.xml; cat report.xml';

/** Debian 12's C++ tools (`apt-get install cmake g++ libboost-test-dev`). */
export const ecosystem: Ecosystem = {
  name: 'bookworm',
  install: 'cmake --version && g++ --version',
  producers: [
    {
      name: 'CTest',
      version: 'ctest --version',
      fixtures: [
        {
          to: 'results/ctest/test.xml',
          run: CTEST,
          from: 'test.xml',
          said: '6 tests failed out of 9',
          why: 'of the 6, two could not be run and are errors; one disabled test is not among the 9, and one called itself off',
          ...counts({ passed: 2, failed: 4, errors: 2, skipped: 2 }),
        },
      ],
    },
    {
      name: 'Boost.Test',
      version: `sed -n 's/.*BOOST_LIB_VERSION "\\([0-9]*\\)_\\([0-9]*\\)".*/\\1.\\2/p' /usr/include/boost/version.hpp`,
      fixtures: [
        {
          to: 'results/boost/log.xml',
          run: BOOST,
          from: 'log.xml',
          said: 'test_cases_failed="5" test_cases_skipped="2" test_cases_aborted="3"',
          why: 'the log does not know that one failure was expected; a required check fails there, and aborts in the report',
          ...counts({ passed: 5, failed: 4, errors: 2, skipped: 2 }),
        },
        {
          to: 'results/boost/report.xml',
          run: BOOST,
          from: 'report.xml',
          said: 'test_cases_failed="5" test_cases_skipped="2" test_cases_aborted="3"',
          why: 'a test that was switched off is only in the count of the skipped; of the 5 that failed 3 were aborted',
          ...counts({ passed: 6, failed: 2, errors: 3, skipped: 1 }),
        },
      ],
    },
  ],
};
