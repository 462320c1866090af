/** Upper bounds on what is kept of hostile or huge input. What is cut is counted, never silently lost. */
export const LIMITS = {
  /** Cases kept in full per list (failed, skipped, flaky) of one evidence. */
  caseDetails: 500,
  /** Characters kept of one failure message or detail. */
  caseText: 4_000,
  /** Lines kept of the end of a command's output. */
  tailLines: 40,
  /** Bytes kept of one log file; the middle is dropped. */
  logBytes: 20_000_000,
  /** Bytes of one report beyond which reading stops with a gap. */
  reportBytes: 4_000_000_000,
  /** Nesting of XML or JSON beyond which reading stops with a gap. */
  depth: 200,
  /** Bytes of one response body that a journey keeps. */
  bodyBytes: 10_000_000,
  /** GitHub's comment limit is 65,536 characters; the margin is for what the API counts differently. */
  commentCharacters: 65_000,
  /** GitHub refuses a step summary over 1 MiB. */
  summaryBytes: 1_000_000,
} as const;

/** Bounds on what is parsed of one JSON report: characters of one string, and of one test, file or suite that is read whole. */
export const JSON_LIMITS = { depth: LIMITS.depth, string: 20_000, value: 32_000_000 } as const;
