import type { StackManifest } from './manifest.ts';

/** Where targets and published ports of a stack are, as variables of a user's own command. */
export function stackEnvironment({ targets, services }: StackManifest): Record<string, string> {
  const entries: [string, string][] = [];
  for (const { name, url, host, port } of targets) {
    const prefix = `GAUNTLET_TARGET_${upper(name)}`;
    entries.push([`${prefix}_URL`, url], [`${prefix}_HOST`, host], [`${prefix}_PORT`, String(port)]);
  }
  for (const { name, ports } of services) {
    const prefix = `GAUNTLET_SERVICE_${upper(name)}`;
    ports.forEach(({ container, host, port }, index) => {
      if (index === 0) entries.push([`${prefix}_HOST`, host], [`${prefix}_PORT`, String(port)]);
      entries.push([`${prefix}_PORT_${container}`, String(port)]);
    });
  }
  return Object.fromEntries(entries);
}

function upper(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}
