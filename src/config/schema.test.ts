import { expect, test } from 'vitest';

import { FAKES, SEED_001, SKETCH } from '../../tests/support/config.ts';
import { parseConfig } from './load.ts';

function parse(text: string) {
  return parseConfig(text, { file: 'gauntlet.yml', env: {}, plugins: FAKES });
}

test('the pipeline of the mission, exactly as it is written there', () => {
  const { stages } = parse(SEED_001);
  expect(stages).toMatchInlineSnapshot(`
    [
      {
        "at": [
          "stages",
          0,
          "unit",
        ],
        "coverage": {
          "critical": {},
          "files": [
            "coverage/lcov.info",
            "lcov.info",
            "coverage.lcov",
            "coverage/cobertura-coverage.xml",
            "coverage.xml",
            "coverage.cobertura.xml",
            "coverage.opencover.xml",
            "coverage/coverage-final.json",
            "coverage/clover.xml",
            "clover.xml",
            "build/logs/clover.xml",
            "coverage/.resultset.json",
            "target/site/jacoco/jacoco.xml",
            "build/reports/jacoco/test/jacocoTestReport.xml",
            "coverage.out",
            "cover.out",
          ],
          "min": 0.9,
        },
        "env": {},
        "failFast": true,
        "name": "unit",
        "parallel": true,
        "thresholds": [],
      },
      {
        "at": [
          "stages",
          1,
          "integration",
        ],
        "env": {},
        "name": "integration",
        "parallel": false,
        "retries": 2,
        "services": [
          "postgres",
          "redis",
          "clickhouse",
        ],
        "thresholds": [],
      },
      {
        "at": [
          "stages",
          2,
          "e2e",
        ],
        "durationMs": 1800000,
        "env": {},
        "environment": "staging",
        "name": "e2e",
        "thresholds": [],
        "users": "synthetic",
      },
      {
        "at": [
          "stages",
          3,
          "performance",
        ],
        "durationMs": 3600000,
        "env": {},
        "name": "performance",
        "scenarios": [
          "standard",
        ],
        "successRate": 0.99,
        "thresholds": [],
      },
      {
        "at": [
          "stages",
          4,
          "chaos",
        ],
        "durationMs": 7200000,
        "env": {},
        "experiments": [
          "network",
          "service",
          "state",
        ],
        "name": "chaos",
        "recovery": {
          "op": "<",
          "unit": "milliseconds",
          "value": 300000,
        },
        "thresholds": [],
      },
    ]
  `);
});

