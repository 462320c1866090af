import type { ClientRole } from '../../model/api.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { once } from '../repository/files.ts';
import { logIn, send, type Headers } from './call.ts';
import { findDocument, type Described } from './document.ts';
import { basePathOf, operationsOf, type Operation } from './operations.ts';
import { httpTargets, type Target } from './targets.ts';

/** The API of the system: what the document says of it, where it is, and who may call it. */
export interface ApiMap {
  readonly described: Described;
  readonly target: Target;
  /** `http://127.0.0.1:8080/api/v1`: what paths of the document are appended to. */
  readonly base: string;
  readonly operations: readonly Operation[];
  /** Headers of every client that was let in; a client whose login failed has the reason instead. */
  readonly clients: Readonly<Partial<Record<ClientRole, Headers | string>>>;
  /** Operations with effects that the configuration allows. */
  readonly allowed: ReadonlySet<string>;
}

/** The map, or how the collection of a row that needs it ends. */
export function apiMap(context: CheckContext): Promise<ApiMap | Collected<never>> {
  return once(context, 'api-map', async () => {
    const [target] = httpTargets(context);
    const { named } = context;
    const absent = (because: string): Collected<never> => (named ? { state: 'gap', because } : { state: 'not-applicable', because });
    if (!context.manifest) {
      if (context.api?.document !== undefined) return { state: 'gap', because: 'the stack is not up, so its API could not be called' };
      return absent('no stack is up whose API could be called');
    }
    if (!target) return absent('no target speaks HTTP: name one below `targets`');
    if (context.api?.target !== undefined && target.name !== context.api.target)
      return { state: 'gap', because: `no target that speaks HTTP has the name ${context.api.target}, which \`api\` names` };
    const described = await findDocument(context, target);
    if ('missing' in described) return { state: 'gap', because: described.missing };
    if ('none' in described) return absent(described.none);
    const operations = operationsOf(described.document);
    if (operations.length === 0) return { state: 'gap', because: `${described.where} describes no operation` };
    return {
      described,
      target,
      base: await baseOf(context, { target, described, operations }),
      operations,
      clients: await clientsOf(context, target),
      allowed: new Set(context.api?.calls),
    };
  });
}

export function isMap(found: ApiMap | Collected<never>): found is ApiMap {
  return 'operations' in found;
}

/** With the path of the document's server, unless its paths are only found without it. */
async function baseOf(
  context: CheckContext,
  { target, described, operations }: { target: Target; described: Described; operations: readonly Operation[] },
): Promise<string> {
  const prefix = basePathOf(described.document);
  const plain = `${target.origin}${target.path}`;
  const candidates = [
    ...new Set([
      `${target.origin}${target.path.endsWith(prefix) ? target.path : target.path + prefix}`,
      `${target.origin}${prefix}`,
      plain,
    ]),
  ];
  const [first = plain] = candidates;
  const simple = operations.find(
    ({ method, path, parameters }) => method === 'GET' && !path.includes('{') && parameters.every(({ required }) => !required),
  );
  if (candidates.length === 1 || !simple) return first;
  for (const base of candidates) {
    const answer = await send(context, { method: 'GET', url: base + simple.path });
    if (answer.state === 'answered' && answer.status !== 404) return base;
  }
  return first;
}

async function clientsOf(context: CheckContext, target: Target): Promise<ApiMap['clients']> {
  const written = Object.entries(context.api?.clients ?? {}) as [
    ClientRole,
    NonNullable<NonNullable<CheckContext['api']>['clients'][ClientRole]>,
  ][];
  const entries = await Promise.all(written.map(async ([role, client]) => [role, await logIn(context, { role, client, target })] as const));
  return Object.fromEntries(entries);
}
