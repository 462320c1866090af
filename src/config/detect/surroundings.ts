import { parse } from 'yaml';
import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { Repository } from './repository.ts';

const OPENAPI = ['', 'docs/', 'api/', 'spec/', 'openapi/', 'public/', 'static/', 'src/'].flatMap((folder) => [
  `${folder}{openapi,swagger}.{yaml,yml,json}`,
  `${folder}*.openapi.{yaml,yml,json}`,
]);

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown()).catch({})) });

/** What stands around the tests: API descriptions, images, workflows. */
export interface Surroundings {
  /** An OpenAPI document, with a path that a GET without parameters may ask for. */
  readonly openapi?: { readonly file: string; readonly operations: number; readonly get?: string | undefined };
  readonly dockerfiles: readonly string[];
  readonly workflows: readonly string[];
  /** A workflow that uses the gate already. */
  readonly gated?: string;
}

/** Looks around without running anything. */
export async function lookAround(repository: Repository): Promise<Surroundings> {
  const [documents, dockerfiles, workflows] = await Promise.all([
    repository.glob(OPENAPI),
    repository.glob(['{Dockerfile,Containerfile}', '*.Dockerfile', '*/Dockerfile', '*/*/Dockerfile']),
    repository.glob(['.github/workflows/*.{yml,yaml}']),
  ]);
  const [file] = documents;
  const gated = [];
  for (const path of workflows) if (/uses:\s*\S+\/gauntlet(?:\/\S+)?@/.test(await repository.text(path))) gated.push(path);
  return {
    ...(file === undefined ? {} : { openapi: { file, ...operationsOf(await repository.text(file), file) } }),
    dockerfiles,
    workflows,
    ...(gated[0] === undefined ? {} : { gated: gated[0] }),
  };
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options']);

function operationsOf(text: string, file: string): { operations: number; get?: string | undefined } {
  const { data } = Document.safeParse(valueOf(text, file));
  if (!data) return { operations: 0 };
  const paths = Object.entries(data.paths);
  const operations = paths.reduce((sum, [, item]) => sum + Object.keys(item).filter((key) => METHODS.has(key)).length, 0);
  const gets = paths.filter(([path, item]) => 'get' in item && /^\/[\w./-]*$/.test(path)).map(([path]) => path);
  return { operations, get: gets.find((path) => /health|status|ready|version/.test(path)) ?? gets[0] };
}

function valueOf(text: string, file: string): unknown {
  if (file.endsWith('.json')) return parseJson(text);
  try {
    return parse(text, { logLevel: 'silent', maxAliasCount: 1000 }) as unknown;
  } catch {
    return undefined;
  }
}
