import type { GapReason } from './gap.ts';

type Kind = 'results' | 'coverage' | 'load-results';

/** What to do about a report that cannot be used; their kinds differ in a few words only. */
export function reportFix(reason: GapReason, kind: Kind): { fix?: string } {
  const fix = OWN[kind][reason] ?? COMMON[reason];
  return fix === undefined ? {} : { fix };
}

const COMMON: Partial<Record<GapReason, string>> = {
  truncated: 'The runner stopped while it wrote: look for a crash, a kill for memory or a full disk in its log.',
  malformed: 'Have the command write a valid report; two runs writing into one file break it.',
  crashed: 'This is a defect of Gauntlet: please report it with the file.',
};

const OWN: Readonly<Record<Kind, Partial<Record<GapReason, string>>>> = {
  results: {
    missing: 'Check that the command writes its report to this path.',
    empty: 'The command wrote nothing into its report: look at its log for a crash before the first test.',
    'zero-tests': 'Check the filter and the paths of the test command: it ran no test.',
    unrecognised: 'Have the command write one of the supported formats, or take the file out of the result patterns.',
    ambiguous: 'Have the command write one of the supported formats without parts of another.',
    hostile: 'Find out who wrote this file: no test runner does.',
    encoding: 'Have the command write its report as UTF-8 text.',
    'too-large': 'Split the report, one file per shard.',
  },
  coverage: {
    missing: 'Check that the command writes its coverage to this path.',
    empty: 'Check what the coverage tool includes: it instrumented nothing.',
    unsupported: 'Have the coverage tool write one of the formats that name lines, such as lcov.',
    unrecognised: 'Have the command write one of the supported coverage formats.',
    ambiguous: 'Have the command write one of the supported coverage formats without parts of another.',
    hostile: 'Find out who wrote this file: no coverage tool does.',
    encoding: 'Have the command write its coverage as UTF-8 text.',
    'too-large': 'Split the report, one file per package.',
  },
  'load-results': {
    missing: 'Check that the tool writes its results to this path.',
    empty: 'The tool wrote nothing into its results: look at its log for a crash before the first request.',
    'no-samples': 'Check that the tool reaches the system and that its scenario asks something: it tells of no request.',
    unproved: 'Give the tool more users or a larger machine, or ask for less: what was left out is missing in its numbers.',
    unsupported: 'Have the tool write one of the forms in docs/load-results.md.',
    unrecognised: 'Have the tool write one of the forms in docs/load-results.md, or take the file out of `load_results`.',
    ambiguous: 'Have the tool write one of the forms in docs/load-results.md without parts of another.',
    hostile: 'Find out who wrote this file: no load tool does.',
    encoding: 'Have the tool write its results as UTF-8 text.',
    'too-large': 'Have the tool write its summary, or split the samples, one file for each process.',
  },
};
