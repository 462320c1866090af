import type { Consumer } from '../live/logins.ts';

export interface Said {
  readonly value: string;
  /** `rag: QDRANT_COLLECTION`. */
  readonly from: string;
}

/** Sizes that well-known embedding models make, by their own documentation. */
const MODELS: Readonly<Record<string, number>> = {
  'all-minilm-l6-v2': 384,
  'all-minilm-l12-v2': 384,
  'all-mpnet-base-v2': 768,
  'bge-small-en-v1.5': 384,
  'bge-base-en-v1.5': 768,
  'bge-large-en-v1.5': 1024,
  'bge-m3': 1024,
  'multi-qa-minilm-l6-cos-v1': 384,
  'nomic-embed-text': 768,
  'mxbai-embed-large': 1024,
  'text-embedding-ada-002': 1536,
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
};

/** Collections that services are set up for. */
export function collectionsSaid(consumers: readonly Consumer[]): Said[] {
  return said(consumers, (name, value) =>
    /(?:^|_)(?:QDRANT|VECTOR)\w*COLLECTION(?:_NAME)?$|^COLLECTION_NAME$/.test(name) && /^[\w.-]{1,200}$/.test(value) ? value : undefined,
  );
}

/** The size of embeddings, told by a number or by the name of a model. */
export function sizeSaid(consumers: readonly Consumer[]): Said | undefined {
  return said(consumers, (name, value) => {
    if (/(?:EMBEDDING|VECTOR)S?_?(?:DIM|DIMS|DIMENSION|DIMENSIONS|SIZE)$/.test(name) && /^\d{1,5}$/.test(value)) return value;
    const model = /EMBED\w*MODEL/.test(name) ? MODELS[value.toLowerCase().split('/').at(-1)?.split(':')[0] ?? ''] : undefined;
    return model === undefined ? undefined : String(model);
  })[0];
}

export function distanceSaid(consumers: readonly Consumer[]): Said | undefined {
  return said(consumers, (name, value) =>
    /(?:QDRANT|VECTOR)\w*(?:DISTANCE|METRIC)$/.test(name) && /^(?:cosine|dot|euclid|euclidean|manhattan)$/i.test(value) ? value : undefined,
  )[0];
}

function said(consumers: readonly Consumer[], read: (name: string, value: string) => string | undefined): Said[] {
  return consumers.flatMap(({ service }) =>
    Object.entries(service.env).flatMap(([name, text]) => {
      const value = read(name, text);
      return value === undefined ? [] : [{ value, from: `${service.name}: ${name}` }];
    }),
  );
}
