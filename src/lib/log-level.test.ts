import { expect, test } from 'vitest';

import { cpuMs } from '../../tests/support/effort.ts';
import { criticalLevel } from './log-level.ts';

test.each([
  ['zap', '{"level":"fatal","ts":1767225600.1,"caller":"main.go:12","msg":"no database"}', 'fatal'],
  ['pino', '{"level":60,"time":1767225600000,"pid":1,"hostname":"api","msg":"gone"}', '60'],
  ['Google Cloud', '{"severity":"CRITICAL","message":"ledger and stock differ"}', 'CRITICAL'],
  ['ECS', '{"@timestamp":"2026-01-01T00:00:00Z","log":{"level":"fatal"},"message":"x"}', 'fatal'],
  ['MongoDB', '{"t":{"$date":"2026-01-01T00:00:00Z"},"s":"F","c":"STORAGE","id":1,"ctx":"main","msg":"Fatal assertion"}', 'F'],
  ['GELF', '{"version":"1.1","host":"a","short_message":"disk","level":2}', '2'],
  ['logfmt', 'time=2026-01-01T00:00:00Z level=fatal msg="cannot listen"', 'fatal'],
  ['Python', 'CRITICAL:root:ledger is inconsistent', 'CRITICAL'],
  ['Python with a time', '2026-01-01 10:00:00,123 - shop.orders - CRITICAL - ledger is inconsistent', 'CRITICAL'],
  ['gunicorn', '[2026-01-01 10:00:00 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:9)', 'CRITICAL'],
  ['log4j', '2026-01-01 10:00:00,123 FATAL [main] org.shop.Api - cannot start', 'FATAL'],
  ['logback', '10:00:00.123 [main] FATAL org.shop.Api - cannot start', 'FATAL'],
  ['nginx', '2026/01/01 10:00:00 [crit] 29#29: *1 open() "/data/a" failed (13: Permission denied)', 'crit'],
  ['nginx at its start', 'nginx: [emerg] host not found in upstream "api"', undefined],
  ['nginx with a time', '2026/01/01 10:00:00 [emerg] 1#1: host not found in upstream "api"', 'emerg'],
  ['Apache', '[Thu Jan 01 10:00:00.000000 2026] [core:crit] [pid 9] AH00001: no memory', 'crit'],
  ['.NET', 'crit: Microsoft.AspNetCore.Server.Kestrel[0]', 'crit'],
  ['klog', 'F0102 15:04:05.678901       1 main.go:12] no leader', 'F'],
  ['Ruby', 'F, [2026-01-01T10:00:00.000000 #1] FATAL -- : gone', 'FATAL'],
  ['Monolog', '[2026-01-01T10:00:00.000000+00:00] app.CRITICAL: Uncaught PHP Exception', 'CRITICAL'],
  ['logrus', 'FATA[0003] cannot listen', 'FATA'],
  ['V8', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'FATAL ERROR'],
  ['PostgreSQL', '2026-01-01 10:00:00.123 UTC [1] PANIC:  could not write to file "pg_wal/x": No space left on device', 'PANIC'],
  ['PostgreSQL without a slot', '2026-01-01 10:00:00.123 UTC [81] FATAL:  sorry, too many clients already', 'FATAL'],
])('%s', (_, line, level) => {
  expect(criticalLevel(line)).toBe(level);
});

test.each([
  ['a word in a message', '2026-01-01 10:00:00 INFO loaded 12 critical alerts'],
  ['a quoted level', '{"level":"info","msg":"rule said \\"level\\":\\"fatal\\""}'],
  ['a quoted line', 'INFO: replayed "CRITICAL:root:ledger" of yesterday'],
  ['a name', 'level=info msg="receiver alert" alert=ApiDown severity=warning'],
  ['an error', '{"level":"error","msg":"critical path is slow"}'],
  ['an error of Python', 'ERROR:root:CRITICAL section left early'],
  ['a label of an alert', 'level=info component=dispatcher msg="Received alert" alert="ApiDown[critical]"'],
  ['numbers that are no levels', '{"level":60,"game":"tetris"}'],
  ['a level of pino', '{"level":50,"time":1,"pid":1,"hostname":"a","msg":"fatal?"}'],
  ['a stop of PostgreSQL', '2026-01-01 10:00:00.123 UTC [45] FATAL:  terminating connection due to administrator command'],
  ['a start of PostgreSQL', '2026-01-01 10:00:00.123 UTC [45] FATAL:  the database system is starting up'],
  ['a health check without a user', '2026-01-01 10:00:00.123 UTC [45] FATAL:  role "root" does not exist'],
  ['a scanner at nginx', '2026/01/01 10:00:00 [crit] 29#29: *1 SSL_do_handshake() failed (SSL: error:0A00006C) while SSL handshaking'],
  ['an access log', '10.0.0.1 - - [01/Jan/2026:10:00:00 +0000] "GET /alerts?level=critical HTTP/1.1" 200 12'],
  ['a sentence', 'Fatal: not really, only a word'],
  ['a command', '+ docker run alert [critical]'],
  ['Redis', '1:M 01 Jan 2026 10:00:00.000 # WARNING Memory overcommit must be enabled! critical'],
  ['broken JSON', '{"level":"fatal"'],
  ['a log inside', '{"level":"info","line":{"level":"fatal"}}'],
])('%s is not critical', (_, line) => {
  expect(criticalLevel(line)).toBeUndefined();
});

test('a long line takes no time', () => {
  const from = cpuMs();
  for (const piece of ['1.1 ', '[a ', '2026-', 'crit ', ' - ', 'level=', '{"level":']) criticalLevel(`crit ${piece.repeat(5_000)}`);
  for (const piece of ['1.1 ', '[1] ', '2026-']) criticalLevel(`${piece.repeat(5_000)} crit`);
  expect(cpuMs() - from).toBeLessThan(2_000);
});
