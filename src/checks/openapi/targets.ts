import type { CheckContext } from '../contract.ts';

/** A place of the team's own stack that speaks HTTP. */
export interface Target {
  readonly name: string;
  readonly service: string | undefined;
  /** `http://127.0.0.1:8080`, without the path that its requests begin with. */
  readonly origin: string;
  /** Path that every request begins with; empty or `/api`. */
  readonly path: string;
}

/** HTTP targets in the order in which they are asked for an API: the one that is named, `api`, then as configured. */
export function httpTargets({ manifest, api }: CheckContext): readonly Target[] {
  const all = (manifest?.targets ?? []).flatMap(({ name, url, service }): Target[] => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol)) return [];
    return [{ name, service, origin: parsed.origin, path: parsed.pathname.replace(/\/+$/, '') }];
  });
  const rank = ({ name }: Target): number => (name === api?.target ? 0 : name === 'api' ? 1 : 2);
  return all.toSorted((a, b) => rank(a) - rank(b));
}
