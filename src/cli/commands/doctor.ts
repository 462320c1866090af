import { safeJson } from '../../lib/runner-commands.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { examine, type Ability } from '../../run/doctor.ts';
import { portsOf, type GlobalOptions } from '../ports.ts';
import type { World } from '../world.ts';

const MARKS: Record<Ability['state'], string> = { yes: '✓', partly: '~', no: '✗' };

/** `gauntlet doctor`: looks and tells; a missing part is no error of the command. */
export async function doctor(world: World, options: GlobalOptions & { json?: boolean }): Promise<number> {
  const abilities = await examine(portsOf(world, options));
  world.stdout.write(options.json === true ? `${safeJson(abilities, 2)}\n` : describe(abilities));
  return EXIT_CODES.pass;
}

function describe(abilities: readonly Ability[]): string {
  const width = Math.max(...abilities.map(({ name }) => name.length));
  return abilities
    .map(
      ({ name, state, detail, cost }) =>
        `${MARKS[state]} ${name.padEnd(width)}  ${detail}\n${cost === '' ? '' : `  ${' '.repeat(width)}  without it: ${cost}\n`}`,
    )
    .join('');
}
