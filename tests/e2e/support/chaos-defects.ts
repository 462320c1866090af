import type { ReportV1 } from '../../../src/model/report-v1.ts';

/** Defects of the example that only a fault shows, and the experiments of `chaos.yml` that find each by its rows. */
export interface UnderFault {
  /** Each with the rows that find it, and in which experiment: `RES-13 redis-down`. */
  readonly defects: Readonly<Record<string, readonly string[]>>;
  /** What is no defect of the code: a restart policy, the pace of the model. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * All of them, in as few systems as can be: in each, the last experiment may find what a system does not recover from, since nothing can
 * be said of it after that.
 */
export const CHAOS_DEFECTS: readonly UnderFault[] = [
  {
    defects: {
      'dies-with-redis': ['RES-13 redis-down', 'RED-09 redis-down'],
      'no-llm-timeout': ['RES-12 llm-hangs'],
      'ignores-hang-up': ['RES-10 users-leave'],
      'abrupt-shutdown': ['CFG-08 api-ends'],
      'no-breaker': ['RES-01 llm-fails'],
      'retry-storm': ['DB-15 llm-fails'],
    },
    // Answers that take half a second: some are under way when the api is told to end.
    env: { TOKEN_DELAY_MS: '60' },
  },
  {
    defects: {
      'racy-breaker': ['RES-05 llm-fails-at-once'],
      'never-reconnects': ['CHA-02 postgres-hangs'],
      'lying-readiness': ['CFG-12 postgres-hangs'],
    },
  },
  {
    defects: {
      'endless-stream': ['RES-09 llm-stalls'],
      'fails-without-database': ['DB-20 postgres-down'],
      'fails-when-full': ['DB-11 postgres-stalls'],
      'no-restart-policy': ['CHA-01 api-dies'],
    },
    env: { API_RESTART: 'no' },
  },
  {
    defects: {
      // Who is answered before anything is stored sees nothing of a database that fails: it stands with none of those.
      'early-ack': ['DATA-01 api-dies'],
      'stuck-breaker': ['RES-03 llm-fails'],
    },
  },
  { defects: { 'hammers-redis': ['RES-11 redis-resets'], 'connection-leak': ['CHA-02 postgres-hangs'] } },
];

/** One more conclusion about a defect that is found already. */
export const MORE_CHAOS_DEFECTS: readonly UnderFault[] = [{ defects: { 'stuck-breaker': ['RES-14 llm-flaps'] } }];

/** What finds the defects of a set, for `--only`. */
export function experimentsFor({ defects }: UnderFault): string {
  const names = Object.values(defects).flatMap((rows) => rows.map((row) => row.split(' ')[1] ?? ''));
  return [...new Set(names)].join(',');
}

/** What was found for sure, each with the experiment that shows it. */
export function foundBy({ findings }: ReportV1): string[] {
  const sure = findings.filter(({ result }) => result.verdict === 'confirmed');
  return sure.map(({ code, repro }) => `${code} ${repro[repro.indexOf('--only') + 1] ?? ''}`);
}
