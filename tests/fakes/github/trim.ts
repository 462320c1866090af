/**
 * Makes openapi.json from GitHub's own description: the operations that Gauntlet uses, and what they refer to.
 *
 *   node tests/fakes/github/trim.ts                      fetches the pinned package into a temporary folder (npm pack)
 *   node tests/fakes/github/trim.ts api.github.com.json  uses a copy that is already there
 *
 * The package is 385 MB unpacked, so it is not a dependency; one file of it is read here, by hand, when the pin moves.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = '@octokit/openapi@23.0.2';
const FILE = 'package/generated/api.github.com.json';

const OPERATIONS = [
  'issues/list-comments',
  'issues/create-comment',
  'issues/get-comment',
  'issues/update-comment',
  'issues/delete-comment',
  'pulls/get',
  'pulls/list',
  'pulls/list-files',
  'repos/list-pull-requests-associated-with-commit',
  'checks/list-for-ref',
  'checks/create',
  'checks/update',
  'actions/list-jobs-for-workflow-run',
  'actions/list-jobs-for-workflow-run-attempt',
  'actions/get-workflow-run',
  'actions/list-workflow-run-artifacts',
  'actions/download-artifact',
  'repos/create-commit-status',
  'repos/get',
  'repos/get-content',
  'repos/get-branch-rules',
  'repos/get-branch',
  'repos/get-all-environments',
  'issues/list-for-repo',
  'issues/get-label',
  'code-scanning/upload-sarif',
  'users/get-authenticated',
];

/** Limits that GitHub enforces and its description leaves out; the server answers 422 for these. */
const LIMITS = [
  { operation: 'issues/create-comment', property: 'body', maxLength: 65_536 },
  { operation: 'issues/update-comment', property: 'body', maxLength: 65_536 },
  { operation: 'repos/create-commit-status', property: 'description', maxLength: 140 },
];

/** The head repository of a deleted fork is null, which the description forgets. https://docs.github.com/rest/pulls/pulls */
const NULLABLE_HEADS = ['pull-request', 'pull-request-simple'];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Dict = { [key: string]: Json };

const isDict = (value: Json | undefined): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys that only readers need. Inside a map of names (properties, schemas …) they are names and stay. */
const PROSE = new Set(['title', 'summary', 'example', 'examples', 'tags', 'default', 'discriminator']);
const NAME_MAPS = new Set(['properties', 'responses', 'headers', 'content', 'parameters', 'schemas', 'patternProperties']);

function strip(value: Json, inNameMap = false): Json {
  if (Array.isArray(value)) return value.map((item) => strip(item));
  if (!isDict(value)) return value;
  const kept: Dict = {};
  for (const [key, child] of Object.entries(value)) {
    if (inNameMap) kept[key] = strip(child);
    else if (key === 'enum' || key === 'required') kept[key] = child;
    else if (key === 'externalDocs' && isDict(child)) kept[key] = { url: child['url'] ?? '' };
    else if (!PROSE.has(key) && key !== 'description' && !key.startsWith('x-')) {
      kept[key] = strip(child, NAME_MAPS.has(key) && isDict(child));
    }
  }
  // `nullable` does not widen an `enum`: https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md
  const { enum: choices, nullable } = kept;
  if (nullable === true && Array.isArray(choices) && !choices.includes(null)) kept['enum'] = [...choices, null];
  // A validator takes `nullable` beside `type` alone: among alternatives, null is one more.
  for (const key of ['oneOf', 'anyOf']) {
    const ways = kept[key];
    if (nullable !== true || kept['type'] !== undefined || !Array.isArray(ways)) continue;
    delete kept['nullable'];
    kept[key] = [...ways, { type: 'string', nullable: true, enum: [null] }];
  }
  return kept;
}

/** A response must carry a description (OpenAPI 3.0, "Response Object"), so an empty one is put back. */
function describeResponses(responses: Json | undefined): void {
  if (!isDict(responses)) return;
  for (const response of Object.values(responses)) {
    if (isDict(response) && !('$ref' in response)) response['description'] = '';
  }
}

