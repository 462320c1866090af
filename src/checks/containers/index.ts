import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { resolvedStack, type ResolvedStack, type Service } from '../repository/compose.ts';
import { dockerfiles, type Dockerfile } from '../repository/dockerfile.ts';
import { datastoreOf, unpinned } from '../repository/images.ts';
import { Problems, type Problem } from './judge.ts';
import { privileges } from './privileges.ts';

const MOST = 100;
type Found = Omit<Problem, 'subject' | 'path' | 'line'> & { readonly keys: readonly string[] };

/** CFG-14: images of the stack and bases of Dockerfiles are pinned. */
const pinned = defineCheck<Problems>({
  code: 'CFG-14',
  summary: 'images of the stack, and the bases of its Dockerfiles, are pinned to a version',
  needs: 'static',
  facts: Problems,
  collect: async (context) => {
    const stack = await resolvedStack(context);
    if (typeof stack === 'string') return { state: 'gap', because: stack };
    const { files } = await dockerfiles(context);
    if (!stack?.services.length && files.length === 0) return { state: 'not-applicable', because: 'no compose file and no Dockerfile' };
    const ofServices = stack ? problemsOf(stack, image) : [];
    return collected(
      [...ofServices, ...files.flatMap(bases)],
      `${counted(stack?.services.length ?? 0, 'service')} and ${counted(files.length, 'Dockerfile')}`,
    );
  },
});

/** CFG-16, CFG-15, AUTH-12, TLS-19, TLS-20, SEC-05: each a look at every service of the resolved model. */
export const containers: readonly CheckPlugin[] = [
  pinned,
  perService('CFG-15', 'no service is privileged, holds the Docker socket or lives in the host’s own namespaces', privileges),
  perService('CFG-16', 'every service of the stack has a memory limit', unlimited),
  perService('AUTH-12', 'no datastore of the stack is published beyond this machine', exposed),
  perService('TLS-19', 'no health check of the stack skips the verification of certificates', unverified),
  perService('TLS-20', 'private keys are mounted read-only', writableKeys),
  perService('SEC-05', 'no service of the stack mounts a whole folder of secrets', secretFolders),
];

function perService(code: string, summary: string, look: (service: Service) => readonly Found[]): CheckPlugin {
  return defineCheck<Problems>({
    code,
    summary,
    needs: 'static',
    facts: Problems,
    collect: (context) => overServices(context, look),
  });
}

async function overServices(context: CheckContext, look: (service: Service) => readonly Found[]): Promise<Collected<Problems>> {
  const stack = await resolvedStack(context);
  if (typeof stack === 'string') return { state: 'gap', because: stack };
  if (!stack?.services.length) return { state: 'not-applicable', because: 'no compose file describes the stack' };
  return collected(problemsOf(stack, look), `${counted(stack.services.length, 'service')} of the resolved compose model`);
}

function problemsOf(stack: ResolvedStack, look: (service: Service) => readonly Found[]): Problem[] {
  return stack.services.flatMap(({ name, service }) =>
    look(service).map(({ keys, ...found }) => ({ subject: name, ...found, ...stack.place(name, ...keys) })),
  );
}

function collected(problems: readonly Problem[], looked: string): Collected<Problems> {
  const sources = [...new Set(problems.flatMap(({ path }) => path ?? []))].slice(0, 10).map((file) => ({ file }));
  return { state: 'collected', facts: { looked, problems: problems.slice(0, MOST) }, sources };
}

/** An image that is built here is as pinned as its Dockerfile. */
function image({ image: name, build }: Service): Found[] {
  const why = name === undefined || build ? undefined : unpinned(name);
  return why === undefined ? [] : [{ kind: 'unpinned', says: `runs ${name} with ${why}`, keys: ['image'] }];
}

function bases({ path, instructions }: Dockerfile): Problem[] {
  const stages = new Set(
    instructions.flatMap(({ name, rest }) => (name === 'FROM' ? (/\sAS\s+(\S+)/i.exec(rest)?.[1]?.toLowerCase() ?? []) : [])),
  );
  return instructions.flatMap(({ name, rest, line }): Problem[] => {
    if (name !== 'FROM') return [];
    const base = rest.replace(/^(?:--\S+\s+)+/, '').split(/\s/)[0] ?? '';
    const why = base === 'scratch' || base.includes('$') || stages.has(base.toLowerCase()) ? undefined : unpinned(base);
    return why === undefined ? [] : [{ subject: path, kind: 'unpinned', says: `builds on ${base} with ${why}`, path, line }];
  });
}

function unlimited({ mem_limit, deploy }: Service): Found[] {
  const limit = mem_limit ?? deploy?.resources?.limits?.memory;
  return limit === undefined || limit === '0' ? [{ kind: 'unlimited', says: 'has no memory limit', keys: [] }] : [];
}

function exposed(service: Service): Found[] {
  const settings = [...Object.entries(service.environment ?? {}).map(([key, value]) => `${key}=${value ?? ''}`), commandOf(service)].join(
    '\n',
  );
  const mounts = (service.volumes ?? []).map(({ target }) => target ?? '').join('\n');
  const store = datastoreOf(service.image ?? '', `${settings}\n${mounts}`);
  if (!store) return [];
  const open = (service.ports ?? []).filter(
    ({ host_ip, published }) =>
      published !== undefined && (host_ip === undefined || host_ip === '' || host_ip === '0.0.0.0' || host_ip === '::'),
  );
  const [first] = open;
  if (!first) return [];
  const off = store.auth === 'off';
  const says = `(${store.name}) is published on port ${first.published ?? ''} of every address of the host${off ? ', and nothing in its settings asks for a password' : ''}`;
  return [{ kind: 'exposed', says, keys: ['ports'], ...(off ? { weight: ['P1', 'escalate:no-authentication'] } : {}) }];
}

function unverified({ healthcheck }: Service): Found[] {
  const test = healthcheck?.test;
  const line = Array.isArray(test) ? test.join(' ') : (test ?? '');
  const insecure =
    /\bcurl\b[^|;&]*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?:\s|$)|\bwget\b[^|;&]*--no-check-certificate/.test(line) &&
    line.includes('https://');
  return insecure ? [{ kind: 'unverified', says: 'has a health check that accepts any certificate', keys: ['healthcheck'] }] : [];
}

const KEY_FILE = /(?:^|\/)(?:[\w.-]+\.key|[\w.-]*key\.pem|id_(?:rsa|ed25519|ecdsa))$/;

function writableKeys({ volumes }: Service): Found[] {
  return (volumes ?? []).flatMap(({ type, source, read_only }): Found[] =>
    type === 'bind' && source !== undefined && KEY_FILE.test(source) && !/\.pub(?:\.|$)|public/i.test(source) && read_only !== true
      ? [{ kind: 'writable-key', says: `mounts the private key ${source.split('/').at(-1) ?? ''} writable`, keys: ['volumes'] }]
      : [],
  );
}

const SECRET_FOLDER = /(?:^|\/)\.?(?:secrets?|ssh|gnupg|aws|kube|private[-_]keys?)$/;

function secretFolders({ volumes }: Service): Found[] {
  return (volumes ?? []).flatMap(({ type, source }): Found[] =>
    type === 'bind' && source !== undefined && SECRET_FOLDER.test(source)
      ? [{ kind: 'secret-folder', says: `mounts the whole folder ${source.split('/').at(-1) ?? ''}`, keys: ['volumes'] }]
      : [],
  );
}

function commandOf({ command }: Service): string {
  return Array.isArray(command) ? command.join(' ') : (command ?? '');
}
