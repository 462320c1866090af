import { z } from 'zod';

import type { CheckContext } from '../contract.ts';
import { isSamplePath } from '../../lib/secret-value.ts';
import { once, readTexts } from '../repository/files.ts';
import { parseYaml } from '../repository/yaml.ts';
import type { Target } from './targets.ts';

const BYTES = 4_000_000;
const NAME = /(?:^|\/)(?:openapi|swagger)(?:[-_.][\w-]+)?\.(?:ya?ml|json)$/i;
/** Where frameworks serve it: FastAPI, Spring, Quarkus, ASP.NET, NestJS, Fastify, Express, go-swagger, DRF. */
const SERVED = [
  '/openapi.json',
  '/openapi.yaml',
  '/v3/api-docs',
  '/swagger.json',
  '/swagger/v1/swagger.json',
  '/api-docs',
  '/docs/openapi.json',
  '/api/openapi.json',
  '/api-json',
  '/q/openapi',
];
const MOST = 20;
const ANSWER_MS = 3_000;

/** The part of OpenAPI (2.0, 3.0, 3.1) that every version shares; the rest is read where it is used. https://spec.openapis.org/oas/ */
const Shape = z.looseObject({
  openapi: z.string().optional(),
  swagger: z.union([z.string(), z.number()]).optional(),
  paths: z.record(z.string(), z.unknown()),
});
export type RawDocument = z.output<typeof Shape>;

export interface Described {
  /** For the reader: `openapi.yaml`, or `GET /openapi.json of api`. */
  readonly where: string;
  /** Path in the repository, when it is a file of it. */
  readonly file: string | undefined;
  readonly document: RawDocument;
}

/** The description of the API, or why there is none: `missing` when somebody named one, `none` when nobody did. */
export type Lookup = Described | { readonly missing: string } | { readonly none: string };

/** Named by the configuration, else in the repository, else served by the target. */
export function findDocument(context: CheckContext, target: Target | undefined): Promise<Lookup> {
  return once(context, `openapi ${target?.name ?? ''}`, async () => {
    const named = context.api?.document;
    if (named !== undefined) return readNamed(context, named);
    const tracked = (await context.tracked())
      .filter((path) => NAME.test(path) && !isSamplePath(path))
      .toSorted((a, b) => depth(a) - depth(b));
    const { files } = await readTexts(context, tracked, { bytes: BYTES, files: MOST });
    const read = files.flatMap(({ path, text }) => {
      const document = parse(path, text);
      return document ? [{ where: path, file: path, document }] : [];
    });
    const [first, second] = read;
    if (first && (second === undefined || depth(first.where) < depth(second.where))) return first;
    const served = target && (await readServed(context, target));
    if (served) return served;
    if (first)
      return {
        missing: `${read.length} files describe an API (${read
          .slice(0, 4)
          .map(({ where }) => where)
          .join(', ')}): say which with \`api: ${first.where}\``,
      };
    return { none: 'no OpenAPI document is in the repository (openapi.yaml) or served: name one with `api: openapi.yaml`' };
  });
}

async function readNamed(context: CheckContext, path: string): Promise<Lookup> {
  const { files } = await readTexts(context, [path], { bytes: BYTES, files: 1 });
  const document = files[0] && parse(path, files[0].text);
  if (document) return { where: path, file: path, document };
  return {
    missing: files[0]
      ? `${path} is no OpenAPI document: it has no \`openapi\` or \`swagger\` and \`paths\``
      : `\`api\` names ${path}, which cannot be read`,
  };
}

async function readServed({ ports, signal }: CheckContext, target: Target): Promise<Described | undefined> {
  const looks = SERVED.map(async (path): Promise<Described | undefined> => {
    const answer = await ports.http.request({
      method: 'GET',
      url: `${target.origin}${path}`,
      anyCertificate: true,
      timeoutMs: ANSWER_MS,
      maxBytes: BYTES,
      signal,
    });
    if (answer.state === 'failed' || answer.status !== 200 || answer.totalBytes > BYTES) return undefined;
    const document = parse(path, Buffer.from(answer.body).toString('utf8'));
    return document && { where: `GET ${path} of ${target.name}`, file: undefined, document };
  });
  return (await Promise.all(looks)).find((one) => one !== undefined);
}

function parse(path: string, text: string): RawDocument | undefined {
  const data = /^\s*\{/.test(text) ? json(text) : parseYaml(path, text).documents[0]?.data;
  const parsed = Shape.safeParse(data);
  return parsed.success && (parsed.data.openapi ?? parsed.data.swagger) !== undefined ? parsed.data : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function depth(path: string): number {
  return path.split('/').length;
}
