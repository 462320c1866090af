import type { World } from './evaluate.ts';
import { IS_ZERO, type Expression } from './expression.ts';

const DEEP = 20;
const MOST = 500;

/** Variables of the environment on which an expression depends. */
export function variablesOf(expression: Expression, named: World['named']): ReadonlySet<string> {
  return new Set([...within(expression, named).take(MOST)].flatMap((one) => (one.kind === 'env' ? [one.name] : [])));
}

/** Texts that an expression compares with, defaults aside. */
export function textsIn(expression: Expression, named: World['named']): string[] {
  return [...within(expression, named).take(MOST)].flatMap((one) =>
    comparedIn(one)
      .flatMap((side) => (side.kind === 'list' ? side.items : [side]))
      .flatMap((item) => (item.kind === 'value' && typeof item.value === 'string' ? [item.value] : [])),
  );
}

function comparedIn(one: Expression): readonly Expression[] {
  if (one.kind === 'equal' || one.kind === 'in') return [one.left, one.right];
  return one.kind === 'call' && one.path !== IS_ZERO ? one.args : [];
}

/** The expression and all its parts, names followed to what they stand for. */
function* within(expression: Expression, named: World['named'], depth = 0): Generator<Expression> {
  if (depth > DEEP) return;
  yield expression;
  for (const part of partsOf(expression, named)) yield* within(part, named, depth + 1);
}

function partsOf(expression: Expression, named: World['named']): readonly Expression[] {
  switch (expression.kind) {
    case 'value':
      return [];
    case 'env':
      return [expression.fallback];
    case 'name': {
      const stands = named(expression.path);
      return stands === undefined ? [] : [stands];
    }
    case 'call':
      return [...(expression.on === undefined ? [] : [expression.on]), ...expression.args];
    case 'not':
      return [expression.of];
    case 'list':
      return expression.items;
    case 'choice':
      return [expression.test, expression.yes, expression.no];
    case 'and':
    case 'or':
    case 'nullish':
    case 'equal':
    case 'in':
      return [expression.left, expression.right];
  }
}
