import { z } from 'zod';

import type { ForgeContext } from '../model/forge.ts';

const Sha = z.string().regex(/^(?!0+$)[0-9a-f]{40,64}$/);

type Env = Readonly<Record<string, string>>;

/** Who started the run, from the variables that GitLab CI gives: https://docs.gitlab.com/ci/variables/predefined_variables/ */
export function gitlabContext(env: Env): ForgeContext {
  const given = (name: string) => (env[name] === '' ? undefined : env[name]);
  const sha = (...names: readonly string[]) => names.map((name) => Sha.safeParse(env[name]).data).find((found) => found !== undefined);
  const iid = Number(given('CI_MERGE_REQUEST_IID'));
  const merge = Number.isSafeInteger(iid) && iid > 0;
  // In a pipeline of merged results the checked-out commit is GitLab's own merge; the request's head is what is judged.
  const headSha = sha('CI_MERGE_REQUEST_SOURCE_BRANCH_SHA', 'CI_COMMIT_SHA');
  const baseSha = merge ? sha('CI_MERGE_REQUEST_TARGET_BRANCH_SHA', 'CI_MERGE_REQUEST_DIFF_BASE_SHA') : sha('CI_COMMIT_BEFORE_SHA');
  return {
    forge: 'gitlab',
    event: given('CI_PIPELINE_SOURCE') ?? 'unknown',
    ...optional('repository', given('CI_PROJECT_PATH')),
    ...optional('headSha', headSha),
    ...optional('baseSha', baseSha),
    ...optional('baseRef', merge ? given('CI_MERGE_REQUEST_TARGET_BRANCH_NAME') : undefined),
    ...(merge ? { pullRequest: iid } : {}),
    fork: merge && given('CI_MERGE_REQUEST_SOURCE_PROJECT_ID') !== given('CI_MERGE_REQUEST_PROJECT_ID'),
    ...optional('runId', given('CI_PIPELINE_ID')),
    runAttempt: 1,
    ...optional('runUrl', given('CI_PIPELINE_URL')),
    ...optional('serverUrl', given('CI_SERVER_URL')),
  };
}

function optional<Name extends keyof ForgeContext>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: string };
}
