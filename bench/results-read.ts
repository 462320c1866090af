import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { TextDecoder } from 'node:util';

import { xml2json } from 'xml-js';
import { parseStringPromise } from 'xml2js';

import { readReport } from '../src/lib/decode-report.ts';
import { junit } from '../src/results/junit/index.ts';
import { Ledger } from '../src/results/ledger.ts';

// `node bench/results-read.ts <reader> <file>`: reads one report in a process of its own, prints what it cost as JSON.
// The peers' readers do what the actions do before they look at a case, word for word, and then only count:
// dorny/test-reporter (java-junit-parser.ts) calls `parseStringPromise(content)` of xml2js, mikepenz/action-junit-report
// (testParser.ts, from v2 to v5) `JSON.parse(xml2json(data, { compact: true }))` of xml-js.

interface Counts {
  tests: number;
  failed: number;
  skipped: number;
}

type Tree = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (file: string) => Promise<Counts>>> = {
  decode: async (file) => {
    const decoder = new TextDecoder();
    let tests = 0;
    for await (const bytes of createReadStream(file)) tests += decoder.decode(bytes as Uint8Array, { stream: true }).length;
    return { tests, failed: 0, skipped: 0 };
  },
  gauntlet: async (file) => {
    const counts = { tests: 0, failed: 0, skipped: 0 };
    await gauntlet(file, (status) => {
      counts.tests += 1;
      if (status === 'failed' || status === 'error') counts.failed += 1;
      if (status === 'skipped') counts.skipped += 1;
    });
    return counts;
  },
  'gauntlet-merged': async (file) => {
    const ledger = new Ledger({ redact: (text) => text, writeCase: () => undefined });
    ledger.beginFile(file, 1);
    await gauntlet(file, (_, result, repetition) => ledger.add(result, repetition));
    const { tests, failed, errors, skipped } = ledger.finish().counts;
    return { tests, failed: failed + errors, skipped };
  },
  xml2js: async (file) => count((await parseStringPromise(await readFile(file, 'utf8'))) as Tree),
  'xml-js': async (file) => count(JSON.parse(xml2json(await readFile(file, 'utf8'), { compact: true })) as Tree),
};

type Tell = (status: string, result: Parameters<Ledger['add']>[0], repetition: Parameters<Ledger['add']>[1]) => void;

async function gauntlet(file: string, tell: Tell): Promise<void> {
  const { problems } = await readReport({
    path: file,
    bytes: () => createReadStream(file),
    formats: [junit],
    maxBytes: Infinity,
    emit: (event) => {
      if (event.type === 'case') tell(event.result.status, event.result, event.sibling);
    },
  });
  if (problems.length > 0) throw new Error(problems[0]?.message);
}

/** Cases of suites directly below the root: what the sample has. */
function count(tree: Tree): Counts {
  const counts = { tests: 0, failed: 0, skipped: 0 };
  for (const suite of list((tree['testsuites'] as Tree)['testsuite'])) {
    for (const test of list(suite['testcase'])) {
      counts.tests += 1;
      if ('failure' in test || 'error' in test) counts.failed += 1;
      if ('skipped' in test) counts.skipped += 1;
    }
  }
  return counts;
}

function list(value: unknown): readonly Tree[] {
  return (Array.isArray(value) ? value : [value]) as readonly Tree[];
}

const [, , reader = '', file = ''] = process.argv;
const from = performance.now();
const counts = await READERS[reader]?.(file);
const ms = performance.now() - from;
process.stdout.write(JSON.stringify({ ms, counts, peakBytes: process.resourceUsage().maxRSS * 1024 }));
