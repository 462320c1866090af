/** Shell that prints the version of an installed distribution. */
export function pipVersion(name: string): string {
  return `python -c "from importlib.metadata import version; print(version('${name}'))"`;
}
