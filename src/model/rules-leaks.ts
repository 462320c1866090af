import type { Rule } from './rule.ts';

const MEMORY = {
  effort: '2–8 h',
  fix: 'Open the heap profile named here (Chrome DevTools → Memory → Load for `.heapprofile`; `go tool pprof` for `.pb.gz`) and begin with the largest place: whatever is kept for each request, session or user needs a bound and somebody who removes it.',
} as const;

/** Rows of the catalogue that searches for leaks answer. */
export const LEAK_RULES: Readonly<Record<string, Rule>> = {
  'LEAK-01': { ...MEMORY, title: 'users who have left stay in memory', priority: 'P0' },
  'LEAK-02': { ...MEMORY, title: 'memory grows with every request', priority: 'P1' },
  'LEAK-03': { ...MEMORY, title: 'a session grows with everything that is done in it', priority: 'P1' },
  'LEAK-04': { ...MEMORY, title: 'the state of a limiter is never freed', priority: 'P1' },
  'LEAK-06': {
    title: 'the clean-up removes more than what has expired, or less',
    priority: 'P2',
    effort: '30 min–2 h',
    fix: 'Let the clean-up look at each entry’s own time: in its test, let some be expired and some not, and hold both counts afterwards.',
  },
  'LEAK-10': {
    title: 'open files and sockets pile up',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Look at what is open (`ls -l /proc/<pid>/fd`): close files, sockets and responses also where an error is returned, and give idle connections a time-out.',
  },
  'LEAK-13': {
    title: 'a user who was away cannot go on',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Let a session that has ended be begun again by the next request or reconnection, or answer so that the client can do it (401, a close code) instead of failing.',
  },
  'LEAK-14': {
    title: 'a leak without a heap profile',
    priority: 'P3',
    effort: '15–60 min',
    fix: 'Let the profile be taken: Node listens to SIGUSR1 unless `--disable-sigusr1` is set, Go answers at /debug/pprof with `import _ "net/http/pprof"`, Java needs a JDK with `jcmd` in the image.',
  },
};