test('the sketch, exactly as it is written there', () => {
  const { locate: _, ...settings } = parse(SKETCH);
  expect(settings).toMatchInlineSnapshot(`
    {
      "budget": "pr",
      "check_options": {},
      "environments": {},
      "evaluations": {},
      "experiments": {
        "clickhouse-breaker": {
          "during": {
            "fallback": {
              "header": "x-source: redis",
            },
            "successRate": {
              "op": ">=",
              "unit": "ratio",
              "value": 0.99,
            },
          },
          "fault": {
            "durationMs": 30000,
            "options": {
              "from": "api",
              "to": "clickhouse",
            },
            "type": "partition",
          },
          "ledger": {
            "write": "chat",
          },
          "recovery": {
            "op": "<",
            "unit": "milliseconds",
            "value": 60000,
          },
          "rows": [],
          "steady": [
            "chat",
          ],
        },
      },
      "journeys": {
        "chat": {
          "expect": {},
          "rows": [],
          "steps": [
            {
              "capture": {},
              "expect": {},
              "options": {
                "act": "connect",
                "headers": {},
                "shared": false,
                "url": "{{ws}}?user={{user}}",
              },
              "timeoutMs": 10000,
              "title": "connect {{ws}}?user={{user}}",
              "type": "websocket",
            },
            {
              "capture": {},
              "expect": {
                "reply": {
                  "id": "{{nonce}}",
                },
                "within": {
                  "op": "<=",
                  "unit": "milliseconds",
                  "value": 100,
                },
              },
              "options": {
                "act": "send",
                "message": "{"id":"{{nonce}}","text":"hello"}",
                "ordered": true,
                "times": 1,
              },
              "timeoutMs": 10000,
              "title": "send {"id":"{{nonce}}","text":"hello"}",
              "type": "websocket",
            },
          ],
        },
        "cold-start": {
          "expect": {
            "tokens": {
              "op": "<=",
              "unit": "count",
              "value": 300,
            },
          },
          "rows": [],
          "steps": [
            {
              "capture": {},
              "expect": {
                "status": [
                  200,
                ],
                "tokens": {
                  "op": "<=",
                  "unit": "count",
                  "value": 20,
                },
              },
              "options": {
                "body": null,
                "headers": {},
                "method": "GET",
                "url": "{{api}}/health",
              },
              "timeoutMs": 10000,
              "title": "GET {{api}}/health",
              "type": "http",
            },
            {
              "capture": {},
              "expect": {
                "status": [
                  200,
                ],
                "tokens": {
                  "op": "<=",
                  "unit": "count",
                  "value": 50,
                },
              },
              "options": {
                "body": null,
                "headers": {},
                "method": "GET",
                "url": "{{api}}/discovery",
              },
              "timeoutMs": 10000,
              "title": "GET {{api}}/discovery",
              "type": "http",
            },
            {
              "capture": {},
              "expect": {
                "status": [
                  200,
                ],
                "tokens": {
                  "op": "<=",
                  "unit": "count",
                  "value": 150,
                },
              },
              "options": {
                "body": null,
                "headers": {},
                "method": "GET",
                "url": "{{api}}/quickstart",
              },
              "timeoutMs": 10000,
              "title": "GET {{api}}/quickstart",
              "type": "http",
            },
          ],
        },
      },
      "loads": {},
      "path": "gauntlet.yml",
      "policy": {
        "block": [
          "P0",
          "new P1",
        ],
      },
      "redact": [],
      "release": {},
      "report": {},
      "seed": 1,
      "stack": {
        "kinds": {
          "compose": {
            "kind": "compose",
            "options": {
              "files": [
                "compose.yaml",
              ],
            },
            "readyMs": 120000,
          },
        },
        "services": [],
        "use": "compose",
      },
      "stages": [
        {
          "at": [
            "stages",
            0,
            "unit",
          ],
          "coverage": {
            "critical": {},
            "files": [
              "coverage/lcov.info",
              "lcov.info",
              "coverage.lcov",
              "coverage/cobertura-coverage.xml",
              "coverage.xml",
              "coverage.cobertura.xml",
              "coverage.opencover.xml",
              "coverage/coverage-final.json",
              "coverage/clover.xml",
              "clover.xml",
              "build/logs/clover.xml",
              "coverage/.resultset.json",
              "target/site/jacoco/jacoco.xml",
              "build/reports/jacoco/test/jacocoTestReport.xml",
              "coverage.out",
              "cover.out",
            ],
            "min": 0.9,
          },
          "env": {},
          "failFast": true,
          "name": "unit",
          "parallel": true,
          "results": [
            "reports/unit/*.xml",
          ],
          "run": [
            {
              "command": {
                "line": "npm run test:unit",
                "type": "shell",
              },
              "env": {},
              "name": "main",
            },
          ],
          "thresholds": [],
        },
        {
          "at": [
            "stages",
            1,
            "integration",
          ],
          "env": {},
          "name": "integration",
          "parallel": false,
          "retries": 2,
          "run": [
            {
              "command": {
                "line": "npm run test:integration",
                "type": "shell",
              },
              "env": {},
              "name": "main",
            },
          ],
          "services": [
            "postgres",
            "redis",
            "clickhouse",
          ],
          "thresholds": [],
        },
        {
          "at": [
            "stages",
            2,
            "e2e",
          ],
          "durationMs": 1800000,
          "env": {},
          "environment": "staging",
          "journeys": [
            "cold-start",
            "chat",
          ],
          "name": "e2e",
          "thresholds": [],
          "users": "synthetic",
        },
        {
          "at": [
            "stages",
            3,
            "performance",
          ],
          "durationMs": 3600000,
          "env": {},
          "name": "performance",
          "scenarios": [
            "standard",
          ],
          "successRate": 0.99,
          "thresholds": [
            {
              "abort": false,
              "aggregation": {
                "percentile": 99,
                "type": "percentile",
              },
              "limit": {
                "op": "<",
                "unit": "milliseconds",
                "value": 100,
              },
              "metric": "chat.latency",
              "text": "chat.latency: p(99) < 100ms",
            },
            {
              "abort": false,
              "aggregation": {
                "type": "max",
              },
              "limit": {
                "op": "<",
                "unit": "bytes",
                "value": 2000000000,
              },
              "metric": "service.api.memory",
              "text": "service.api.memory: max < 2GB",
            },
            {
              "abort": false,
              "aggregation": {
                "type": "avg",
              },
              "limit": {
                "op": "<",
                "unit": "ratio",
                "value": 0.7,
              },
              "metric": "service.api.cpu",
              "text": "service.api.cpu: avg < 70%",
            },
          ],
        },
        {
          "at": [
            "stages",
            4,
            "chaos",
          ],
          "durationMs": 7200000,
          "env": {},
          "experiments": [
            "network",
            "service",
            "state",
          ],
          "name": "chaos",
          "recovery": {
            "op": "<",
            "unit": "milliseconds",
            "value": 300000,
          },
          "thresholds": [],
        },
      ],
      "targets": {
        "api": {
          "health": "/health",
          "path": "",
          "port": 8080,
          "scheme": "http",
          "service": "api",
        },
        "ws": {
          "path": "/ws",
          "port": 8080,
          "scheme": "ws",
          "service": "api",
        },
      },
      "version": 1,
      "waivers": ".gauntlet/waivers.yml",
    }
  `);
});
