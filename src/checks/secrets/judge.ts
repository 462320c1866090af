import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import { isLocalPath } from '../../lib/secret-value.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const place = { path: z.string(), line: z.number() };
/** What was looked at, in words, and sites beyond the bound. */
const looked = { looked: z.string(), omitted: z.number() };

export const MaterialFacts = z.object({
  ...looked,
  sites: z.array(
    z.object({
      ...place,
      kind: z.enum(['private-key', 'token', 'env-file', 'compose', 'kubernetes']),
      name: z.string(),
      length: z.number(),
    }),
  ),
});
export type MaterialFacts = z.output<typeof MaterialFacts>;

export const ManifestFacts = z.object({
  ...looked,
  sites: z.array(z.object({ ...place, secret: z.string(), key: z.string(), length: z.number() })),
});
export type ManifestFacts = z.output<typeof ManifestFacts>;

export const DefaultFacts = z.object({
  ...looked,
  sites: z.array(
    z.object({
      ...place,
      service: z.string(),
      name: z.string(),
      class: z.enum(['placeholder', 'weak', 'none']),
      how: z.enum(['literal', 'default', 'env-file']),
      /** The stack of this run has just this value; `undefined` when it was not resolved. */
      taken: z.boolean().optional(),
      length: z.number(),
    }),
  ),
});
export type DefaultFacts = z.output<typeof DefaultFacts>;

export const SigningFacts = z.object({
  ...looked,
  secrets: z.array(
    z.object({
      service: z.string(),
      name: z.string(),
      bytes: z.number(),
      different: z.number(),
      /** It is the value of an example that git tracks: this run copied it. */
      example: z.boolean().optional(),
      place: z.object(place).optional(),
    }),
  ),
});
export type SigningFacts = z.output<typeof SigningFacts>;

export const LayerFacts = z.object({
  ...looked,
  sites: z.array(z.object({ ...place, name: z.string(), how: z.enum(['env', 'env-from-arg', 'arg', 'copy']) })),
});
export type LayerFacts = z.output<typeof LayerFacts>;

const SIGNING = /JWT|SESSION|COOKIE|SIGNING|SECRET_KEY|NEXTAUTH|ENCRYPTION|TOKEN_SECRET|APP_KEY|APP_SECRET/i;
const SIGNING_BYTES = 32;

export const judges: readonly RowJudge[] = [
  defineJudge<MaterialFacts>({
    code: 'SEC-02',
    rule: {
      title: 'a secret is committed',
      priority: 'P0',
      effort: '1–4 h',
      fix: 'Make the secret invalid where it was issued (everybody with a clone has it, and history keeps it), put the new one into the secret store or a file that git ignores, and refer to it: `${NAME:?}`, `secrets:` with a file, a sealed or encrypted Secret.',
    },
    facts: MaterialFacts,
    evaluate: material,
  }),
  defineJudge<ManifestFacts>({
    code: 'SEC-12',
    rule: {
      title: 'a Kubernetes Secret holds a placeholder',
      priority: 'P0',
      effort: '30 min–2 h',
      fix: 'Create the Secret from the secret store at deployment (External Secrets, Sealed Secrets, SOPS, `kubectl create secret`), and keep the placeholder only in a file named as an example (`secret.example.yaml`).',
    },
    facts: ManifestFacts,
    evaluate: manifests,
  }),
  defineJudge<DefaultFacts>({
    code: 'SEC-13',
    rule: {
      title: 'a service would run with a placeholder or default secret',
      priority: 'P0',
      effort: '15–60 min',
      fix: 'Demand the value: `${NAME:?set NAME}` has no default and stops `up` when nobody sets it; keep real values in a file that git ignores or in `secrets:`.',
    },
    facts: DefaultFacts,
    evaluate: defaults,
  }),
  defineJudge<SigningFacts>({
    code: 'SEC-16',
    rule: {
      title: 'a signing secret is too short',
      priority: 'P0',
      effort: '15–30 min',
      fix: 'Make a new one with `openssl rand -base64 48`, set it outside of the repository, and let the service refuse anything below 32 bytes when it starts.',
    },
    facts: SigningFacts,
    evaluate: signing,
  }),
  defineJudge<LayerFacts>({
    code: 'SEC-17',
    rule: {
      title: 'a secret becomes part of an image',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Give the secret to the container when it starts (environment, `secrets:`), or to one build step with `RUN --mount=type=secret,id=…`; what ENV, ARG and COPY bring stays readable in the layers and in `docker history`.',
    },
    facts: LayerFacts,
    evaluate: layers,
  }),
];

function material({ looked, sites, omitted }: MaterialFacts): RowResult[] {
  if (sites.length === 0) return [fine('tracked files', looked)];
  return sites.map(({ path, line, kind, name, length }): RowResult => {
    const what = kind === 'private-key' || kind === 'token' ? name : `the value of ${name}`;
    return {
      subject: `${path}: ${name}`,
      result: { verdict: 'confirmed' },
      summary: `${path}:${line} holds ${what} (${counted(length, 'character')}), and git tracks the file: everybody who can read the repository has it.${more(omitted)}`,
      measured: `${what}, ${counted(length, 'character')}`,
      expected: 'no secret in a tracked file',
      locations: [{ path, line }],
      ...weight(path, name),
    };
  });
}

function weight(path: string, name: string): Pick<RowResult, 'priority'> {
  if (isLocalPath(path)) return { priority: ['P2', 'lower:file-for-one-machine'] };
  // Keys of Firebase and Maps stand in every app that ships: https://firebase.google.com/docs/projects/api-keys
  if (name === 'Google API key') return { priority: ['P3', 'lower:often-public-by-design'] };
  return {};
}

