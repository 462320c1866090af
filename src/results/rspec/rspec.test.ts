import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { rspec } from './index.ts';

const example = (status: string, more: object = {}): object => ({ description: 'a', full_description: 'X a', status, ...more });

it('reads examples, pending ones as skipped, and takes two of one description for two', async () => {
  const exception = { class: 'E', message: '\n  expected 1', backtrace: ['./spec/x_spec.rb:3'] };
  const events = await read([
    example('passed', { file_path: './spec/x_spec.rb', line_number: 2, run_time: 0.0015 }),
    example('failed', { exception }),
    example('pending', { pending_message: 'later' }),
    example('crashed'),
  ]);
  expect(cases(events)).toEqual([
    { name: 'X a', status: 'passed', file: 'spec/x_spec.rb', location: { path: 'spec/x_spec.rb', line: 2 }, durationMs: 1.5 },
    { name: 'X a', status: 'failed', message: 'expected 1', detail: 'E\n./spec/x_spec.rb:3' },
    { name: 'X a', status: 'skipped', message: 'later' },
    { name: 'X a', status: 'error', message: 'the status is "crashed"' },
  ]);
  expect(events.every((event) => event.type !== 'case' || event.sibling === true)).toBe(true);
});

it('has an error for each that happened outside of the examples', async () => {
  const events = await read([example('passed')], { errors_outside_of_examples_count: 2 }, [
    'Run options: include {:focus=>true}',
    '\nAn error occurred while loading ./spec/a_spec.rb.\nFailure/Error: x',
    '\nAn error occurred in an `after(:context)` hook.',
  ]);
  expect(cases(events).slice(1)).toMatchObject([
    { status: 'error', message: 'An error occurred while loading ./spec/a_spec.rb.' },
    { status: 'error', message: 'An error occurred in an `after(:context)` hook.' },
  ]);
});

it('shows a summary that its examples do not bear out', async () => {
  const events = await read([example('passed')], { example_count: 2, failure_count: 0, pending_count: 0 });
  expect(events.filter((event) => event.type === 'declared' && event.declared !== event.counted)).toMatchObject([
    { what: 'tests', declared: 2, counted: 1 },
  ]);
});

it.each([
  ['no list', '{"examples":{},"summary_line":"x"}'],
  ['no example', '{"examples":[{"status":1}],"summary_line":"x"}'],
])('%s is a gap', async (_, text) => {
  expect((await parse(text)).map((event) => event.type === 'gap' && event.reason)).toEqual(['malformed']);
});

async function read(examples: readonly object[], summary: object = {}, messages: readonly string[] = []): Promise<ResultEvent[]> {
  const text = JSON.stringify({ version: '3.13.0', messages, examples, summary, summary_line: '' });
  expect(rspec.sniff({ path: 'x', text })).toBe(true);
  return parse(text);
}

async function parse(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await rspec.parse(pieces(text, 7), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
