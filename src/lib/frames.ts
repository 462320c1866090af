/** A place that a stack trace names; the path as it is written there. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** How runtimes write where a frame is. Each has a path and a line. */
const FRAMES: readonly RegExp[] = [
  // .NET: `at A.B() in /app/B.cs:line 12`
  / in (?<path>.{1,500}?):line (?<line>\d{1,7})\s*$/,
  // Mono and Unity: `in /app/B.cs:12`, `(at Assets/B.cs:12)`
  / in (?<path>\S.{0,500}?\.\w{1,5}):(?<line>\d{1,7})\s*$/,
  /\(at (?<path>[^()\n]{1,500}):(?<line>\d{1,7})\)/,
  // Python: `File "a.py", line 12`
  /^\s*File "(?<path>[^"\n]{1,500})", line (?<line>\d{1,7})/,
  // Perl and bats: `at t/a.t line 12.`, `(in test file a.bats, line 12)`
  /\b(?:at|in test file) (?<path>[^\s,()]{1,500}),? line (?<line>\d{1,7})/,
  // JavaScript: `at f (/app/a.js:12:3)`, `at file:///app/a.js:12:3`
  /\bat (?:[^()]*\()?(?:file:\/\/)?(?<path>[^\s()]{1,500}?):(?<line>\d{1,7}):\d+\)?\s*$/,
  // Rust: `panicked at src/lib.rs:12:5:`, and before 1.73 `panicked at 'said', src/lib.rs:12:5`
  /panicked at (?:.*, )?(?<path>[^\s:,']{1,500}):(?<line>\d{1,7})(?::\d+)?:?\s*$/,
  // Dart: `test/a_test.dart 12:5  main.<fn>`
  /^\s*(?:#\d+\s+)?(?<path>\S{1,500}\.dart) (?<line>\d{1,7}):\d+/,
];

/** Frames of runtimes, runners and libraries: true, and no place that can be repaired. */
const FOREIGN =
  /(?:^|[\\/])node_modules[\\/]|^node:|^package:|^dart:|^\/rustc\/|^\/_\/|\.cargo[\\/]registry|^\/usr\/(?:lib|share)\/|[\\/]site-packages[\\/]/;

/** Characters of a line that are looked at: what backtracks must not do so for long. */
const LENGTH = 1_000;
/** Lines of a trace that are looked at. */
const LINES = 200;

/** The first place in a trace that lies in somebody's own code, or `undefined`. */
export function placeInTrace(trace: string | undefined): Place | undefined {
  if (trace === undefined) return undefined;
  for (const text of trace.split('\n', LINES)) {
    const place = placeOf(text.slice(0, LENGTH).trimEnd());
    if (place !== undefined && !FOREIGN.test(place.path)) return place;
  }
  return undefined;
}

function placeOf(line: string): Place | undefined {
  for (const frame of FRAMES) {
    const groups = frame.exec(line)?.groups;
    const number = Number(groups?.['line']);
    if (groups?.['path'] !== undefined && number > 0) return { path: groups['path'], line: number };
  }
  return undefined;
}
