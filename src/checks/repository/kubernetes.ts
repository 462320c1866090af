import { isSamplePath } from '../../lib/secret-value.ts';
import type { CheckContext } from '../contract.ts';
import { filesWith, once, readTexts, type Bounds } from './files.ts';
import { parseYaml, type YamlDocument } from './yaml.ts';

const BOUNDS: Bounds = { bytes: 512_000, files: 1_500 };

/** One object of a manifest. */
export interface KubernetesObject {
  readonly path: string;
  readonly kind: string;
  readonly name: string;
  readonly document: YamlDocument;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Objects of every tracked manifest but samples. `unread` counts files that are too large, too many, or gone; templates are no manifests. */
export function kubernetesObjects(context: CheckContext): Promise<{ objects: readonly KubernetesObject[]; files: number; unread: number }> {
  return once(context, 'kubernetes', async () => {
    const tracked = new Set((await context.tracked()).filter((path) => /\.ya?ml$/i.test(path) && !isManifestSample(path)));
    if (tracked.size === 0) return { objects: [], files: 0, unread: 0 };
    const paths = (await filesWith(context, ['apiVersion:'])).filter((path) => tracked.has(path));
    const { files, unread } = await readTexts(context, paths, BOUNDS);
    return { objects: files.flatMap(({ path, text }) => objectsIn(path, text)), files: files.length, unread };
  });
}

/** `templates/` of a chart are programs, not data; everything else by the usual names. */
function isManifestSample(path: string): boolean {
  return isSamplePath(path) || path.startsWith('.github/');
}

function objectsIn(path: string, text: string): KubernetesObject[] {
  if (!/^kind:/m.test(text)) return [];
  return parseYaml(path, text).documents.flatMap((document): KubernetesObject[] => {
    const data = document.data as Record<string, unknown> | null;
    if (data === null || typeof data !== 'object' || typeof data['kind'] !== 'string' || typeof data['apiVersion'] !== 'string') return [];
    const metadata = data['metadata'] as { name?: unknown } | undefined;
    return [{ path, kind: data['kind'], name: typeof metadata?.name === 'string' ? metadata.name : '(no name)', document, data }];
  });
}