function manifests({ looked, sites, omitted }: ManifestFacts): RowResult[] {
  if (sites.length === 0) return [fine('Secrets of Kubernetes', looked)];
  return sites.map(({ path, line, secret, key, length }) => ({
    subject: `${path}: ${secret}/${key}`,
    result: { verdict: 'confirmed' },
    summary: `${path}:${line} would create the Secret ${secret} with a placeholder as its ${key}: a service that starts with it runs with a value that everybody can guess.${more(omitted)}`,
    measured: `a placeholder of ${counted(length, 'character')}`,
    expected: 'a reference to a secret store, or no Secret in the manifests',
    locations: [{ path, line }],
    ...(isLocalPath(path) ? { priority: ['P2', 'lower:file-for-one-machine'] as const } : {}),
  }));
}

type Default = DefaultFacts['sites'][number];

function defaults({ looked, sites, omitted }: DefaultFacts): RowResult[] {
  if (sites.length === 0) return [fine('secrets of the compose files', looked)];
  const groups = Map.groupBy(sites, ({ path, name }) => `${path}: ${name}`);
  return [...groups].map(([subject, group]): RowResult => {
    const first = group.find(({ taken }) => taken) ?? group[0];
    if (!first) return fine(subject, looked);
    const services = [...new Set(group.map(({ service }) => service))].join(', ');
    return {
      subject,
      result: { verdict: 'confirmed' },
      summary:
        first.class === 'none'
          ? `${first.path}:${first.line} makes ${services} ask for no password at all (${first.name}).${more(omitted)}`
          : `${first.path}:${first.line} gives ${first.name} of ${services} ${said(first)}.${more(omitted)}`,
      measured: `${first.how} · ${first.class} · ${counted(first.length, 'character')}`,
      expected: 'a value that is set outside of the repository, or no start',
      locations: group.slice(0, 10).map(({ path, line }) => ({ path, line })),
      ...weigh(first),
    };
  });
}

function said({ class: like, how, taken }: Default): string {
  const what = like === 'placeholder' ? 'a placeholder' : 'one of the passwords that are tried first';
  if (how !== 'default') return `${what}, and nothing can override it from outside`;
  return `${what} when nobody sets it${taken === true ? ', and in this run nobody did' : ''}`;
}

function weigh({ path, how, class: like, name, taken }: Default): Pick<RowResult, 'priority'> {
  if (isLocalPath(path)) return { priority: ['P3', 'lower:file-for-one-machine'] };
  const signs = SIGNING.test(name);
  if (how === 'default')
    return taken === true && signs ? { priority: ['P1', 'lower:only-a-default'] } : { priority: ['P2', 'lower:only-a-default'] };
  // A placeholder that waits for somebody else's key opens no door here: the call to that service fails.
  if (like === 'placeholder' && !signs && /API_?KEY$|TOKEN$/i.test(name)) return { priority: ['P1', 'lower:key-of-another-service'] };
  return like === 'placeholder' || signs ? {} : { priority: ['P1', 'lower:password-of-one-service'] };
}

function signing({ looked, secrets, omitted }: SigningFacts): RowResult[] {
  return secrets.map(({ service, name, bytes, different, example, place: at }): RowResult => {
    const subject = `${service}: ${name}`;
    if (bytes >= SIGNING_BYTES && different >= 8)
      return fine(subject, `${counted(bytes, 'byte')}, ${counted(different, 'different character')}`);
    const why = bytes < SIGNING_BYTES ? `${counted(bytes, 'byte')} long` : `made of ${counted(different, 'different character')}`;
    return {
      subject,
      result: { verdict: 'confirmed' },
      summary: `${name} of ${service} is ${why} (${looked}): who has one signed token can search for the secret offline, and then sign his own.${example === true ? ' This run has it from an example that git tracks; another place may have a better one.' : ''}${more(omitted)}`,
      measured: why,
      expected: `at least ${SIGNING_BYTES} random bytes (RFC 7518, 3.2)`,
      locations: at ? [at] : [],
      ...(example === true ? { priority: ['P2', 'lower:value-of-an-example'] as const } : {}),
    };
  });
}

const HOW: Readonly<Record<LayerFacts['sites'][number]['how'], string>> = {
  env: 'sets it with ENV',
  'env-from-arg': 'copies it from a build argument into ENV',
  arg: 'gives the build argument a value',
  copy: 'copies the file into the image',
};

function layers({ looked, sites, omitted }: LayerFacts): RowResult[] {
  if (sites.length === 0) return [fine('Dockerfiles', looked)];
  return sites.map(({ path, line, name, how }) => ({
    subject: `${path}: ${name}`,
    result: { verdict: 'confirmed' },
    summary: `${path}:${line} ${HOW[how]} (${name}): everybody who can pull the image can read it.${more(omitted)}`,
    measured: HOW[how],
    expected: 'no secret in a layer or in the configuration of an image',
    locations: [{ path, line }],
    ...(isLocalPath(path) ? { priority: ['P3', 'lower:file-for-one-machine'] as const } : {}),
  }));
}

function more(omitted: number): string {
  return omitted > 0 ? ` ${counted(omitted, 'more place')} like it.` : '';
}

function fine(subject: string, measured: string): RowResult {
  return { subject, result: { verdict: 'refuted' }, summary: `${measured}: nothing found.`, measured, expected: 'nothing found' };
}
