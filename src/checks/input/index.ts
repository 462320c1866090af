import { z } from 'zod';

import { TriesFacts } from '../../model/api-tries.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { survey, type Survey } from '../openapi/tries.ts';
import { isSearch, listed, numbersIn, searchWords, textFields, textPlaces } from './places.ts';
import { emptyResult } from './empty.ts';
import { edges } from './edges.ts';
import { injections } from './injections.ts';
import { leaks } from './leaks.ts';
import { malformed } from './malformed.ts';
import { caps, sizes } from './sizes.ts';
import { vectorCases, searchCases } from './vectors.ts';

const INP03 = z.strictObject({
  limit: z.int().min(1).default(10_000).describe('Characters of a text for which the document names no `maxLength`.'),
});
const INP04 = z.strictObject({ cap: z.int().min(1).default(100).describe('Results of a list for which the document names no `maximum`.') });

/** What the API does with input that it must not take: each case beside a good request that works. */
export const input: readonly CheckPlugin[] = [
  row('INP-01', 'malformed bodies are refused with 4xx', { concerns: ({ body }) => body !== undefined, attempt: malformed }),
  collected('INP-02', 'answers to wrong requests tell nothing of the inside', leaks),
  {
    ...row('INP-03', 'texts beyond their limit are refused', {
      concerns: (operation, { described }) => textFields(described.document, operation).length > 0,
      attempt: (working, context) => sizes(working, context, INP03.parse(context.options?.['INP-03'] ?? {}).limit),
      most: 10,
    }),
    options: INP03,
  },
  {
    ...row('INP-04', 'lists give no more than their cap, whatever is asked', {
      concerns: (operation) => listed(operation) !== undefined,
      attempt: (working, context) => caps(working, context, INP04.parse(context.options?.['INP-04'] ?? {}).cap),
    }),
    options: INP04,
  },
  row('INP-05', 'text that a database, a shell or a template would run is data', {
    concerns: (operation, { described }) => textPlaces(described.document, operation).length > 0,
    attempt: injections,
    most: 12,
  }),
  row('INP-06', 'embeddings that are no vectors are refused', {
    concerns: (operation, { described }) => numbersIn(described.document, operation) !== undefined,
    attempt: vectorCases,
  }),
  row('INP-07', 'a search that finds nothing gives an empty result', {
    concerns: (operation, { described }) => searchWords(described.document, operation) !== undefined,
    attempt: emptyResult,
  }),
  row('INP-10', 'edge values of every parameter and field end in no error of the server', {
    concerns: ({ parameters, body }) => parameters.length > 0 || body !== undefined,
    attempt: edges,
    most: 20,
  }),
  row('VEC-11', 'vector search validates its queries and limits them', {
    concerns: (operation, { described }) => isSearch(operation) && numbersIn(described.document, operation) !== undefined,
    attempt: searchCases,
  }),
];

function row(code: string, summary: string, how: Survey): CheckPlugin {
  return collected(code, summary, (context) => survey(context, how));
}

function collected(code: string, summary: string, collect: (context: CheckContext) => Promise<Collected<TriesFacts>>): CheckPlugin {
  return defineCheck<TriesFacts>({ code, summary, needs: 'live', facts: TriesFacts, collect });
}
