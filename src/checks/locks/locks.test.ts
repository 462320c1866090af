import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

/** As seed 000 has it: the lock is made, and taking it is a comment. */
const BREAKER = `import threading


class CircuitBreaker:
    def __init__(self):
        self.lock = threading.Lock()
        self.failure_count = 0

    def record_failure(self):
        # MISSING: self.lock.acquire()
        self.failure_count += 1
        # MISSING: self.lock.release()
`;

test('RES-06: a lock that only comments take, with the line of the counter', async () => {
  const { found, results } = await audit('RES-06', { 'app/breaker.py': BREAKER });
  expect(found).toEqual(['P2 app/breaker.py: CircuitBreaker.lock']);
  expect(results[0]?.locations).toEqual([
    { path: 'app/breaker.py', line: 6 },
    { path: 'app/breaker.py', line: 11 },
  ]);
});

test.each([
  [
    'go',
    'pkg/pool.go',
    'package pool\n\ntype Pool struct {\n\tmu   sync.Mutex\n\tused int\n}\n\nfunc (p *Pool) Take() {\n\t// p.mu.Lock()\n\tp.used++\n}\n',
    'Pool.mu',
  ],
  [
    'java',
    'src/Stats.java',
    'class Stats {\n  private final ReentrantLock lock = new ReentrantLock();\n  private int calls;\n  void call() { calls++; }\n}\n',
    'Stats.lock',
  ],
  [
    'c#',
    'src/Stats.cs',
    'class Stats {\n  private readonly object _lock = new object();\n  private int _calls = 0;\n  void Call() { _calls += 1; }\n}\n',
    'Stats._lock',
  ],
])('RES-06 in %s', async (_language, path, text, owner) => {
  expect((await audit('RES-06', { [path]: text })).found).toEqual([`P2 ${path}: ${owner}`]);
});

test('RES-06: locks that are taken, handed on, inherited, or that guard no counter are silent', async () => {
  const { found, state } = await audit('RES-06', {
    'app/with.py': BREAKER.replace('# MISSING: self.lock.acquire()', 'with self.lock: pass'),
    'app/condition.py': BREAKER.replace(
      'self.failure_count = 0',
      'self.failure_count = 0\n        self.ready = threading.Condition(self.lock)',
    ),
    'app/no_counter.py':
      'import threading\n\nclass A:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.n = 0\n        self.n += 1\n',
    'app/one_thread.py':
      'import asyncio\n\nclass A:\n    def __init__(self):\n        self.lock = asyncio.Lock()\n\n    async def call(self):\n        self.n += 1\n',
    'app/base.py': BREAKER.replaceAll('CircuitBreaker', 'Base'),
    'app/heir.py':
      'from app.base import Base\n\nclass Heir(Base):\n    def call(self):\n        with self.lock:\n            super().record_failure()\n',
    'tests/test_breaker.py': BREAKER,
    'pkg/pool.go': 'package pool\n\ntype Pool struct {\n\tmu   sync.Mutex\n\tused int\n}\n\nfunc (p *Pool) take() {\n\tp.used++\n}\n',
    'pkg/other.go': 'package pool\n\nfunc (p *Pool) Take() {\n\tp.mu.Lock()\n\tdefer p.mu.Unlock()\n\tp.take()\n}\n',
    'pkg/embedded.go': 'package pool\n\ntype Gauge struct {\n\tsync.Mutex\n\tn int\n}\n\nfunc (g *Gauge) Add() {\n\tg.n++\n}\n',
    'src/Stats.java':
      'class Stats {\n  private final Object lock = new Object();\n  private int calls;\n  void call() { synchronized (lock) { calls++; } }\n}\n',
    'src/Stats.cs':
      'class Stats {\n  private readonly object _lock = new();\n  private int _calls;\n  void Call() { lock (_lock) { _calls++; } }\n}\n',
  });
  expect({ found, state }).toEqual({ found: [], state: 'collected' });
});

test('RES-06: code without locks is not asked', async () => {
  expect((await audit('RES-06', { 'app/a.py': 'count = 0\n', 'src/a.ts': 'const mutex = new Mutex();\n' })).state).toBe('not-applicable');
});
