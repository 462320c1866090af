import { relative } from 'node:path';

import { classifySecret, isLocalPath, isSamplePath, isSecretName } from '../../lib/secret-value.ts';
import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { resolvedStack } from '../repository/compose.ts';
import { assignments, dockerfiles, type Dockerfile } from '../repository/dockerfile.ts';
import { isEnvFile, parseEnv } from '../repository/env-file.ts';
import { filesWith, nothingTracked, readTexts } from '../repository/files.ts';
import { written } from '../repository/interpolation.ts';
import { kubernetesObjects, type KubernetesObject } from '../repository/kubernetes.ts';
import { composeSecrets, defaultSites } from './compose-secrets.ts';
import { DefaultFacts, LayerFacts, ManifestFacts, MaterialFacts, SigningFacts } from './judge.ts';
import { HINTS, isMaterial, materialIn, passwordInUrl } from './material.ts';

const SITES = 50;
const BIG = { bytes: 4_000_000, files: 2_000 };
/** A key or a password; what is longer is a document. */
const KEY_BYTES = 512;
const SMALL = { bytes: 256_000, files: 200 };

/** SEC-02: no key, token or secret value stands in a tracked file. */
const committed = defineCheck<MaterialFacts>({
  code: 'SEC-02',
  summary: 'no secret is committed: private keys, tokens, real values in .env, compose files and Secrets',
  needs: 'static',
  facts: MaterialFacts,
  collect: async (context) => {
    const tracked = await context.tracked();
    if (tracked.length === 0) return nothingTracked();
    const suspects = (await filesWith(context, HINTS)).filter((path) => !isSamplePath(path));
    const texts = await readTexts(context, suspects, BIG);
    const envs = await readTexts(
      context,
      tracked.filter((path) => isEnvFile(path) && !isSamplePath(path)),
      SMALL,
    );
    const { objects, unread } = await kubernetesObjects(context);
    const compose = await composeSecrets(context);
    const mounted = await mountedSecrets(context, tracked);
    const missed = texts.unread + envs.unread + unread + compose.unread;
    const sites: MaterialFacts['sites'] = [
      ...texts.files.flatMap(({ path, text }) => materialIn(text).map((found) => ({ path, ...found }))),
      ...envs.files.flatMap(({ path, text }) =>
        parseEnv(text).flatMap(({ key, value, line }) => ofVariable({ path, line, name: key, value, kind: 'env-file' })),
      ),
      ...compose.entries.flatMap(({ path, entry: { key, value, line } }) => {
        const text = written(value);
        return text.how === 'indirect' ? [] : ofVariable({ path, line, name: key, value: text.value, kind: 'compose' });
      }),
      ...mounted,
      ...objects.flatMap((object) =>
        secretValues(object).flatMap(({ key, value, line }) =>
          isMaterial(value)
            ? [{ path: object.path, line, name: `${object.name}/${key}`, kind: 'kubernetes' as const, length: value.length }]
            : [],
        ),
      ),
    ];
    const looked = `${counted(tracked.length, 'tracked file')} searched${missed > 0 ? `, ${counted(missed, 'of them', 'of them')} too large or not to be parsed` : ''}`;
    return collected(sites, looked);
  },
});

/** SEC-12: no Secret of the manifests holds a placeholder. */
const kubernetesPlaceholders = defineCheck<ManifestFacts>({
  code: 'SEC-12',
  summary: 'no Secret of the Kubernetes manifests holds a placeholder',
  needs: 'static',
  facts: ManifestFacts,
  collect: async (context) => {
    const { objects } = await kubernetesObjects(context);
    const secrets = objects.filter(({ kind }) => kind === 'Secret' || kind === 'Kustomization');
    if (secrets.length === 0) return { state: 'not-applicable', because: 'no tracked manifest makes a Secret' };
    const sites = secrets.flatMap((object) =>
      secretValues(object)
        .filter(({ value }) => classifySecret(value) === 'placeholder')
        .map(({ key, value, line }) => ({ path: object.path, line, secret: object.name, key, length: value.length })),
    );
    return collected(sites, `${counted(secrets.length, 'object')} that make Secrets looked at`);
  },
});

