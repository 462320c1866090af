import { expect, test } from 'vitest';

import { safeJson, withoutCommands } from './runner-commands.ts';

test.each([
  ['::error::x', ': :error::x'],
  ['a\n \t::set-output name=a::b\nb', 'a\n \t: :set-output name=a::b\nb'],
  ['a\r\n::stop-commands::t', 'a\r\n: :stop-commands::t'],
  ['a\r::stop-commands::t', 'a\r: :stop-commands::t'],
  ['left ##[error]right ##[add-mask]x', 'left # #[error]right # #[add-mask]x'],
  ['##vso[task.setvariable]x ##teamcity[x]', '# #vso[task.setvariable]x # #teamcity[x]'],
  ['std::string and ## heading', 'std::string and ## heading'],
])('%j is shown as %j', (text, shown) => expect(withoutCommands(text)).toBe(shown));

test('JSON keeps its values', () => {
  const value = { text: '##[error]x', list: ['###'] };
  expect(safeJson(value)).not.toContain('##');
  expect(JSON.parse(safeJson(value))).toEqual(value);
});
