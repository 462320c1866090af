import { z } from 'zod';

import { Waiver } from '../model/plan.ts';
import { expected, explain, phrase, sayIssue } from './explain.ts';
import type { Locate } from './places.ts';
import { ConfigError, type Problem } from './problems.ts';
import { readYaml } from './yaml.ts';

/** Where waivers are read from, in the tree of the base branch. */
export const WAIVERS_PATH = '.gauntlet/waivers.yml';

/** The waivers of a file, and the place of each, to report the ones that match nothing. */
export interface Waivers {
  readonly waivers: readonly Waiver[];
  /** The place of the waiver with this index. */
  readonly locate: (index: number) => ReturnType<Locate>;
}

const matchKeys = z.strictObject({
  fingerprint: z.string().optional(),
  code: z.string().optional(),
  service: z.string().optional(),
  path: z.string().optional(),
  test: z.string().optional(),
  message: z.string().optional(),
});

const strictWaiver = z
  .strictObject({
    ...Waiver.shape,
    match: matchKeys,
    reason: z
      .string({ error: expected('a reason') })
      .min(20, phrase('is shorter than 20 characters', 'say why this may be so, for whoever reads it in a year')),
    expires: z.iso.date({ error: expected('a date such as 2027-01-31') }),
  })
  .transform((written, context): Waiver => {
    const parsed = Waiver.safeParse(written);
    if (parsed.success) return parsed.data;
    context.addIssue({
      code: 'custom',
      message: phrase(
        'does not say which findings it is for',
        'write {fingerprint: …}, or {code: …} with one of service, path, test and message',
      ),
      path: ['match'],
    });
    return z.NEVER;
  });

const WaiverFile = z.union(
  [z.array(strictWaiver), z.strictObject({ waivers: z.array(strictWaiver) }).transform(({ waivers }) => waivers)],
  { error: expected('a list of waivers') },
);

/**
 * Reads a waiver file: a list, or `waivers:` with a list. An empty file holds none. Variables are not filled in.
 * @throws ConfigError with every problem and its place.
 */
export function parseWaivers(text: string, file: string): Waivers {
  // `$` in a reason is a dollar sign: an exception to a gate does not depend on the environment that it runs in.
  const { value, places, problems } = readYaml(text.replaceAll('$', '$$$$'), { file, env: {} });
  if (problems.length > 0) throw new ConfigError(file, problems);
  if (value === null) return { waivers: [], locate: () => places.locate([]) };
  const parsed = WaiverFile.safeParse(value, { error: sayIssue });
  if (!parsed.success) throw new ConfigError(file, explain(parsed.error.issues, places));
  const base = Array.isArray(value) ? [] : ['waivers'];
  const twice = repeated(parsed.data, (index) =>
    places.problem([...base, index, 'id'], 'this id is used by an earlier waiver', { repair: 'give every waiver an id of its own' }),
  );
  if (twice.length > 0) throw new ConfigError(file, twice);
  return { waivers: parsed.data, locate: (index) => places.locate([...base, index]) };
}

function repeated(waivers: readonly Waiver[], problem: (index: number) => Problem): Problem[] {
  return waivers.flatMap(({ id }, index) => (waivers.findIndex((other) => other.id === id) === index ? [] : [problem(index)]));
}
