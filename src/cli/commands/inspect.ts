import { safeJson } from '../../lib/runner-commands.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { inspectFile, type Inspection } from '../../run/inspect.ts';
import { portsOf, rootOf, type GlobalOptions } from '../ports.ts';
import type { World } from '../world.ts';

/** `gauntlet inspect`: what result and coverage files say. Exit code 2 when any of them cannot be trusted. */
export async function inspect(world: World, files: readonly string[], options: GlobalOptions & { json?: boolean }): Promise<number> {
  const ports = portsOf(world, options);
  const root = rootOf(world, options);
  let trouble = false;
  for (const file of files) {
    const inspection = await inspectFile({ ports, root, cwd: world.cwd }, file);
    trouble ||= inspection.gap !== undefined;
    world.stdout.write(`${options.json === true ? safeJson(inspection) : describe(inspection)}\n`);
  }
  return trouble ? EXIT_CODES.unknown : EXIT_CODES.pass;
}

function describe(inspection: Inspection): string {
  const { file, format, gap } = inspection;
  const counts = Object.entries(inspection).flatMap(([key, value]) => {
    if (typeof value === 'number') return [`${key} ${value}`];
    return typeof value === 'object' && 'covered' in value ? [`${key} ${value.covered}/${value.total}`] : [];
  });
  const disagreements = (inspection.disagreements ?? []).map(
    ({ scope, what, declared, counted }) => `  disagreement: ${scope} says ${what} ${declared}, its cases say ${counted}`,
  );
  const head = [file, format, counts.join(', ')].filter((part) => part !== undefined && part !== '').join(': ');
  return [head, ...disagreements, ...(gap === undefined ? [] : [`  gap: ${gap.reason}: ${gap.message}`])].join('\n');
}
