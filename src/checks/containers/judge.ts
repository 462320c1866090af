import { z } from 'zod';

import { isLocalPath } from '../../lib/secret-value.ts';
import { counted, sentenceList } from '../../lib/text.ts';
import { Priority } from '../../model/finding.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** What is wrong with one service, with the place in a tracked file. */
export const Problems = z.object({
  looked: z.string(),
  problems: z.array(
    z.object({
      subject: z.string(),
      /** The rest of a sentence that begins with the subject. */
      says: z.string(),
      kind: z.enum([
        'unpinned',
        'privileged',
        'engine',
        'host',
        'capability',
        'unlimited',
        'exposed',
        'unverified',
        'writable-key',
        'secret-folder',
      ]),
      /** Only what lowers or raises the row's own priority. */
      weight: z.tuple([Priority, z.string()]).optional(),
      path: z.string().optional(),
      line: z.number().optional(),
    }),
  ),
});
export type Problems = z.output<typeof Problems>;
export type Problem = Problems['problems'][number];

export const judges: readonly RowJudge[] = [
  row('CFG-14', {
    title: 'an image is not pinned',
    priority: 'P2',
    effort: '15 min',
    fix: 'Name the version that was tested (`qdrant/qdrant:v1.12.4`), or its digest, and let a bot raise it: then what is deployed is what was gated.',
    expected: 'a version or a digest',
  }),
  row('CFG-15', {
    title: 'a container may do more than its work needs',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: 'Remove the setting; give the one capability, device or file that the work needs; put a proxy that filters between a service and the Docker socket.',
    expected: 'no way from the container to the host',
  }),
  row('CFG-16', {
    title: 'services have no memory limit',
    priority: 'P2',
    effort: '30 min',
    fix: 'Give each service `mem_limit` (or `deploy.resources.limits.memory`) somewhat above what it needs under load: one leak then ends one container and not the host.',
    expected: 'a memory limit for each service',
  }),
  row('AUTH-12', {
    title: 'a datastore is published on every network of the host',
    priority: 'P2',
    effort: '10 min',
    fix: 'Remove the port (services reach each other by name without it), or bind it to this machine alone: `127.0.0.1:5432:5432`. Docker opens published ports past the rules of ufw and firewalld.',
    expected: 'no port, or one on 127.0.0.1',
  }),
  row('TLS-19', {
    title: 'a health check hides faults of the certificate',
    priority: 'P2',
    effort: '15 min',
    fix: 'Give the check the CA (`curl --cacert …`, `wget --ca-certificate=…`) instead of switching the verification off: else an expired certificate stays healthy.',
    expected: 'a health check that verifies the certificate',
  }),
  row('TLS-20', {
    title: 'a container may change its private key',
    priority: 'P2',
    effort: '5 min',
    fix: 'Mount the key with `:ro`, or as a secret.',
    expected: 'a private key that is mounted read-only',
  }),
  row('SEC-05', {
    title: 'a container sees a whole folder of secrets',
    priority: 'P1',
    effort: '30 min–1 h',
    fix: 'Give each service the secrets that it needs by name (`secrets: [db_password]`) instead of the folder.',
    expected: 'single secrets, for the services that need them',
  }),
];

function row(code: string, { expected, ...rule }: NonNullable<RowJudge['rule']> & { readonly expected: string }): RowJudge {
  return defineJudge<Problems>({
    code,
    rule,
    facts: Problems,
    evaluate: ({ looked, problems }) =>
      problems.length === 0
        ? [{ subject: 'the stack', result: { verdict: 'refuted' }, summary: `${looked}: nothing found.`, measured: looked, expected }]
        : code === 'CFG-16'
          ? [together(problems, expected)]
          : problems.map((problem) => result(problem, expected)),
  });
}

function result({ subject, says, kind, weight, path, line }: Problem, expected: string): RowResult {
  const local = path !== undefined && isLocalPath(path);
  return {
    subject: `${subject}: ${kind}`,
    result: { verdict: 'confirmed' },
    summary: `${subject} ${says}${path === undefined ? '' : ` (${path}${line === undefined ? '' : `:${line}`})`}.`,
    measured: says,
    expected,
    locations: path === undefined ? [] : [{ path, ...(line === undefined ? {} : { line }) }],
    ...(local ? { priority: ['P3', 'lower:file-for-one-machine'] as const } : weight ? { priority: weight } : {}),
  };
}

/** Ten services without a limit are one piece of work. */
function together(problems: readonly Problem[], expected: string): RowResult {
  const names = problems.map(({ subject }) => subject);
  return {
    subject: 'memory limits',
    result: { verdict: 'confirmed' },
    summary: `${sentenceList(names.slice(0, 20))} may take all the memory of the host: the kernel then ends whatever it likes, often the datastore.`,
    measured: `${counted(names.length, 'service')} without a limit`,
    expected,
    locations: problems.flatMap(({ path, line }) => (path === undefined ? [] : [{ path, ...(line === undefined ? {} : { line }) }])),
  };
}
