import { outages, recoveredIn, type Outages } from '../tests/e2e/chaos/support/outages.ts';

/** What experiments say of outages that are known, and of writes that are known to be lost. */
export async function benchChaosTiming(stacks: readonly ('process' | 'compose')[], outagesMs: readonly number[]): Promise<void> {
  for (const stack of stacks) {
    const services = Object.fromEntries(outagesMs.map((downMs) => [`s${downMs}`, { downMs }]));
    const [first = ''] = Object.keys(services);
    const experiments = Object.fromEntries(
      Object.keys(services).flatMap((name) => [
        [`crash-${name}`, { fault: { kill: { service: name } }, steady: `ask-${name}`, recovery: '< 60s' }],
        [`freeze-${name}`, { fault: { pause: { service: name }, for: '3s' }, steady: `ask-${name}`, recovery: '< 60s' }],
      ]),
    );
    const seen = await outages(stack, {
      services: { ...services, store: { downMs: 500, bufferMs: 5_000, victim: first } },
      experiments: {
        ...experiments,
        'ledger-freeze': {
          fault: { pause: { service: first }, for: '5s' },
          ledger: { write: 'write-store', read: 'read-store' },
          recovery: '< 3s',
        },
        'ledger-crash': { fault: { kill: { service: 'store' } }, ledger: { write: 'write-store', read: 'read-store' }, recovery: '< 60s' },
      },
    });
    for (const name of Object.keys(experiments)) say(stack, name, seen);
    for (const name of ['ledger-freeze', 'ledger-crash']) {
      const ledger = seen.evidence.find(({ experiment }) => experiment === name)?.observed?.ledger;
      process.stdout.write(`chaos ${stack}, ${name}: ${JSON.stringify(ledger)}\n`);
    }
    process.stdout.write(`${JSON.stringify(count(seen))}\n`);
  }
}

function say(stack: string, name: string, seen: Outages): void {
  try {
    const { trueMs, measuredMs, intervalMs, blurMs, detectMs, available, trueAvailable } = recoveredIn(seen, {
      name,
      service: name.replace(/^\w+-/, ''),
    });
    process.stdout.write(
      `chaos ${stack}, ${name}: recovery ${measuredMs.toFixed(0)} against ${trueMs.toFixed(0)} ms (error ${(measuredMs - trueMs).toFixed(0)} of ± ${intervalMs} + ${blurMs} ms), noticed after ${detectMs.toFixed(0)} ms, available ${(available * 100).toFixed(1)} against ${(trueAvailable * 100).toFixed(1)} %\n`,
    );
  } catch (error) {
    process.stdout.write(`chaos ${stack}, ${name}: ${String(error)}\n`);
  }
}

function count({ told, stored }: Outages): Record<string, number> {
  const fates = Object.groupBy(told['store'] ?? [], ({ event }) => event);
  const there = new Set(stored['store']);
  const gone = [...(fates.kept ?? []), ...(fates.lost ?? []), ...(fates.doubled ?? [])].filter(({ detail }) => !there.has(detail)).length;
  return {
    gone,
    lost: fates.lost?.length ?? 0,
    doubled: fates.doubled?.length ?? 0,
    quiet: fates.quiet?.length ?? 0,
    refused: fates.refused?.length ?? 0,
  };
}
