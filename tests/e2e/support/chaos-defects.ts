/** Defects of the example that only a fault shows, and the experiments of `chaos.yml` that find each by its rows. */
export interface UnderFault {
  readonly defects: Readonly<Record<string, readonly string[]>>;
  readonly experiments: string;
  /** What is no defect of the code: a restart policy, the pace of the model. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The first is tried on processes, the others on Compose. */
export const CHAOS_DEFECTS: readonly [UnderFault, ...UnderFault[]] = [
  {
    defects: {
      'dies-with-redis': ['RES-13', 'RED-09'],
      'no-llm-timeout': ['RES-12'],
      'early-ack': ['DATA-01'],
      'abrupt-shutdown': ['CFG-08'],
    },
    experiments: 'redis-down,llm-hangs,api-ends,api-dies',
    // Answers that take half a second: some are under way when the api is told to end.
    env: { TOKEN_DELAY_MS: '60' },
  },
  {
    defects: { 'never-reconnects': ['CHA-02'], 'lying-readiness': ['CFG-12'], 'racy-breaker': ['RES-05'] },
    experiments: 'llm-fails-at-once,postgres-hangs',
  },
  {
    defects: { 'no-restart-policy': ['CHA-01'], 'endless-stream': ['RES-09'], 'fails-without-database': ['DB-20'] },
    experiments: 'llm-stalls,postgres-down,api-dies',
    env: { API_RESTART: 'no' },
  },
];

/** What must come through them. */
export const HARDENED = 'redis-down,llm-hangs,llm-fails-at-once,llm-stalls,postgres-down,postgres-hangs,api-dies,api-ends';

/** Tried on Compose. */
export const COMPOSE_DEFECTS: UnderFault = {
  defects: { 'retry-storm': ['DB-15'], 'ignores-hang-up': ['RES-10'], 'no-breaker': ['RES-01'] },
  experiments: 'users-leave,llm-fails',
};

/** Found as well, but not in every run of the tests: `node bench/chaos-matrix.ts process compose` does all of them on both. */
export const MORE_CHAOS_DEFECTS: readonly UnderFault[] = [
  {
    defects: { 'hammers-redis': ['RES-11'], 'fails-when-full': ['DB-11'], 'no-breaker': ['RES-01'] },
    experiments: 'redis-resets,llm-fails,postgres-stalls',
  },
  // A breaker that stays open leaves nothing to be seen by whoever comes next.
  { defects: { 'stuck-breaker': ['RES-03'] }, experiments: 'llm-fails' },
  { defects: { 'stuck-breaker': ['RES-14'] }, experiments: 'llm-flaps' },
  { defects: { 'connection-leak': ['CHA-02'] }, experiments: 'postgres-hangs' },
];
