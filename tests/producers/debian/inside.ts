/** A command within Debian 13, where the samples are `/app`; `fixtures/inside` is what does it. */
export function inside(command: string): string {
  return `./inside '${command.replaceAll("'", "'\\''")}'`;
}

/** The upstream version of a package there. */
export function debian(name: string): string {
  return inside(`dpkg-query -W -f '\${Version}' ${name} | sed 's/^[0-9]*://; s/[-+~].*//'`);
}