/** SEC-13: no secret of the compose files is a placeholder, a well-known password, or has one as its default. */
const composePlaceholders = defineCheck<DefaultFacts>({
  code: 'SEC-13',
  summary: 'no secret of the compose files is a placeholder or a well-known password, not even by default',
  needs: 'static',
  facts: DefaultFacts,
  collect: async (context) => {
    const { entries, files } = await composeSecrets(context);
    if (files === 0) return { state: 'not-applicable', because: 'no compose file is tracked' };
    const sites = await defaultSites(context, entries);
    return collected(sites, `${counted(files, 'compose file')} with ${counted(entries.length, 'variable')} looked at`);
  },
});

const SIGNING_NAME =
  /(?:JWT|SESSION|COOKIE|TOKEN|NEXTAUTH|AUTH)_?(?:\w+_)?SECRET(?:_KEY)?$|JWT_(?:SECRET|SIGNING)_?KEY$|(?:^|_)SIGNING_(?:KEY|SECRET)$|^SECRET_KEY_BASE$/;

/** SEC-16: what signs tokens is at least 32 bytes. */
const signingSecrets = defineCheck<SigningFacts>({
  code: 'SEC-16',
  summary: 'secrets that sign tokens and sessions have at least 32 bytes',
  needs: 'static',
  facts: SigningFacts,
  collect: async (context) => {
    const stack = await resolvedStack(context);
    if (typeof stack === 'string') return { state: 'gap', because: stack };
    const examples = await exampleValues(context);
    const secrets = (stack?.services ?? []).flatMap(({ name: service, service: { environment } }): SigningFacts['secrets'] =>
      Object.entries(environment ?? {}).flatMap(([name, value]) => {
        if (value === null || !SIGNING_NAME.test(name) || !['plain', 'strong'].includes(classifySecret(value))) return [];
        const place = stack?.place(service, 'environment', name);
        const example = examples.has(`${name}=${value}`) ? { example: true } : {};
        return [
          { service, name, bytes: Buffer.byteLength(value), different: new Set(value).size, ...example, ...(place ? { place } : {}) },
        ];
      }),
    );
    if (secrets.length === 0)
      return { state: 'not-applicable', because: 'no service of a compose file has a signing secret of its own in its environment' };
    return {
      state: 'collected',
      facts: { looked: 'as Compose resolves it here', omitted: Math.max(0, secrets.length - SITES), secrets: secrets.slice(0, SITES) },
      sources: [],
    };
  },
});

/** What tracked examples of env files hold, as `KEY=value`: a job that copies one has those, and nobody else need. */
async function exampleValues(context: CheckContext): Promise<ReadonlySet<string>> {
  const tracked = await context.tracked();
  const paths = tracked.filter((path) => isSamplePath(path) && /env[^/]*$/i.test(path));
  const { files } = await readTexts(context, paths, SMALL);
  return new Set(files.flatMap(({ text }) => parseEnv(text).map(({ key, value }) => `${key}=${value}`)));
}

/** SEC-17: no image carries a secret. */
const imageLayers = defineCheck<LayerFacts>({
  code: 'SEC-17',
  summary: 'no secret becomes part of an image through ENV, ARG or COPY',
  needs: 'static',
  facts: LayerFacts,
  collect: async (context) => {
    const { files, unread } = await dockerfiles(context);
    if (unread > 0)
      return { state: 'gap', because: `${counted(unread, 'Dockerfile')} could not be read: larger than 256 kB, gone, or too many` };
    if (files.length === 0) return { state: 'not-applicable', because: 'no Dockerfile is tracked' };
    return collected(files.flatMap(layerSites), `${counted(files.length, 'Dockerfile')} looked at`);
  },
});

/** Secrets where they should not stand. */
export const secrets: readonly CheckPlugin[] = [committed, kubernetesPlaceholders, composePlaceholders, signingSecrets, imageLayers];

interface Variable {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly value: string;
  readonly kind: 'env-file' | 'compose';
}

