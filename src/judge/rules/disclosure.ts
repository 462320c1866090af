import type { Journey } from '../../model/journey.ts';

/** The steps of progressive disclosure, by the end of their path. */
const DISCLOSURE = /\/(health|discovery|quickstart)\/?(?=$|[?#\s"'])/;
const ROWS: Readonly<Record<string, string>> = { health: 'AGT-01', discovery: 'AGT-02', quickstart: 'AGT-03' };

/**
 * The row of the token budget of a step of progressive disclosure. Token budgets are what makes a journey one: `/health` alone does not.
 */
export function disclosureRow(title: string, planned: Journey | undefined, index: number): string | undefined {
  if (!planned?.expect.tokens && !planned?.steps.some(({ expect }) => expect.tokens)) return undefined;
  const options = planned?.steps[index]?.options;
  const url =
    options !== null && typeof options === 'object' && !Array.isArray(options) && typeof options['url'] === 'string' ? options['url'] : '';
  const [, step] = DISCLOSURE.exec(title) ?? DISCLOSURE.exec(url) ?? [];
  return step === undefined ? undefined : ROWS[step];
}
