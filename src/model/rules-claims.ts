import type { Rule } from './rule.ts';

/** What races, leaks and claims say by default. */
export const CLAIM_RULES: Readonly<Record<string, Rule>> = {
  'CON-01': {
    title: 'a data race',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Both stacks touch the same memory without a lock between them: guard it by one lock on both sides (or an atomic, or a channel), and repeat the test under the race detector.',
  },
  'CON-02': {
    title: 'nothing shows that the race detector was on',
    priority: 'P1',
    effort: '10 min',
    fix: 'Run the tests with `-race` in the command itself, or pass GORACE (TSAN_OPTIONS) from the environment on to them and keep their output: the detector then says by itself that it is there.',
  },
  'CON-03': {
    title: 'the session of a connection is accessed without a lock',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Guard the field by one lock wherever it is read or written, and repeat its test under the race detector.',
  },
  'CON-04': {
    title: 'fields of a session are accessed without a lock',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Guard the fields by the lock of the session wherever they are read or written, and repeat the test under the race detector.',
  },
  'CON-05': {
    title: 'serialisation relies on a lock that its caller must hold',
    priority: 'P2',
    effort: '15–60 min',
    fix: 'Say at the function that the caller holds the lock, or take it inside.',
  },
  'CON-07': {
    title: 'a program was ended by its runtime',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'The stack shows where: guard what is shared by a lock, end the wait that nobody ends, or repair the access that the runtime refused; then repeat the load that brought it up.',
  },
  'LEAK-07': {
    title: 'something is left behind when the work is done',
    priority: 'P1',
    effort: '30 min–4 h',
    fix: 'Give whatever was started here an end (a context, a close, a free) and wait for it before the test or the request is over.',
  },
  'TST-16': {
    title: 'a claimed defect is confirmed',
    priority: 'P1',
    effort: '1–8 h',
    fix: 'Repair the defect at the place named here, and turn its characterisation test round: it then fails when the defect comes back.',
  },
  'TST-17': {
    title: 'tests named after an issue that no claim maps',
    priority: 'P3',
    effort: '10 min',
    fix: 'Name the tests in the claims file with what a pass means (`pass_means: confirmed` or `refuted`), or call them otherwise.',
  },
  'TST-18': {
    title: 'reviewed issues have no test',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Write a test for each issue named here, called `TestProductionIssue<NN>_…`, and say in the claims file what its pass means.',
  },
  'TST-19': {
    title: 'claims do not tell their story',
    priority: 'P3',
    effort: '15–60 min',
    fix: 'Add source, location, impact and recommendation to the claims named here.',
  },
  'RPT-01': {
    title: 'a stated number differs from the counted one',
    priority: 'P1',
    effort: '10 min',
    fix: 'Correct the number in the document: it is counted from the outcomes of the tests.',
  },
  'RPT-09': {
    title: 'a statement of the documentation does not hold',
    priority: 'P1',
    effort: '30 min–4 h',
    fix: 'Correct the sentence in the documentation, or repair what it describes.',
  },
};
