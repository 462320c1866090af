import { z } from 'zod';

import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const ModeFacts = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      /** Four octal digits, as `chmod` takes them. */
      mode: z.string().regex(/^[0-7]{4}$/),
      uid: z.number(),
      /** Services that read it, with the user that they run as when the compose file says so. */
      readers: z.array(z.object({ service: z.string(), user: z.string().optional() })),
    }),
  ),
});
export type ModeFacts = z.output<typeof ModeFacts>;
type SecretFile = ModeFacts['files'][number];

export const judges: readonly RowJudge[] = [
  defineJudge<ModeFacts>({
    code: 'SEC-01',
    rule: {
      title: 'a secret file can be read by every user of the host',
      priority: 'P0',
      effort: '10 min',
      fix: 'Give the file to the user that reads it, then take it from all others: `chown <uid> <file> && chmod 400 <file>`, in the step that makes the file (git keeps no such mode).',
    },
    facts: ModeFacts,
    evaluate: ({ files }) => files.map(evaluate),
  }),
];

/** Modes that a plain `echo … > file` leaves: nobody chose them. */
const BY_UMASK = new Set(['0644', '0664']);

function evaluate(file: SecretFile): RowResult {
  const { path, mode, uid, readers } = file;
  const bits = Number.parseInt(mode, 8);
  const world = (bits & 0o007) !== 0;
  const open = world || (bits & 0o070) !== 0;
  const who = world ? 'every user of the host' : 'the whole group';
  const services = readers.map(({ service }) => service).join(', ');
  return {
    subject: path,
    result: open ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    // Compose 2 binds the file as it is: `mode` below `secrets` changes nothing for secrets from files.
    summary: open
      ? `${path}, a secret of ${services}, has the mode ${mode}: ${who} can read it, and the container sees the same mode, whatever \`mode\` in the compose file says.`
      : `${path} has the mode ${mode}.`,
    measured: `mode ${mode}, owner ${uid}`,
    expected: '0400 (or 0600), owned by the user that reads it',
    locations: [],
    ...(open ? { fix: fixOf(file) } : {}),
    ...(world
      ? BY_UMASK.has(mode)
        ? { priority: ['P2', 'lower:mode-of-the-umask'] as const }
        : {}
      : { priority: ['P2', 'lower:group-alone'] as const }),
  };
}

function fixOf({ path, readers }: SecretFile): string {
  const user = readers.map((reader) => /^\d+/.exec(reader.user ?? '')?.[0]).find((id) => id !== undefined && id !== '0');
  if (user === undefined)
    return `\`chmod 400 ${path}\` in the step that makes the file. If the container does not run as root, give the file to its user first (\`chown <uid> ${path}\`): else the service is locked out.`;
  return `\`chown ${user} ${path} && chmod 400 ${path}\` in the step that makes the file. With \`chmod\` alone the service, which runs as ${user}, would be locked out of a file of another owner.`;
}