function ofVariable({ path, line, name, value, kind }: Variable): MaterialFacts['sites'] {
  // A header alone tells that a known shape is there: `materialIn` has found it already.
  if (materialIn(value).length > 0) return [];
  const secret = isSecretName(name) && isMaterial(value) ? value : passwordInUrl(value);
  return secret === undefined ? [] : [{ path, line, name, kind, length: secret.length }];
}

/** Files that the stack mounts as secrets and git tracks: a key without a shape of its own is known by its place. */
async function mountedSecrets(context: CheckContext, tracked: readonly string[]): Promise<MaterialFacts['sites']> {
  const stack = await resolvedStack(context);
  if (typeof stack !== 'object') return [];
  const secrets = new Map([...stack.secretFiles].map(([name, file]) => [relative(context.root, file), name]));
  const { files } = await readTexts(
    context,
    tracked.filter((path) => secrets.has(path) && !isSamplePath(path)),
    SMALL,
  );
  return files.flatMap(({ path, text }) => {
    const value = text.trim();
    if (materialIn(text).length > 0 || value.length > KEY_BYTES || !isMaterial(value)) return [];
    return [{ path, line: 1, name: `the secret ${secrets.get(path) ?? ''}`, kind: 'compose' as const, length: value.length }];
  });
}

/** Values of a Secret as text, and literals of a kustomize generator. Encrypted ones (SOPS) have none. */
function secretValues({ kind, data, document }: KubernetesObject): { key: string; value: string; line: number }[] {
  if ('sops' in data) return [];
  if (kind === 'Kustomization') {
    const generators = Array.isArray(data['secretGenerator']) ? data['secretGenerator'] : [];
    return generators.flatMap((_, index) => [...document.scalars(['secretGenerator', index, 'literals'])]);
  }
  if (kind !== 'Secret') return [];
  const encoded = document
    .scalars(['data'])
    .map(({ key, value, line }) => ({ key, line, value: Buffer.from(value, 'base64').toString('utf8') }));
  return [...document.scalars(['stringData']), ...encoded].filter(({ key }) => !key.startsWith('sops'));
}

function layerSites({ path, instructions, lastStage }: Dockerfile): LayerFacts['sites'] {
  const own = instructions.filter(({ stage }) => stage === lastStage || stage === -1);
  const given = new Set(own.filter(({ name }) => name === 'ARG').flatMap((found) => assignments(found).map(({ key }) => key)));
  return own.flatMap((instruction): LayerFacts['sites'] => {
    const { name, rest, line } = instruction;
    if (name === 'COPY' || name === 'ADD') {
      const file =
        /(?:^|\s|\/)((?:\.env(?:\.(?:production|prod|local))?|id_(?:rsa|ed25519|ecdsa)|[\w-]+\.key|\.npmrc|\.pypirc|\.netrc))(?=\s)/.exec(
          rest,
        )?.[1];
      return file === undefined || rest.includes('--from=') ? [] : [{ path, line, name: file, how: 'copy' }];
    }
    if (name !== 'ENV' && name !== 'ARG') return [];
    return assignments(instruction).flatMap(({ key, value }): LayerFacts['sites'] => {
      if (!isSecretName(key) || value === undefined) return [];
      const variable = /^\$\{?(\w+)\}?$/.exec(value)?.[1];
      if (variable !== undefined) return name === 'ENV' && given.has(variable) ? [{ path, line, name: key, how: 'env-from-arg' }] : [];
      return ['strong', 'weak'].includes(classifySecret(value)) ? [{ path, line, name: key, how: name === 'ENV' ? 'env' : 'arg' }] : [];
    });
  });
}

function collected<Site extends { readonly path: string }>(sites: readonly Site[], looked: string) {
  const files = [...new Set(sites.map(({ path }) => path))].slice(0, 10);
  const kept = sites.toSorted((a, b) => Number(isLocalPath(a.path)) - Number(isLocalPath(b.path))).slice(0, SITES);
  return {
    state: 'collected' as const,
    facts: { looked, omitted: sites.length - kept.length, sites: kept },
    sources: files.map((file) => ({ file })),
  };
}
