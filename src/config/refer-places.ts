import { suggest } from '../lib/suggest.ts';
import type { Places } from './places.ts';
import type { Problem } from './problems.ts';
import type { Plugins, Settings } from './schema.ts';
import type { StageEntry } from './stages.ts';

/** Checks that this version does not have. */
export function unknownChecks({ checks, at }: StageEntry, places: Places, known: Plugins['checks']): Problem[] {
  if (checks === undefined || checks === 'all') return [];
  const codes = known.map(({ code }) => code);
  return checks.flatMap((code, index) => {
    if (codes.includes(code)) return [];
    const [family] = code.split('-');
    const alike = codes.filter((other) => other.startsWith(`${family}-`));
    const meant = codes.find((other) => other.replace('-0', '-') === code.toUpperCase()) ?? suggest(code, codes);
    const choices =
      alike.length === 0 ? 'docs/rows.md lists those that one looks at' : `checks of this family: ${alike.slice(0, 20).join(', ')}`;
    return [
      places.problem([...at, 'checks', index], `no check looks at ${code}`, {
        repair: meant === undefined ? choices : `did you mean \`${meant}\`?`,
      }),
    ];
  });
}

/** Services that the stack does not have, where the configuration itself says which it has. */
export function unknownServices({ stack }: Settings, { services, at }: StageEntry, places: Places): Problem[] {
  if (stack?.use !== 'process' || services === undefined || services === 'all' || stack.services.length === 0) return [];
  return services.flatMap((name, index) => {
    if (stack.services.includes(name)) return [];
    const meant = suggest(name, stack.services);
    return [
      places.problem([...at, 'services', index], `the stack has no service \`${name}\``, {
        repair: meant === undefined ? `there are: ${stack.services.slice(0, 20).join(', ')}` : `did you mean \`${meant}\`?`,
      }),
    ];
  });
}

/** An address begins with a target, or with what an answer before it gave. */
const ADDRESS = /^\{\{\s*([\w-]+)\s*\}\}(?=$|[/?#])/;

/** Steps whose address begins with a name that nothing answers to. */
export function unknownTargets({ journeys, targets, environments }: Settings, places: Places): Problem[] {
  const known = [...new Set([...Object.keys(targets), ...Object.values(environments).flatMap((other) => Object.keys(other))])];
  // Without any, places come from elsewhere.
  if (known.length === 0) return [];
  return Object.entries(journeys).flatMap(([name, { steps }]) => {
    const captured = steps.flatMap(({ capture }) => Object.keys(capture));
    return steps.flatMap(({ options }, index) => {
      const address = addressOf(options);
      const wanted = ADDRESS.exec(address ?? '')?.[1];
      if (wanted === undefined || [...known, ...captured, 'user', 'nonce'].includes(wanted)) return [];
      const meant = suggest(wanted, [...known, ...captured]);
      return [
        places.problem(['journeys', name, 'steps', index], `no target is called {{${wanted}}}`, {
          repair: meant === undefined ? `there are: ${known.slice(0, 20).join(', ')}` : `did you mean {{${meant}}}?`,
        }),
      ];
    });
  });
}

function addressOf(options: unknown): string | undefined {
  const url: unknown = (options as { url?: unknown } | null)?.url;
  return typeof url === 'string' ? url : undefined;
}
