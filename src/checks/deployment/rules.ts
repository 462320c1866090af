import { z } from 'zod';

import type { ForgeRules } from '../../model/deployment.ts';
import type { CheckContext } from '../contract.ts';
import { askForge, forgeAccess, type ForgeAccess } from '../repository/forge-api.ts';

const MOST_RULES = 100;

const Repository = z.looseObject({ default_branch: z.string() });
/** https://docs.github.com/rest/repos/rules#get-rules-for-a-branch */
const Rules = z.array(
  z.looseObject({
    type: z.string(),
    parameters: z
      .looseObject({
        required_status_checks: z.array(z.looseObject({ context: z.string() })).optional(),
        workflows: z.array(z.looseObject({ path: z.string() })).optional(),
      })
      .nullish(),
  }),
);
/** https://docs.github.com/rest/branches/branches#get-a-branch: its summary of a classic protection needs no right to administrate. */
const Branch = z.looseObject({
  protected: z.boolean(),
  protection: z
    .looseObject({
      required_status_checks: z
        .looseObject({ enforcement_level: z.string().optional(), contexts: z.array(z.string()).default([]) })
        .nullish(),
    })
    .optional(),
});
/** https://docs.github.com/rest/deployments/environments#list-environments */
const Environments = z.looseObject({
  environments: z
    .array(z.looseObject({ name: z.string(), protection_rules: z.array(z.looseObject({ type: z.string() })).nullish() }))
    .nullish(),
});

/** Rules that let nobody through by themselves; a wait or a rule on branches looks at no verdict. */
const WAITS = new Set(['wait_timer', 'branch_policy']);

/** What GitHub says that the branch requires. Whatever it does not say is unknown, never "nothing is required". */
export async function forgeRules(context: CheckContext, wanted: string | undefined): Promise<ForgeRules> {
  const access = forgeAccess(context.ports.env);
  if ('because' in access) return { state: 'unknown', because: access.because };
  if (access.kind !== 'github') return { state: 'unknown', because: 'rules of branches are read from GitHub alone' };
  const branch = wanted ?? (await defaultBranch(context, access));
  if (typeof branch !== 'string') return branch;
  const name = encodeURIComponent(branch);
  const rules = await askForge(context, access, { path: `/rules/branches/${name}?per_page=${String(MOST_RULES)}`, shape: Rules });
  const classic = await askForge(context, access, { path: `/branches/${name}`, shape: Branch });
  if (rules.state === 'silent') return { state: 'unknown', because: rules.because };
  if (classic.state === 'silent') return { state: 'unknown', because: classic.because };
  const { protected: isProtected, protection } = classic.answer;
  const byRules = rules.answer.flatMap(({ parameters }) => parameters?.required_status_checks ?? []).map(({ context: check }) => check);
  // A ruleset protects as well: then the summary has nothing to say.
  if (isProtected && protection === undefined && byRules.length === 0)
    return { state: 'unknown', because: `${branch} is protected, and this token may not read with what` };
  const required = protection?.required_status_checks;
  const byBranch = required?.enforcement_level === 'off' ? [] : (required?.contexts ?? []);
  const environments = await protectedEnvironments(context, access);
  return {
    state: 'known',
    branch,
    checks: [...new Set([...byRules, ...byBranch])],
    workflows: rules.answer.flatMap(({ parameters }) => parameters?.workflows ?? []).map(({ path }) => path),
    ...(environments === undefined ? {} : { environments }),
  };
}

async function defaultBranch(context: CheckContext, access: ForgeAccess): Promise<string | ForgeRules> {
  const repository = await askForge(context, access, { path: '', shape: Repository });
  return repository.state === 'told' ? repository.answer.default_branch : { state: 'unknown', because: repository.because };
}

async function protectedEnvironments(context: CheckContext, access: ForgeAccess): Promise<Record<string, boolean> | undefined> {
  const told = await askForge(context, access, { path: '/environments?per_page=100', shape: Environments });
  if (told.state === 'silent') return undefined;
  return Object.fromEntries(
    (told.answer.environments ?? []).map(({ name, protection_rules: rules }) => [name, (rules ?? []).some(({ type }) => !WAITS.has(type))]),
  );
}
