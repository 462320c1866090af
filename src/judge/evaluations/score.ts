import { atPath } from '../../lib/json.ts';
import { counted, sentenceList } from '../../lib/text.ts';
import type { AnsweredCase, Pass, Score } from '../../model/evaluation.ts';
import { formatRatio } from '../../model/units.ts';
import { missed, numberOf, shown, textsOf, type Scored } from './answered.ts';
import { byFactors } from './factors.ts';
import { inOrder } from './order.ts';
import { asVector } from './vector.ts';

type Of<Kind extends Score['kind']> = Extract<Score, { kind: Kind }>;
type Judgement = Omit<Scored, 'name'>;

/** Each case of a pass against what is right for it. `others` is the other pass of the same cases, where one was made. */
export function scored(score: Score, pass: Pass, others: Pass | undefined): Scored[] {
  if (score.kind === 'factors') return byFactors(score, pass.cases);
  return pass.cases.map((one, index) => missed(one) ?? { name: one.name, ...judged(score, one, others?.cases[index]) });
}

function judged(score: Exclude<Score, { kind: 'factors' }>, one: AnsweredCase, other: AnsweredCase | undefined): Judgement {
  switch (score.kind) {
    case 'kept':
      return { right: true, measured: 'every step kept', expected: 'every step keeps what is asked' };
    case 'hits':
      return hits(score, one);
    case 'choice':
      return choice(score, one);
    case 'answer':
      return answer(score, one);
    case 'embedding':
      return asVector(score, one, other);
    case 'tokens':
      return tokens(score, one);
    case 'order':
      return inOrder(score, one);
    case 'growth':
      return growth(score, one);
  }
}

function hits({ found, id, relevant, at }: Of<'hits'>, { captured, given }: AnsweredCase): Judgement {
  const list = captured[found];
  const wanted = textsOf(given[relevant]);
  const expected = `${sentenceList(wanted.slice(0, 5))} among the first ${at}`;
  if (!Array.isArray(list)) return { right: false, measured: `no list: ${shown(list)}`, expected };
  if (wanted.length === 0)
    return { right: false, measured: `the case names nothing relevant in \`${relevant}\``, expected: 'at least one id' };
  const first = list.slice(0, at).flatMap((item) => textsOf(id === undefined ? item : atPath(item, id)));
  return {
    right: first.some((one) => wanted.includes(one)),
    measured: first.length === 0 ? 'nothing found' : shown(first.join(', ')),
    expected,
  };
}

function choice({ answered, right }: Of<'choice'>, { captured, given }: AnsweredCase): Judgement {
  const [was] = textsOf(captured[answered]);
  const [wanted] = textsOf(given[right]);
  return { right: was !== undefined && was === wanted, measured: shown(was), expected: shown(wanted) };
}

function answer({ answered, right, match, tolerance }: Of<'answer'>, { captured, given }: AnsweredCase): Judgement {
  const was = captured[answered];
  const wanted = given[right];
  const measured = shown(was);
  const expected = shown(wanted);
  const [read, number] = [numberOf(was), numberOf(wanted)];
  if (tolerance !== undefined && number !== undefined) {
    const near = read !== undefined && Math.abs(read - number) <= Math.abs(number) * tolerance;
    return { right: near, measured, expected: `${expected} ± ${formatRatio(tolerance)}` };
  }
  const [text = ''] = textsOf(was);
  const parts = textsOf(wanted);
  if (parts.length === 0) return { right: false, measured, expected: `a golden answer in \`${right}\`` };
  const holds = match === 'equals' ? JSON.stringify(was) === JSON.stringify(wanted) : parts.every((part) => includes(text, part));
  return { right: was !== undefined && holds, measured, expected };
}

function includes(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function tokens({ reported, text, tolerance }: Of<'tokens'>, { captured, tokens: own }: AnsweredCase): Judgement {
  const said = numberOf(captured[reported]);
  const expected = own === undefined ? 'a text whose tokens can be counted' : `${counted(own, 'token')} ± ${formatRatio(tolerance)}`;
  if (own === undefined) return { right: false, measured: `nothing to count in ${text}`, expected };
  if (said === undefined) return { right: false, measured: `no number: ${shown(captured[reported])}`, expected };
  // Of a few tokens, the ends of a message are a large share: one or two of them are no error.
  return { right: Math.abs(said - own) <= Math.max(own * tolerance, 2), measured: counted(said, 'token'), expected };
}

function growth({ before, after, by }: Of<'growth'>, { captured }: AnsweredCase): Judgement {
  const [first, last] = [numberOf(captured[before]), numberOf(captured[after])];
  const expected = `${by} more`;
  if (first === undefined || last === undefined)
    return { right: false, measured: `${shown(captured[before])}, then ${shown(captured[after])}`, expected };
  return { right: last - first === by, measured: `${first}, then ${last}`, expected };
}
