import type { CaseResult, CaseStatus } from '../../model/tests.ts';

/** A step or hook as it ended. */
export interface StepEnd {
  /** `When I buy 1`, or `Before` for a hook. */
  readonly text: string;
  readonly isHook: boolean;
  /** `passed`, `failed`, `skipped`, `undefined`, `pending`, `ambiguous`; behave also `error`; absent: it did not run. */
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly line: number | undefined;
}

export type ScenarioEnd = Pick<CaseResult, 'status' | 'message' | 'detail'> & { readonly line: number | undefined };

/** Words of the steps that fail a run although nothing was asserted, as cucumber's strict mode (its default) has it. */
const UNFINISHED: Readonly<Record<string, string>> = {
  undefined: 'no code runs this step',
  pending: 'this step is still to be written',
  ambiguous: 'more than one piece of code would run this step',
};

/** What a scenario amounts to: its worst step decides; a hook that fails is an error, and what did not run is no pass. */
export function scenarioEnd(steps: readonly StepEnd[]): ScenarioEnd {
  if (steps.every(({ isHook, status }) => isHook && status !== 'failed'))
    return { status: 'skipped', message: 'the scenario has no steps', line: undefined };
  const ran = steps.filter(({ isHook }) => !isHook);
  const deciding =
    ran.find(({ status }) => status === 'failed') ??
    steps.find(({ isHook, status }) => isHook && status === 'failed') ??
    steps.find((step) => caseStatus(step) === 'failed') ??
    steps.find((step) => caseStatus(step) === 'error') ??
    ran.find(({ status }) => status === 'skipped');
  if (deciding !== undefined) return told(deciding);
  if (ran.every(({ status }) => status === 'passed')) return { status: 'passed', line: undefined };
  const untested = ran.find(({ status }) => status !== 'passed');
  if (ran.some(({ status }) => status === 'passed'))
    return { status: 'error', message: `this step has no result: ${untested?.text ?? ''}`, line: untested?.line };
  return { status: 'skipped', message: 'its steps did not run', line: undefined };
}

function told(step: StepEnd): ScenarioEnd {
  const status = caseStatus(step) ?? 'error';
  const why = UNFINISHED[step.status ?? ''];
  const said = step.message?.trim();
  if (status === 'skipped') return { status, ...(said ? { message: headline(said) } : {}), line: undefined };
  const message = why === undefined ? (said ? headline(said) : `${step.status ?? 'no result'}: ${step.text}`) : `${why}: ${step.text}`;
  return { status, message, detail: said ? `${step.text}\n${said}` : step.text, line: step.line };
}

function caseStatus({ status, isHook }: StepEnd): CaseStatus | undefined {
  if (status === undefined || status === 'untested') return undefined;
  if (status === 'passed' || status === 'skipped') return status;
  if (status === 'failed') return isHook ? 'error' : 'failed';
  return status in UNFINISHED ? 'failed' : 'error';
}

/** The first line, or what pytest marks as the error. */
function headline(text: string): string {
  const marked = /^E {3}\s*(\S.*)$/m.exec(text)?.[1];
  return (marked ?? text.split('\n', 1)[0] ?? '').trim();
}

/** Tells scenarios of one name apart, by the order of their places: the examples of an outline share a name and an id. */
export class Ordinals {
  readonly #places = new Map<string, string[]>();

  /** `undefined` for the first of a name; `#2`, `#3` for those after it; the same place is the same scenario again. */
  of(name: string, place: string): string | undefined {
    const places = this.#places.get(name) ?? [];
    this.#places.set(name, places);
    let index = places.indexOf(place);
    if (index === -1) index = places.push(place) - 1;
    return index === 0 ? undefined : `#${index + 1}`;
  }
}
