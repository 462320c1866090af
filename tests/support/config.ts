import { z } from 'zod';

import { stepKinds } from '../../src/journeys/registry.ts';
import { defineStack } from '../../src/stacks/contract.ts';
import type { Plugins } from '../../src/config/schema.ts';

// Test doubles for plugins, so that tests of the configuration do not change when a plugin's options do.

const never = () => Promise.reject(new Error('a fake stack cannot be brought up'));

function fakeStack(kind: string, options: z.ZodType): Plugins['stacks'][number] {
  return defineStack({
    kind,
    summary: `the ${kind} stack`,
    options,
    preflight: never,
    up: never,
    look: never,
    watch: () => {
      throw new Error('a fake stack cannot be watched');
    },
    logs: never,
    down: never,
  });
}

const files = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);

/** Stacks with the shapes of the real ones, and the step kinds that the tests name. */
export const FAKES: Plugins = {
  stacks: [
    fakeStack(
      'compose',
      z.strictObject({
        files,
        profiles: z.array(z.string()).optional(),
        envFile: files.optional(),
        services: z.array(z.string()).optional(),
        env: z.record(z.string(), z.string()).optional(),
      }),
    ),
    fakeStack(
      'process',
      z.strictObject({ services: z.record(z.string(), z.strictObject({ run: z.string(), port: z.number().optional() })) }),
    ),
    fakeStack('external', z.strictObject({ targets: z.record(z.string(), z.string()) })),
  ],
  stepKinds: stepKinds.filter(({ type }) => ['command', 'http', 'websocket'].includes(type)),
  faults: [],
  checks: [],
  sinks: [],
};

/** The mission's own pipeline, character by character (seed 001). */
export const SEED_001 = `stages:
  - unit:
      parallel: true
      fail_fast: true
      coverage: 90%
  
  - integration:
      services: [postgres, redis, clickhouse]
      parallel: false
      retries: 2
  
  - e2e:
      environment: staging
      users: synthetic
      duration: 30m
  
  - performance:
      load_profile: standard
      duration: 1h
      success_rate: 99%
  
  - chaos:
      experiments: [network, service, state]
      duration: 2h
      recovery_time: < 5m
`;

/** The sketch that the product was designed from. */
export const SKETCH = `# gauntlet.yml — the user's face of the product, as a sketch to work from (not a frozen format).
# The stage list below is the mission's own pipeline (seed 001) and must be accepted as it stands.
version: 1

stack:
  compose: compose.yaml          # or  process: {api: {run: node server.js, port: 8080}}  or  external: {api: https://staging…}
  ready: 120s

targets:
  api: {service: api, port: 8080, health: /health}
  ws: {service: api, port: 8080, path: /ws}

stages:
  - unit:
      run: npm run test:unit
      parallel: true
      fail_fast: true
      results: reports/unit/*.xml
      coverage: 90%              # long form: {min: 90%, files: [...], changed: 85%, packages: 80%, critical: {"src/auth/**": 100%}}
  - integration:
      run: npm run test:integration
      services: [postgres, redis, clickhouse]
      parallel: false
      retries: 2
  - e2e:
      environment: staging
      users: synthetic
      duration: 30m
      journeys: [cold-start, chat]
  - performance:
      load_profile: standard     # steady 50 users @ 1/min · peak 200 @ 5/min · burst 500 in 10 s · sustained 100 for 1 h
      duration: 1h
      success_rate: 99%
      thresholds:
        chat.latency: p(99) < 100ms
        service.api.memory: max < 2GB
        service.api.cpu: avg < 70%
  - chaos:
      experiments: [network, service, state]
      duration: 2h
      recovery_time: < 5m

journeys:
  cold-start:                    # progressive disclosure: the claim under test is "about 220 tokens instead of 3000+"
    steps:
      - {get: "{{api}}/health",     expect: {status: 200, tokens: <= 20}}
      - {get: "{{api}}/discovery",  expect: {status: 200, tokens: <= 50}}
      - {get: "{{api}}/quickstart", expect: {status: 200, tokens: <= 150}}
    expect: {tokens: <= 300}
  chat:
    steps:
      - connect: "{{ws}}?user={{user}}"
      - send: {id: "{{nonce}}", text: hello}
        expect: {reply: {id: "{{nonce}}"}, within: 100ms}

experiments:
  clickhouse-breaker:            # seed 001: breaker opens → Redis fallback → restore → breaker closes → normal operation
    fault: {partition: {from: api, to: clickhouse}, for: 30s}
    steady: chat
    during: {success_rate: ">= 99%", fallback: {header: "x-source: redis"}}
    recovery: < 60s
    ledger: chat                 # nothing acknowledged may be lost

budget: pr                       # pr | nightly | release: scales durations; the report always says asked against run
policy: {block: [P0, new P1]}
`;
