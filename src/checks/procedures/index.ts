import { z } from 'zod';

import { isSamplePath } from '../../lib/secret-value.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { filesWith, nothingTracked, readTexts } from '../repository/files.ts';
import { monitoring } from '../repository/monitoring.ts';
import { RunbookFacts, ScheduleFacts, ScriptFacts } from './judge.ts';

const BOUNDS = { bytes: 200_000, files: 50 };
/** A script that rotates keys says so: both words stand in its name. */
const ROTATE =
  /(?:^|\/)[\w.-]*(?:rotat\w*[-_.]?(?:api[-_]?)?(?:keys?|secrets?|tokens?|credentials?)|(?:keys?|secrets?|tokens?|credentials?)[-_.]?rotat\w*)[\w.-]*\.?(?:sh|py|js|mjs|ts|rb|go|ps1)?$/i;
const COLLECT =
  /(?:^|\/)(?:gc|garbage[-_]?collect(?:or|ion)?|retention|purge[-_]?(?:old|expired)?(?:[-_]\w+)?)\.(?:sh|py|js|mjs|ts|rb|go|sql)$/i;
const SCHEDULES =
  /^\s*-?\s*(?:schedule|cron):|\bcrontab\b|\bcron\.|CronJob|setInterval\(|@(?:daily|hourly|Scheduled|Cron)|node-cron|apscheduler|celery.*beat|ofelia\.|(?:^|\s)(?:[\d*/,-]+\s+){4}[\d*/,-]+\s+\S/m;
const SCHEDULED = /(?:^|\/)(?:cron(?:tab|\.\w+)(?:\/|$)|(?:docker-)?compose[^/]*\.ya?ml$)/i;
const NO_USER = /\.(?:md|lock)$|(?:^|\/)package-lock\.json$/;
const NO_SCRIPT = /^\s*(?:#.*|\/\/.*|exit 0|set -\w+|:|true|pass)?\s*$/;

const Command = z.strictObject({ command: z.string().optional().describe('Path of the script in the repository.') });

/** What a team does by procedure: scripts that do something, jobs that run, alerts that say what to do. */
export const procedures: readonly CheckPlugin[] = [
  {
    ...defineCheck<ScriptFacts>({
      code: 'SEC-08',
      summary: 'the script that rotates keys is there and does something',
      needs: 'static',
      facts: ScriptFacts,
      collect: (context) => script(context, { code: 'SEC-08', known: ROTATE, what: 'rotates keys' }),
    }),
    options: Command,
  },
  {
    ...defineCheck<ScheduleFacts>({
      code: 'DATA-04',
      summary: 'the job that removes old data is run by a schedule',
      needs: 'static',
      facts: ScheduleFacts,
      collect: scheduled,
    }),
    options: Command,
  },
  defineCheck<RunbookFacts>({
    code: 'OBS-09',
    summary: 'critical alerts name a procedure, and one in the repository is there',
    needs: 'static',
    facts: RunbookFacts,
    collect: runbooks,
  }),
];

async function candidates(
  context: CheckContext,
  code: string,
  known: RegExp,
): Promise<{ readonly paths: readonly string[]; readonly named: string | undefined }> {
  const { command: named } = Command.parse(context.options?.[code] ?? {});
  if (named !== undefined) return { paths: [named], named };
  return { paths: (await context.tracked()).filter((path) => known.test(path) && !isSamplePath(path)).slice(0, 5), named };
}

async function script(
  context: CheckContext,
  { code, known, what }: { code: string; known: RegExp; what: string },
): Promise<Collected<ScriptFacts>> {
  if ((await context.tracked()).length === 0) return nothingTracked();
  const { paths, named } = await candidates(context, code, known);
  if (paths.length === 0)
    return {
      state: 'not-applicable',
      because: `no tracked file says by its name that it ${what}, and none is named (\`check_options: {${code}: {command: scripts/rotate-keys.sh}}\`)`,
    };
  const { files } = await readTexts(context, paths, BOUNDS);
  const scripts = paths.map((path) => {
    const text = files.find((file) => file.path === path)?.text;
    return {
      path,
      there: text !== undefined,
      steps: text === undefined ? 0 : text.split('\n').filter((line) => !NO_SCRIPT.test(line)).length,
    };
  });
  return { state: 'collected', facts: { named: named !== undefined, scripts }, sources: files.map(({ path }) => ({ file: path })) };
}

async function scheduled(context: CheckContext): Promise<Collected<ScheduleFacts>> {
  if ((await context.tracked()).length === 0) return nothingTracked();
  const { paths } = await candidates(context, 'DATA-04', COLLECT);
  if (paths.length === 0)
    return {
      state: 'not-applicable',
      because:
        'no tracked file says by its name that it removes old data, and none is named (`check_options: {DATA-04: {command: jobs/gc.py}}`)',
    };
  const jobs = await Promise.all(
    paths.map(async (path) => {
      const base = path.slice(path.lastIndexOf('/') + 1);
      const plain = path.replace(/\.\w+$/, '');
      // Who names the job, by its file, its path or as a module, and is a schedule; a service of the stack is one by itself.
      const users = (await filesWith(context, [base, plain, plain.replaceAll('/', '.')])).filter(
        (user) => user !== path && !NO_USER.test(user),
      );
      const { files } = await readTexts(context, [...users, path], { bytes: BOUNDS.bytes, files: 300 });
      const by = files.find(({ text, path: user }) => SCHEDULES.test(text) || SCHEDULED.test(user))?.path;
      return { path, ...(by === undefined ? {} : { by }) };
    }),
  );
  return { state: 'collected', facts: { jobs }, sources: jobs.map(({ path }) => ({ file: path })) };
}

async function runbooks(context: CheckContext): Promise<Collected<RunbookFacts>> {
  const { rules, unread } = await monitoring(context);
  if (unread > 0) return { state: 'gap', because: 'some files with alert rules could not be read' };
  const critical = rules.filter(({ severity }) => /^(?:critical|page|p1|sev1|emergency)$/i.test(severity ?? ''));
  if (critical.length === 0) return { state: 'not-applicable', because: 'no tracked alert rule is critical' };
  const tracked = new Set(await context.tracked());
  const alerts = critical.map(({ name, path, runbook }) => ({ name, path, ...placeOf(runbook, tracked) }));
  return { state: 'collected', facts: { alerts }, sources: [...new Set(critical.map(({ path }) => path))].map((file) => ({ file })) };
}

/** A path of the repository, also behind the address of a forge: is it there? Elsewhere nobody looks. */
function placeOf(runbook: string | undefined, tracked: ReadonlySet<string>): Pick<RunbookFacts['alerts'][number], 'runbook' | 'state'> {
  if (runbook === undefined || runbook.trim() === '') return { state: 'missing' };
  const inForge = /^https?:\/\/[^/]+\/[^/]+\/[^/]+\/(?:-\/)?(?:blob|tree|raw)\/[^/]+\/([^#?]+)/.exec(runbook)?.[1];
  const plain = /^[\w./-]+\.(?:md|rst|txt|adoc|html)(?:#.*)?$/.test(runbook) ? runbook.replace(/#.*/, '').replace(/^\.?\//, '') : undefined;
  const path = plain ?? inForge;
  if (path === undefined) return { runbook, state: 'elsewhere' };
  if (tracked.has(path) || [...tracked].some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`))) return { runbook, state: 'there' };
  // Another repository of the same forge may hold it.
  return { runbook, state: plain === undefined ? 'elsewhere' : 'gone' };
}
