import { describe, expect, it } from 'vitest';
import { parseCommand } from './commands.ts';
import { condition, evaluate, interpolate } from './expressions.ts';
import type { ExpressionScope } from './expressions.ts';
import { parseKeyValues } from './files.ts';
import { AnnotationBox, StepLog } from './step-log.ts';

describe('workflow commands', () => {
  it('are unescaped as the runner does', () => {
    expect(parseCommand('  ::error file=src/a%2Cb.ts,line=3,title=50%25%3A x::one%0Atwo %2C 100%25')).toEqual({
      name: 'error',
      properties: { file: 'src/a,b.ts', line: '3', title: '50%: x' },
      data: 'one\ntwo %2C 100%',
    });
    expect(parseCommand('::error::%250A')?.data).toBe('%0A');
    expect(parseCommand('deep in a line ##[error]x')).toMatchObject({ name: 'error', data: 'x' });
  });

  it.each(['plain', 'a ::error::b', '::unknown::x', '::error no end', '##[unknown]x'])('are not seen in %j', (line) => {
    expect(parseCommand(line)).toBeUndefined();
  });

  it('mask, stop and resume', () => {
    const box = new AnnotationBox();
    const log = new StepLog('s', new Set(), box);
    for (const line of [
      '::add-mask::hunter2%0Aline two',
      'hunter2 and line two',
      '::stop-commands::tok',
      '::error::no',
      '::tok::',
      '::warning::hunter2',
    ]) {
      log.write(line);
    }
    expect(log.lines).toEqual(['::add-mask::***', '*** and ***', '::error::no', '##[warning]***']);
    expect(box.kept).toMatchObject([{ level: 'warning', message: '***' }]);
  });

  it('annotate ten times per level and no more', () => {
    const box = new AnnotationBox();
    const log = new StepLog('s', new Set(), box);
    for (let index = 0; index < 14; index += 1) log.write(`::error::${'x'.repeat(5000)}`);
    log.write('::notice file=a.ts,line=2,endLine=4::n');
    expect([box.kept.length, box.dropped, box.kept[0]?.message.length]).toEqual([11, 4, 4096]);
    expect(box.kept.at(-1)).toEqual({ level: 'notice', message: 'n', file: 'a.ts', line: 2, endLine: 4, step: 's' });
  });
});

describe('command files', () => {
  it('hold lines and blocks', () => {
    expect(parseKeyValues('a=1=2\n\nb<<EOF\nx=1\n\ny\nEOF\nc=\nd<<E\nE\n')).toEqual({ a: '1=2', b: 'x=1\n\ny', c: '', d: '' });
  });

  it.each([
    ['a<<EOF\nnever closed', 'Matching delimiter not found'],
    ['just text', 'Invalid format'],
    ['=x', 'must not be empty'],
    ['a<<\nx', 'must not be empty'],
  ])('are refused when they say %j', (text, message) => {
    expect(() => parseKeyValues(text)).toThrow(message);
  });
});

describe('expressions', () => {
  const scope: ExpressionScope = {
    status: 'success',
    contexts: {
      inputs: { level: 'P1', 'dry-run': 'false', empty: '' },
      steps: { up: { outcome: 'failure', outputs: { 'stack-id': 'x1' } } },
      github: { event: { number: 7 } },
      env: {},
    },
  };

  it.each<[string, unknown]>([
    ["inputs.level == 'p1'", true],
    ["inputs.level != 'P2' && !inputs.empty", true],
    ["inputs.empty || 'fallback'", 'fallback'],
    ["inputs['dry-run'] == 'false' && 'no' || 'yes'", 'no'],
    ['steps.up.outputs.stack-id', 'x1'],
    ['steps.nothing.outputs.x', null],
    ["github.event.number == '7'", true],
    ['github.event.number >= 7 && 3 < 4', true],
    ["format('{0} of {1} {{}}', 1, 'it''s')", "1 of it's {}"],
    ["contains('Hello', 'ELL') && startsWith('abc', 'AB') && endsWith('abc', 'c')", true],
    ["fromJSON('[1,2]')[1]", 2],
    ['null == 0', true],
    ["(true || false) && ''", ''],
  ])('%s', (source, value) => {
    expect(evaluate(source, scope)).toEqual(value);
  });

  it.each(['nope.x', 'inputs.level ==', 'what()', 'a b', "'open"])('refuse %s', (source) => {
    expect(() => evaluate(source, scope)).toThrow();
  });

  it('decide on steps', () => {
    const failed: ExpressionScope = { ...scope, status: 'failure' };
    expect(interpolate("a ${{ inputs.level }} ${{ '}}' }} b", scope)).toBe('a P1 }} b');
    expect([
      condition(undefined, failed),
      condition('true', failed),
      condition('${{ always() }}', failed),
      condition('failure()', failed),
    ]).toEqual([false, false, true, true]);
    expect(condition("always() && steps.up.outcome == 'failure'", failed)).toBe(true);
  });
});
