import { expect, test } from 'vitest';

import { auditLive, stackOf, tcpServer } from '../../../tests/support/live.ts';

/** A server that speaks RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/) and answers as told. */
function speaking(answer: (command: readonly string[]) => string | undefined): Promise<number> {
  return tcpServer((socket) => {
    let waiting = '';
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1');
      for (;;) {
        const inline = /^(PING)\r\n/.exec(waiting);
        const command = inline ? { words: ['PING'], length: inline[0].length } : parse(waiting);
        if (!command) return;
        waiting = waiting.slice(command.length);
        const said = answer(command.words);
        if (said !== undefined) socket.write(said);
      }
    });
  });
}

function parse(text: string): { words: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let index = 0; index < Number(head[1]); index += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (!size) return undefined;
    const from = at + size[0].length;
    if (text.length < from + Number(size[1]) + 2) return undefined;
    words.push(text.slice(from, from + Number(size[1])));
    at = from + Number(size[1]) + 2;
  }
  return { words, length: at };
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const INFO = bulk('maxmemory:0\r\nmaxmemory_policy:noeviction\r\naof_enabled:0\r\nredis_version:7.0.0');

/** A Redis that works but for what `more` says. */
function redis(more: (words: readonly string[], kept: Map<string, string>) => string | undefined = () => undefined): Promise<number> {
  const kept = new Map<string, string>();
  return speaking((words) => {
    const [name = '', key = '', value = ''] = words;
    const own = more(words, kept);
    if (own !== undefined) return own;
    if (name.toUpperCase() === 'PING') return '+PONG\r\n';
    if (name.toUpperCase() === 'INFO') return INFO;
    if (name === 'SET') return kept.set(key, value) && '+OK\r\n';
    if (name === 'GET') return kept.has(key) ? bulk(kept.get(key) ?? '') : '$-1\r\n';
    if (name === 'DEL') return kept.delete(key) ? ':1\r\n' : ':0\r\n';
    if (name === 'INCR') return kept.set(key, String(Number(kept.get(key) ?? 0) + 1)) && `:${kept.get(key)}\r\n`;
    return '-ERR unknown command\r\n';
  });
}

const stack = (port: number): ReturnType<typeof stackOf> => stackOf([{ name: 'redis', image: 'redis:7.2', ports: { 6379: port } }]);

test('RED-02, RED-07: a Redis that works is silent', async () => {
  const context = stack(await redis());
  expect(await auditLive('RED-02', context)).toMatchObject({ found: [], open: [] });
  expect(await auditLive('RED-07', context)).toMatchObject({ found: [], open: [] });
});

test('RED-02: one that answers OK to everything is found: the control is a key that nobody wrote', async () => {
  const liar = await redis((words) => (words[0] === 'GET' ? bulk('yes') : undefined));
  const { found, results } = await auditLive('RED-02', stack(liar));
  expect(found).toEqual(['P0 redis']);
  expect(results[0]?.summary).toContain('it answers for a key that nobody ever wrote');
});

test('RED-02: a full disk is told in the words of the server; a replica is not written to', async () => {
  const full = await redis((words) => (words[0] === 'SET' ? '-MISCONF Redis is configured to save RDB snapshots\r\n' : undefined));
  const { found, results } = await auditLive('RED-02', stack(full));
  expect(found).toEqual(['P0 redis']);
  expect(results[0]?.summary).toContain('SET: MISCONF');
  const replica = await redis((words) => (words[0] === 'SET' ? "-READONLY You can't write against a read only replica.\r\n" : undefined));
  expect((await auditLive('RED-02', stack(replica))).results[0]?.result.verdict).toBe('not_applicable');
});

test('RED-07: two servers behind one address lose increments', async () => {
  let calls = 0;
  const balanced = await redis((words) => (words[0] === 'INCR' && ++calls % 2 === 0 ? ':1\r\n' : undefined));
  const { found, results } = await auditLive('RED-07', stack(balanced));
  expect(found).toEqual(['P1 redis']);
  expect(results[0]?.summary).toContain('lost 100 of 200 increments');
});

test('what does not answer, answers otherwise or stops in the middle stays open, with the reason, in bounded time', async () => {
  const mute = await tcpServer(() => undefined);
  const other = await tcpServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const half = await redis((words) => (words[0] === 'SET' ? '' : undefined));
  const started = performance.now();
  const all = await Promise.all([mute, other, half, 1].map((port) => auditLive('RED-02', stack(port))));
  expect(performance.now() - started).toBeLessThan(15_000);
  for (const { found, open } of all) expect({ found, open }).toEqual({ found: [], open: ['redis'] });
  expect(all.map(({ results }) => results[0]?.summary)).toEqual([
    expect.stringContaining('it said nothing within 2000 ms'),
    expect.stringContaining('it answered in another protocol'),
    expect.stringContaining('no answer within 3000 ms'),
    expect.stringContaining('cannot be reached'),
  ]);
});

test('a password that nobody names keeps the row open, and AUTH-04 is satisfied', async () => {
  const closed = await redis((words) =>
    words[0]?.toUpperCase() === 'PING' || words[0] === 'INFO' ? '-NOAUTH Authentication required.\r\n' : undefined,
  );
  expect(await auditLive('RED-02', stack(closed))).toMatchObject({ found: [], open: ['redis'] });
  expect(await auditLive('AUTH-04', stack(closed))).toMatchObject({ found: [], open: [] });
});

/** A Redis that holds these keys, and gives them in two parts, one of them twice, as SCAN may. */
const holding = (...keys: readonly string[]): Promise<number> =>
  redis((words) => {
    const list = (cursor: string, part: readonly string[]): string =>
      `*2\r\n${bulk(cursor)}*${String(part.length)}\r\n${part.map(bulk).join('')}`;
    if (words[0] === 'DBSIZE') return `:${String(keys.length)}\r\n`;
    if (words[0] === 'SCAN') return words[1] === '0' ? list('7', keys.slice(0, 2)) : list('0', [...keys.slice(2), ...keys.slice(0, 1)]);
    return undefined;
  });
const named = (port: number, pattern = '^(session|conversation):'): ReturnType<typeof stackOf> =>
  stackOf([{ name: 'redis', image: 'redis:7.2', ports: { 6379: port } }], { options: { 'RED-03': { pattern } } });

test('RED-03: keys of other names are counted and shown by their shape, without what they name', async () => {
  const port = await holding('session:1', 'conversation:2', 'ann@shop.example:cart:42', 'TEMP_9f8e7d6c5b4a39281706', 'gauntlet:probe:x');
  const { found, results, stored } = await auditLive('RED-03', named(port));
  expect(found).toEqual(['P2 redis']);
  expect(results[0]?.summary).toContain('2 of 4 keys match; not: *:cart:*, TEMP_*.');
  expect(stored).not.toContain('ann@');
});

test('RED-03: keys of the names that were agreed on are silent', async () => {
  expect(await auditLive('RED-03', named(await holding('session:1', 'conversation:2', 'session:3')))).toMatchObject({
    found: [],
    open: [],
  });
});

test('RED-03: no key shows nothing, and keys of the gate are none; without a pattern nobody asks', async () => {
  expect(await auditLive('RED-03', named(await holding('gauntlet:probe:x')))).toMatchObject({ found: [], open: ['redis'] });
  expect((await auditLive('RED-03', stack(await holding('x')))).state).toBe('not-applicable');
});
