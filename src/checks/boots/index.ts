import { z } from 'zod';

import { BootFacts, type BootCase } from '../../model/boots.ts';
import type { Bootable } from '../../model/boot.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { composeFiles } from '../repository/compose.ts';
import { readTexts } from '../repository/files.ts';
import { withoutCertificates } from './certificates.ts';
import { bootOnce, controlOf } from './once.ts';
import { formats, marked, ports, required, secrets, weakSecrets, type Change } from './changes.ts';
import { visitWithOrigin } from './origins.ts';

const VARIABLES = z.record(z.string(), z.array(z.string())).default({});
const CFG03 = z.strictObject({ required: VARIABLES.describe('Service → variables without which it must not start.') });
const AUTH09 = z.strictObject({
  variable: z.string().default('').describe('Variable with the allowed origins. Without it: the one with ORIGIN in its name.'),
});
const MOST = 8;

/** Starts services once more with one bad setting at a time, beside a good start that must work. */
export const boots: readonly CheckPlugin[] = [
  row('CFG-01', 'services refuse to start with bad settings', async (bootable, context) => {
    const all = [...formats(bootable), ...ports(bootable), ...(await requiredOf(bootable, context))];
    // One of each kind: the rows beside this one try the rest.
    const grave = all.filter(({ kind }) => kind !== 'choice' && kind !== 'switch');
    return [...new Map(grave.map((change) => [change.kind, change])).values()];
  }),
  row('CFG-02', 'services refuse ports that are none', async (bootable) => ports(bootable)),
  { ...row('CFG-03', 'services refuse to start without what they require', requiredOf), options: CFG03 },
  row('CFG-04', 'services refuse settings of the wrong form: addresses, numbers, switches, choices', async (bootable) => formats(bootable)),
  row('SEC-15', 'services refuse to start with a weak signing secret', async (bootable) => weakSecrets(bootable)),
  row('SEC-18', 'services refuse encryption keys of the wrong length or form', async (bootable) => secrets(bootable)),
  row('TLS-09', 'services refuse to start without their certificate or its key, and never go on in the clear', withoutCertificates),
  { ...row('AUTH-09', 'no configured origins do not mean that every origin is allowed', origins), options: AUTH09 },
];

type Changes = (bootable: Bootable, context: CheckContext) => Promise<readonly Change[]>;

function row(code: string, summary: string, changes: Changes): CheckPlugin {
  return defineCheck<BootFacts>({
    code,
    summary,
    needs: 'live',
    facts: BootFacts,
    collect: (context) => collect(context, { code, changes }),
  });
}

async function collect(context: CheckContext, { code, changes }: { code: string; changes: Changes }): Promise<Collected<BootFacts>> {
  const found = await context.boots?.();
  if (!found)
    return {
      state: 'not-applicable',
      because: context.manifest ? 'services of this stack cannot be started once more here' : 'no stack is up',
    };
  const services: BootFacts['services'] = [];
  for (const bootable of await found.services()) {
    const all = (await changes(bootable, context)).slice(0, MOST);
    if (all.length === 0) continue;
    const control = await controlOf(context, found, bootable);
    const cases: BootCase[] = [];
    if (control.ended === 'ready')
      for (const change of all)
        cases.push(await bootOnce(context, { boots: found, service: bootable.service, change, afterMs: control.afterMs }));
    services.push({ service: bootable.service, control, cases });
  }
  if (services.length === 0)
    return { state: 'not-applicable', because: `no service that can be started once more has a setting that ${code} is about` };
  return { state: 'collected', facts: { services }, sources: [] };
}

/** What the configuration names, what the compose file marks with `${X:?}`, and what signs. */
async function requiredOf(bootable: Bootable, context: CheckContext): Promise<readonly Change[]> {
  const told = CFG03.parse(context.options?.['CFG-03'] ?? {}).required[bootable.service] ?? [];
  const { files } = await composeFiles(context);
  const texts = await readTexts(
    context,
    files.map(({ path }) => path),
    { bytes: 500_000, files: 20 },
  );
  const names = texts.files.flatMap(({ text }) => marked(text));
  return required(bootable, [...told, ...names]);
}

async function origins({ env }: Bootable, context: CheckContext): Promise<readonly Change[]> {
  const told = AUTH09.parse(context.options?.['AUTH-09'] ?? {}).variable;
  const name = told !== '' ? told : Object.keys(env).find((key) => /(?:^|_)(?:ALLOWED_?)?(?:CORS_?)?ORIGINS?(?:$|_)/i.test(key));
  const socket = context.api?.websocket;
  if (name === undefined || !(name in env) || socket === undefined) return [];
  const visit = visitWithOrigin(context, socket);
  return [
    { kind: 'origins', case: `without ${name}`, env: { [name]: null, NODE_ENV: 'production', ENVIRONMENT: 'production' }, visit },
    { kind: 'origins', case: `${name} empty`, env: { [name]: '', NODE_ENV: 'production', ENVIRONMENT: 'production' }, visit },
  ];
}
