import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { xunit } from './index.ts';

it.each([
  ['<test name="A.a" type="A" result="Pass"/>', 'passed'],
  ['<test name="A.a" type="A" result="Fail"><failure exception-type="E"><message>no</message></failure></test>', 'failed'],
  ['<test name="A.a" type="A" result="Fail"/>', 'failed'],
  ['<test name="A.a" type="A" result="Pass"><failure/></test>', 'failed'],
  ['<test name="A.a" type="A" result="Skip"><reason>later</reason></test>', 'skipped'],
  ['<test name="A.a" type="A" result="NotRun"/>', 'skipped'],
  ['<test name="A.a" type="A" result="Odd"/>', 'error'],
  ['<test name="A.a" type="A"/>', 'error'],
])('takes %s for %s', async (xml, status) => {
  expect(cases(await read(xml))).toMatchObject([{ suite: 'Shop.dll', class: 'A', name: 'a', status }]);
});

it.each(['assembly-cleanup', 'test-collection-cleanup', 'test-class-cleanup', 'test-cleanup', 'fatal'])(
  'counts an error of type %s',
  async (type) => {
    const xml = `<errors><error type="${type}" name="Database"><failure exception-type="E"><message>gone</message><stack-trace>   at A.X() in /app/A.cs:line 3</stack-trace></failure></error></errors><collection><test name="a" result="Pass"/></collection>`;
    expect(cases(await read(xml))).toMatchObject([
      { name: `${type} (Database)`, status: 'error', message: 'gone', location: { path: '/app/A.cs', line: 3 } },
      { name: 'a', status: 'passed' },
    ]);
  },
);

it('counts an error that says nothing', async () => {
  expect(cases(await read('<errors><error type="fatal"/></errors><collection><test name="a" result="Pass"/></collection>'))).toMatchObject([
    { name: 'fatal', status: 'error', message: 'fatal failed' },
    { status: 'passed' },
  ]);
});

it('counts what broke a class of version 1, in a document that is one assembly', async () => {
  const events: ResultEvent[] = [];
  const xml =
    '<assembly name="C:\\app\\Shop.dll" run-date="x" total="1" passed="1" failed="0" skipped="0"><class name="A"><failure><message>gone</message></failure><test name="a" result="Pass" time="0,5"/></class></assembly>';
  expect(xunit.sniff({ path: '', text: xml })).toBe(true);
  await xunit.parse(pieces(xml), (event) => events.push(event));
  expect(cases(events)).toMatchObject([
    { name: 'a', status: 'passed', durationMs: 500 },
    { name: 'class (A)', status: 'error', message: 'gone' },
  ]);
});

it('shows the lies of assemblies and collections', async () => {
  const lies = (
    await read(
      '<collection name="c" total="1" failed="0"><test name="a" result="Fail"/></collection>',
      'total="2" failed="0" skipped="1" errors="1"',
    )
  ).filter((event) => event.type === 'declared' && event.declared !== event.counted);
  expect(lies).toMatchObject([
    { scope: 'collection "c"', what: 'failed', declared: 0, counted: 1 },
    { scope: 'assembly "Shop.dll"', what: 'tests', declared: 2, counted: 1 },
    { what: 'failed' },
    { what: 'errors', declared: 1, counted: 0 },
    { what: 'skipped', declared: 1, counted: 0 },
  ]);
});

it.each([
  ['a manifest of Windows', '<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0"/>'],
  ["Maven's assembly descriptor", '<assembly xmlns="http://maven.apache.org/ASSEMBLY/2.0.0"><id>bin</id></assembly>'],
  ["a linker's descriptor", '<assembly fullname="Shop"><type fullname="A" preserve="all"/></assembly>'],
])('is not %s', (_, text) => {
  expect(xunit.sniff({ path: '', text })).toBe(false);
});

async function read(inside: string, attributes = ''): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  const xml = `<assemblies timestamp="x"><assembly name="/app/Shop.dll" ${attributes}>${inside}</assembly></assemblies>`;
  await xunit.parse(pieces(xml), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
