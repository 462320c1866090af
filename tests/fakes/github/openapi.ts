import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpenAPIBackend } from 'openapi-backend';
import type { Schema } from './fill.ts';

/** A request as the description sees it: the path without the base path. */
export interface RawRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: string;
}

/** A request that found its operation; `errors` lists what in it breaks the description. */
export interface Matched {
  operationId: string;
  docsUrl: string;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  errors: SchemaError[];
}

/** One disagreement with the description. `limit` marks the limits that GitHub itself answers with 422. */
export interface SchemaError {
  path: string;
  message: string;
  limit?: { field: string; max: number };
}

interface AjvError {
  instancePath: string;
  keyword: string;
  message?: string;
  params: Record<string, unknown>;
}

interface MediaTypes {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  operationId?: string;
  method: string;
  path: string;
  externalDocs?: { url: string };
  requestBody?: MediaTypes;
  responses?: Record<string, MediaTypes>;
}

const FORMATS: Record<string, RegExp> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:[^\s]+$/i,
};

let shared: Promise<OpenAPIBackend> | undefined;

async function open(): Promise<OpenAPIBackend> {
  const text = readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8');
  const backend = new OpenAPIBackend({
    definition: JSON.parse(text) as never,
    // Validators are compiled when an operation is first called: 0.1 s instead of several at each start.
    quick: true,
    coerceTypes: true,
    ajvOpts: { strict: false, allErrors: true },
    customizeAjv: (ajv) => {
      for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
      return ajv;
    },
  });
  return backend.init();
}

/** GitHub's description, loaded once per process. */
export async function loadDescription(): Promise<Description> {
  shared ??= open();
  return new Description(await shared);
}

/** Paths whose last parameter may hold slashes, which an OpenAPI template cannot say. */
const SLASHED = /^(\/repos\/[^/]+\/[^/]+\/(?:contents|rules\/branches))\/(.+)$/;

function toOperationPath(path: string): string {
  const found = SLASHED.exec(path);
  return found === null ? path : `${found[1]}/${encodeURIComponent(decodeURIComponent(found[2] ?? ''))}`;
}

function readBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function toSchemaError(error: AjvError, operation: Operation): SchemaError {
  const found: SchemaError = { path: error.instancePath, message: error.message ?? error.keyword };
  const detail = error.params['additionalProperty'] ?? error.params['allowedValues'];
  if (detail !== undefined) found.message += ` (${JSON.stringify(detail)})`;
  const field = /^\/requestBody\/([^/]+)$/.exec(error.instancePath)?.[1];
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const property = field === undefined ? undefined : schema?.properties?.[field];
  if (error.keyword === 'maxLength' && field !== undefined && property?.['x-answers-422'] === true) {
    found.limit = { field, max: Number(error.params['limit']) };
  }
  return found;
}

/** Referee over requests and responses. */
export class Description {
  readonly #backend: OpenAPIBackend;

  constructor(backend: OpenAPIBackend) {
    this.#backend = backend;
  }

  #operation(id: string): Operation {
    const found = this.#backend.getOperation(id);
    if (found === undefined) throw new Error(`no operation ${id} in openapi.json`);
    return found as unknown as Operation;
  }

  /** The operation a request means, with everything in it that the description forbids. */
  match(request: RawRequest): Matched | undefined {
    const req = {
      method: request.method,
      path: toOperationPath(request.path),
      query: request.query,
      headers: request.headers,
      ...(request.body === '' ? {} : { body: request.body }),
    };
    const operation = this.#backend.matchOperation(req);
    const operationId = operation?.operationId;
    if (operation === undefined || operationId === undefined) return undefined;
    const described = operation as unknown as Operation;
    const parsed = this.#backend.router.parseRequest(req, operation);
    const result = this.#backend.validateRequest(req, operation);
    const coerced = (result as unknown as { coerced?: { query?: Record<string, unknown> } }).coerced;
    return {
      operationId,
      docsUrl: described.externalDocs?.url ?? '',
      params: parsed.params as Record<string, string>,
      query: coerced?.query ?? {},
      body: readBody(request.body),
      errors: ((result.errors ?? []) as unknown as AjvError[]).map((error) => toSchemaError(error, described)),
    };
  }

  /** The JSON schema of an answer, if the description has one for this status. */
  responseSchema(operationId: string, status: number): Schema | undefined {
    return this.#operation(operationId).responses?.[String(status)]?.content?.['application/json']?.schema;
  }

  /** What is wrong with an answer; errors that the description forgot (403 on a write) need only be GitHub's error shape. */
  checkResponse(operationId: string, status: number, body: unknown): SchemaError[] {
    const described = this.#operation(operationId).responses?.[String(status)];
    if (described === undefined) {
      const shaped = typeof (body as { message?: unknown } | undefined)?.message === 'string';
      return status >= 400 && shaped ? [] : [{ path: '', message: `status ${status} is not described` }];
    }
    if (this.responseSchema(operationId, status) === undefined) return [];
    const result = this.#backend.validateResponse(body, operationId, status);
    return ((result.errors ?? []) as unknown as AjvError[]).map((error) => ({
      path: error.instancePath,
      message: error.message ?? error.keyword,
    }));
  }
}
