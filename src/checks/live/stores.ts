import type { CheckContext, Collected } from '../contract.ts';
import { repositoryOf } from '../repository/images.ts';
import { once } from '../repository/files.ts';
import { resolvedStack } from '../repository/compose.ts';
import { sentenceList } from '../../lib/text.ts';
import type { Unasked } from '../../model/live-look.ts';
import { KINDS, recognise, type Kind } from './kinds.ts';
import { liveServices, placeOf, type LiveService, type Place } from './services.ts';

/** A service that said in its own protocol what it is. */
export interface Store {
  readonly kind: Kind;
  readonly service: LiveService;
  readonly place: Place;
  /** The port inside the container. */
  readonly port: number;
  readonly tls: boolean;
}

export interface Stores {
  readonly stores: readonly Store[];
  /** Services that are of the kind by their image, and do not answer as one. */
  readonly unasked: readonly Unasked[];
}

/** Everything of the kinds that runs, or what to say when there is nothing to ask. */
export async function storesOf(context: CheckContext, ...kinds: readonly Kind[]): Promise<Stores | Collected<never>> {
  const titles = sentenceList(kinds.map((kind) => KINDS[kind].title)).replace(/ and ([^ ]+)$/, ' or $1');
  const services = await liveServices(context);
  if (!services) {
    const described = await describedAs(context, kinds);
    if (typeof described === 'string') return { state: 'gap', because: described };
    return described
      ? { state: 'gap', because: 'the stack is not up, so nothing could be asked' }
      : { state: 'not-applicable', because: `the stack has no ${titles}` };
  }
  if (services.length > 0 && !services.some(isDescribed))
    return {
      state: 'not-applicable',
      because: `nothing of the stack runs in a container or is described by a compose file, where ${titles} would be told by it`,
    };
  const looks = await Promise.all(kinds.flatMap((kind) => services.map((service) => look(context, kind, service))));
  const stores = looks.flatMap((one) => (one && 'kind' in one ? [one] : []));
  const unasked = looks.flatMap((one) => (one && 'because' in one ? [one] : []));
  if (stores.length + unasked.length === 0) return { state: 'not-applicable', because: `the stack has no ${titles}` };
  return { stores, unasked };
}

/** Is it something to look at, or the end of the collection? */
export function isStores(found: Stores | Collected<never>): found is Stores {
  return 'stores' in found;
}

function look(context: CheckContext, kind: Kind, service: LiveService): Promise<Store | Unasked | undefined> {
  const { image, port, title } = KINDS[kind];
  // What nobody describes has no settings to ask it with.
  if (!isDescribed(service)) return Promise.resolve(undefined);
  const declared = image.test(lastPart(service.image));
  // What is built here may be called anything: whoever listens where the kind does is asked what it is.
  const suspected = service.ports.includes(port) || service.name === kind;
  if (!declared && !suspected) return Promise.resolve(undefined);
  return once(context, `store ${kind} ${service.name}`, async () => {
    let heard = '';
    for (const candidate of new Set([port, ...service.ports])) {
      const place = await placeOf(context, service, candidate);
      if (!place) continue;
      const answer = await recognise(context, kind, place);
      if (answer.state === 'known') return { kind, service, place, port: candidate, tls: answer.tls };
      heard ||= `${place.shown}: ${answer.heard}`;
    }
    if (!declared) return undefined;
    const why = heard === '' ? `port ${port} is not published and cannot be reached on its networks from here` : heard;
    return { service: service.name, because: `${service.name} is ${title} by its image and did not answer as such (${why})` };
  });
}

function isDescribed({ model, containers }: LiveService): boolean {
  return model !== undefined || containers.length > 0;
}

async function describedAs(context: CheckContext, kinds: readonly Kind[]): Promise<boolean | string> {
  const stack = await resolvedStack(context);
  if (typeof stack !== 'object') return stack ?? false;
  return stack.services.some(({ service }) => kinds.some((kind) => KINDS[kind].image.test(lastPart(service.image ?? ''))));
}

function lastPart(image: string): string {
  return repositoryOf(image).split('/').at(-1) ?? '';
}
