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
  { defects: { 'never-reconnects': ['CHA-02'], 'lying-readiness': ['CFG-12'] }, experiments: 'postgres-hangs' },
  { defects: { 'no-restart-policy': ['CHA-01'] }, experiments: 'api-dies', env: { API_RESTART: 'no' } },
];
