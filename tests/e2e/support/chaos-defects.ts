/** Defects of the example that only a fault shows, and the experiments of `chaos.yml` that find each by its rows. */
export interface UnderFault {
  readonly defects: Readonly<Record<string, readonly string[]>>;
  readonly experiments: string;
  /** A restart policy stands in the configuration, not in the code. */
  readonly env?: Readonly<Record<string, string>>;
}

export const CHAOS_DEFECTS: readonly UnderFault[] = [
  {
    defects: { 'dies-with-redis': ['RES-13', 'RED-09'], 'no-llm-timeout': ['RES-12'], 'early-ack': ['DATA-01'] },
    experiments: 'redis-down,llm-hangs,api-dies',
  },
  {
    defects: { 'racy-breaker': ['RES-05'], 'endless-stream': ['RES-09'], 'hammers-redis': ['RES-11'], 'fails-without-database': ['DB-20'] },
    experiments: 'llm-fails-at-once,llm-stalls,redis-resets,postgres-down',
  },
  {
    defects: { 'retry-storm': ['DB-15'], 'stuck-breaker': ['RES-03'], 'ignores-hang-up': ['RES-10'], 'fails-when-full': ['DB-11'] },
    experiments: 'users-leave,postgres-stalls,llm-fails',
  },
  { defects: { 'never-reconnects': ['CHA-02'], 'lying-readiness': ['CFG-12'] }, experiments: 'postgres-hangs' },
  { defects: { 'abrupt-shutdown': ['CFG-08'] }, experiments: 'api-ends', env: { TOKEN_DELAY_MS: '60' } },
  { defects: { 'no-restart-policy': ['CHA-01'] }, experiments: 'api-dies', env: { API_RESTART: 'no' } },
];

/** Found as well, but not in every run of the tests: `npm run bench -- chaos-matrix` does them all. */
export const MORE_CHAOS_DEFECTS: readonly UnderFault[] = [
  { defects: { 'no-breaker': ['RES-01'] }, experiments: 'llm-fails' },
  { defects: { 'stuck-breaker': ['RES-14'] }, experiments: 'llm-flaps' },
  { defects: { 'connection-leak': ['CHA-02'] }, experiments: 'postgres-stalls' },
];