function collectRefs(value: Json, into: Set<string>): void {
  if (Array.isArray(value)) value.forEach((item) => collectRefs(item, into));
  else if (isDict(value)) {
    for (const [key, child] of Object.entries(value)) {
      if (key === '$ref' && typeof child === 'string') into.add(child);
      else collectRefs(child, into);
    }
  }
}

function pickPaths(source: Dict): Dict {
  const paths: Dict = {};
  const missing = new Set(OPERATIONS);
  for (const [path, item] of Object.entries(source)) {
    if (!isDict(item)) continue;
    for (const [method, operation] of Object.entries(item)) {
      const id = isDict(operation) ? operation['operationId'] : undefined;
      if (typeof id !== 'string' || !missing.delete(id)) continue;
      const kept = strip(operation) as Dict;
      describeResponses(kept['responses']);
      paths[path] = { ...(paths[path] as Dict | undefined), [method]: kept };
    }
  }
  if (missing.size > 0) throw new Error(`not in the description: ${[...missing].join(', ')}`);
  return paths;
}

function pickComponents(paths: Dict, source: Dict): Dict {
  const wanted = new Set<string>();
  collectRefs(paths, wanted);
  const components: { [kind: string]: Dict } = {};
  for (const ref of wanted) {
    const [, , kind = '', name = ''] = ref.split('/');
    const group = source[kind];
    const found = isDict(group) ? group[name] : undefined;
    if (found === undefined) throw new Error(`dangling reference ${ref}`);
    const kept = strip(found);
    if (kind === 'responses') describeResponses({ [name]: kept });
    (components[kind] ??= {})[name] = kept;
    collectRefs(kept, wanted);
  }
  return Object.fromEntries(
    Object.entries(components).map(([kind, group]) => [
      kind,
      Object.fromEntries(Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1))),
    ]),
  );
}

function addLimits(paths: Dict): void {
  for (const { operation, property, maxLength } of LIMITS) {
    const found = Object.values(paths)
      .flatMap((item) => Object.values(item as Dict))
      .find((candidate) => (candidate as Dict)['operationId'] === operation) as Dict;
    const body = found['requestBody'] as { content: { 'application/json': { schema: { properties: Dict } } } };
    const schema = body.content['application/json'].schema.properties[property] as Dict;
    schema['maxLength'] = maxLength;
    schema['x-answers-422'] = true;
  }
}

function allowDeletedForks(components: Dict): void {
  const schemas = components['schemas'] as Dict;
  for (const name of NULLABLE_HEADS) {
    const { properties } = schemas[name] as { properties: { head: { properties: Dict } } };
    properties.head.properties['repo'] = { $ref: '#/components/schemas/nullable-repository' };
  }
}

/** The trimmed description of the operations above, from the text of the full one. */
export function trim(text: string): string {
  const full = JSON.parse(text) as { openapi: string; info: Dict; paths: Dict; components: Dict };
  const paths = pickPaths(full.paths);
  const components = pickComponents(paths, full.components);
  addLimits(paths);
  allowDeletedForks(components);
  const info = { title: 'GitHub REST API, trimmed by trim.ts', version: full.info['version'] ?? '', license: { name: 'MIT' } };
  return `${JSON.stringify({ openapi: full.openapi, info, paths, components }, null, 1)}\n`;
}

function fetchDescription(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  try {
    const packed = execFileSync('npm', ['pack', PACKAGE, '--silent'], { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', packed, FILE], { cwd: folder });
    return readFileSync(join(folder, FILE), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const given = process.argv[2];
  const trimmed = trim(given === undefined ? fetchDescription() : readFileSync(given, 'utf8'));
  writeFileSync(join(import.meta.dirname, 'openapi.json'), trimmed);
  console.log(`openapi.json: ${Math.round(trimmed.length / 1024)} KB`);
}
