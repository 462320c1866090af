/** Defects of the example that do not touch each other, so that one run with all of them shows each by its own row. */
export interface Together {
  /** Defect → the rows that find it. */
  readonly defects: Readonly<Record<string, readonly string[]>>;
  readonly exitCode: number;
  /** Rows of `nightly.yml` that are looked at; without them it is `gauntlet.yml`, all of it. */
  readonly nightly?: string;
}

/** Defects that only a load shows. */
export const LOAD_DEFECTS: readonly Together[] = [
  {
    defects: { 'slow-tail': ['LOAD-08', 'LOAD-15'], 'lost-messages': ['WS-04'], 'cross-user': ['WS-02'], 'small-pool': ['DB-10'] },
    exitCode: 1,
  },
  { defects: { 'cpu-hog': ['LOAD-09', 'LOAD-15'], degradation: ['LOAD-11'], 'few-agents': ['AGT-24'] }, exitCode: 1 },
  { defects: { 'no-backpressure': ['INP-09'] }, exitCode: 0, nightly: 'INP-09' },
];

/** Defects that only rounds of walks show, with a collection of garbage after each: minutes, but little work. */
export const LEAK_DEFECTS: Together = {
  defects: { 'session-leak': ['LEAK-01'], 'endless-history': ['LEAK-03'], 'limiter-leak': ['LEAK-04'] },
  exitCode: 1,
  nightly: 'LEAK-01,LEAK-03,LEAK-04',
};
