import { expect, test } from 'vitest';

import { dependency } from './index.ts';

test.each([
  [{ fail_first: 3 }, 'fail the first 3 connections (api → llm)'],
  [{ stall: 'after' }, 'stall after the first byte of answers (api → llm)'],
  [{ stall: 'midway' }, 'stall in the middle of answers (api → llm)'],
  [{ status: 503 }, 'answer with 503 (api → llm)'],
  [{ status: 503, after: '500ms', flap: '1s' }, 'answer with 503 after 500ms, on and off every 1s (api → llm)'],
])('%j is said as %j', (way, title) => {
  expect(dependency.title(dependency.options.parse({ from: 'api', to: 'llm', ...way }))).toBe(title);
});

test.each([{}, { status: 503, stall: 'after' }, { status: 200 }, { fail_first: 0 }, { stall: 'after', after: '1s' }])(
  '%j is refused',
  (way) => {
    expect(dependency.options.safeParse({ from: 'api', to: 'llm', ...way }).success).toBe(false);
  },
);
