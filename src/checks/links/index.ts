import { defineCheck, type CheckPlugin, type Collected } from '../contract.ts';
import { resolvedStack, type ResolvedStack } from '../repository/compose.ts';
import { addressesIn, isWayOut } from './addresses.ts';
import { LinkFacts } from './judge.ts';

const MOST = 200;

async function collectLinks(stack: ResolvedStack | string | undefined): Promise<Collected<LinkFacts>> {
  if (stack === undefined) return { state: 'not-applicable', because: 'no compose file describes what services speak to' };
  if (typeof stack === 'string') return { state: 'gap', because: stack };
  const names = new Set(stack.services.map(({ name }) => name));
  const found = stack.services.flatMap(({ name, service }) =>
    Object.entries(service.environment ?? {}).flatMap(([variable, value]) =>
      addressesIn(variable, value ?? '')
        .filter(({ host }) => host !== name && (names.has(host) || isWayOut(host)))
        .map(({ host, scheme, encrypted }): LinkFacts['links'][number] => {
          const place = stack.place(name, 'environment', variable) ?? stack.place(name);
          return { from: name, to: host, variable, scheme, encrypted, inside: names.has(host), ...(place ? { place } : {}) };
        }),
    ),
  );
  if (found.length === 0) return { state: 'not-applicable', because: 'no variable of a service holds the address of another' };
  return { state: 'collected', facts: { links: found.slice(0, MOST) }, sources: [] };
}

/** TLS-16: what a service sends to another host is encrypted. */
const outside = defineCheck<LinkFacts>({
  code: 'TLS-16',
  summary: 'links from services to hosts outside of the stack are encrypted',
  needs: 'static',
  facts: LinkFacts,
  collect: async (context) => await collectLinks(await resolvedStack(context)),
});

/** TLS-17: where some links of the stack are encrypted, all are. */
const inside = defineCheck<LinkFacts>({
  code: 'TLS-17',
  summary: 'where a stack encrypts its own links, none is left out',
  needs: 'static',
  facts: LinkFacts,
  collect: async (context) => await collectLinks(await resolvedStack(context)),
});

/** Links between services, by the addresses that their variables hold. */
export const links: readonly CheckPlugin[] = [outside, inside];
