import { makeRunRedactor } from '../lib/redact.ts';
import { loads } from '../loads/registry.ts';
import { GauntletError } from '../model/errors.ts';
import type { Ports } from '../ports/index.ts';
import { rehearsing, usersOf, type LoadTask } from './load-users.ts';

/** What a thread hears from the one that started it, and says to it. */
interface Line {
  readonly say: (report: unknown) => void;
  readonly hear: (order: (order: unknown) => void) => void;
}

/** Does the part of a load that this thread was started with. @throws GauntletError of kind `internal` where the plugin starts no threads. */
export async function workLoad({ type, part, users, redacting }: LoadTask, ports: Ports, { say, hear }: Line): Promise<void> {
  const plugin = loads.find((load) => load.type === type);
  if (plugin?.work === undefined)
    throw new GauntletError(`loads of the kind ${type} have no part for a thread`, { kind: 'internal', hint: 'report this' });
  await using closing = new AsyncDisposableStack();
  const redact = makeRunRedactor(redacting);
  await plugin.work(part, {
    ports,
    populate: (signal) => usersOf(users, { ports, redact, closing }, signal),
    rehearse: (url, signal) => usersOf(rehearsing(users, url), { ports, redact, closing }, signal),
    say,
    hear,
  });
}
