declare const GAUNTLET_VERSION: string | undefined;

/** The build writes the version in; source runs read it from package.json. */
export async function version(): Promise<string> {
  if (typeof GAUNTLET_VERSION === 'string') return GAUNTLET_VERSION;
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  return manifest.version;
}
