import { relative } from 'node:path';

import { isLocalPath, isSamplePath } from '../../lib/secret-value.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { resolvedStack, type ResolvedStack } from '../repository/compose.ts';
import { filesWith, once, readTexts } from '../repository/files.ts';
import { repositoryOf } from '../repository/images.ts';
import { monitoring } from '../repository/monitoring.ts';
import { AcmeFacts, ExpiryAlertFacts, LifetimeFacts, RenewalFacts, type Way } from './judge.ts';
import { handMade } from './lifetimes.ts';

/** Programs that fetch and renew certificates by themselves. */
const RENEWERS =
  /(?:^|\/)(?:caddy|traefik|certbot|acme\.sh|acme-companion|letsencrypt-nginx-proxy-companion|swag|nginx-proxy-manager|lego|step-ca|vault|haproxy-acme|zoraxy|https-portal)$/;
/** What their configuration, a script or a workflow that uses them holds. */
const WORDS = [
  'certbot',
  'acme.sh',
  'letsencrypt',
  'cert-manager.io',
  'certificatesResolvers',
  'certificatesresolvers',
  'step ca renew',
  'acme_ca',
  'lego --',
];
const STAGING = 'acme-staging-v02.api.letsencrypt.org';
const EXPIRY_METRIC =
  /probe_ssl_(?:earliest|last_chain)_cert|ssl_cert\w*_not_after|x509_cert\w*(?:_not_after|expir)|certmanager_certificate_expiration|cert\w*_expir|expir\w*_cert|tls_\w*expir|ssl_\w*expir/i;
const CERTIFICATE = /\.(?:pem|crt|cer|cert|p12|pfx)$/i;
const MOST = 50;

type Used = RenewalFacts['used'][number];

/** TLS-06: something renews the certificates that services use. */
const renewing = defineCheck<RenewalFacts>({
  code: 'TLS-06',
  summary: 'something renews the certificates that services of the stack use',
  needs: 'static',
  facts: RenewalFacts,
  collect: (context) =>
    withCertificates(context, async (used) => {
      const ways = await renewalWays(context);
      return {
        state: 'collected',
        facts: { used, ways },
        sources: ways.flatMap(({ path }) => (path === undefined ? [] : [{ file: path }])),
      };
    }),
});

/** TLS-04: where alerts are kept, one warns before certificates end. */
const expiryAlert = defineCheck<ExpiryAlertFacts>({
  code: 'TLS-04',
  summary: 'where there are alert rules, one warns before the certificates of the stack end',
  needs: 'static',
  facts: ExpiryAlertFacts,
  collect: (context) =>
    withCertificates(context, async (used) => {
      const { rules, unread } = await monitoring(context);
      if (unread > 0) return { state: 'gap', because: 'some files with alert rules could not be read' };
      if (rules.length === 0) return { state: 'not-applicable', because: 'no tracked file holds an alert rule of Prometheus' };
      const matching = rules.filter(({ name, expr }) => EXPIRY_METRIC.test(expr) || /cert\w*expir|expir\w*cert/i.test(name));
      const renewed = (await renewalWays(context)).length > 0;
      const files = [...new Set(rules.map(({ path }) => path))].slice(0, 20);
      const facts = {
        used,
        rules: rules.length,
        files,
        matching: matching.map(({ name, path }) => ({ name, path })).slice(0, 10),
        renewed,
      };
      return { state: 'collected', facts, sources: files.slice(0, 10).map((file) => ({ file })) };
    }),
});

/** TLS-13: who makes certificates by hand makes them often, or lets a program do it. */
const lifetimes = defineCheck<LifetimeFacts>({
  code: 'TLS-13',
  summary: 'certificates that were made by hand do not outlive everybody who remembers how',
  needs: 'static',
  facts: LifetimeFacts,
  collect: (context) =>
    withCertificates<LifetimeFacts>(context, async (used) => {
      const certificates = await handMade(context, used);
      if (certificates.length === 0)
        return { state: 'not-applicable', because: 'no certificate that a service mounts can be seen to be made by hand' };
      const ways = await renewalWays(context);
      return { state: 'collected', facts: { certificates, ways }, sources: certificates.slice(0, 10).map(({ path }) => ({ file: path })) };
    }),
});

/** TLS-07: certificates are not asked for at the authority that nobody trusts. */
const acme = defineCheck<AcmeFacts>({
  code: 'TLS-07',
  summary: 'automated certificates come from an authority that clients trust, not from its staging',
  needs: 'static',
  facts: AcmeFacts,
  collect: async (context) => {
    const ways = await renewalWays(context);
    if (ways.length === 0) return { state: 'not-applicable', because: 'nothing in the repository asks for certificates by itself' };
    const paths = (await filesWith(context, [STAGING])).filter(isConfiguration);
    const { files } = await readTexts(context, paths, { bytes: 512_000, files: 100 });
    const staging = files.flatMap(({ path, text }) => placesOf(path, text));
    return { state: 'collected', facts: { ways, staging: staging.slice(0, MOST) }, sources: paths.slice(0, 10).map((file) => ({ file })) };
  },
});

/** Whether certificates last without somebody remembering them. */
export const renewal: readonly CheckPlugin[] = [renewing, expiryAlert, lifetimes, acme];

async function withCertificates<Facts>(
  context: CheckContext,
  collect: (used: Used[]) => Promise<Collected<Facts>>,
): Promise<Collected<Facts>> {
  const stack = await resolvedStack(context);
  if (typeof stack === 'string') return { state: 'gap', because: stack };
  const used = stack === undefined ? [] : certificatesOf(stack, context.root);
  if (used.length === 0) return { state: 'not-applicable', because: 'no service of the stack mounts a certificate' };
  return await collect(used.slice(0, MOST));
}

/** Certificates that services get from outside of their images; those for work on one machine are left out. */
function certificatesOf({ services, secretFiles, place }: ResolvedStack, root: string): Used[] {
  const inRepository = (absolute: string): string => relative(root, absolute);
  return services.flatMap(({ name, service }) => {
    const mounted = (service.volumes ?? []).flatMap(({ type, source }) =>
      type === 'bind' && source !== undefined ? [inRepository(source)] : [],
    );
    const given = (service.secrets ?? []).flatMap(({ source }) => {
      const file = secretFiles.get(source);
      return file === undefined ? [] : [inRepository(file)];
    });
    return [...mounted, ...given]
      .filter((path) => isCertificate(path) && !isLocalPath(path) && !isSamplePath(path))
      .map((path) => ({ service: name, path, ...placed(place(name, 'volumes') ?? place(name)) }));
  });
}

/** A file by its ending, a folder by its name; bundles of authorities are somebody else's to renew. */
function isCertificate(path: string): boolean {
  if (/(?:^|\/)(?:ca[-_.]?(?:bundle|cert(?:ificate)?s?)?|root-?ca|ca-certificates)(?:\.\w+)?$/i.test(path)) return false;
  return CERTIFICATE.test(path) || /(?:^|\/)\.?(?:certs?|ssl|tls|certificates)$/i.test(path);
}

function placed(place: { path: string; line: number } | undefined): { place?: { path: string; line: number } } {
  return place === undefined ? {} : { place };
}

function renewalWays(context: CheckContext): Promise<Way[]> {
  return once(context, 'renewal-ways', async () => {
    const stack = await resolvedStack(context);
    const images = (typeof stack === 'object' ? stack.services : []).flatMap(({ name, service }): Way[] =>
      service.image !== undefined && RENEWERS.test(repositoryOf(service.image)) ? [{ what: `${name} runs ${service.image}` }] : [],
    );
    const paths = (await context.tracked()).length === 0 ? [] : (await filesWith(context, WORDS)).filter(isConfiguration);
    return [...images, ...paths.slice(0, 10).map((path): Way => ({ what: 'configuration or script of a renewal', path }))];
  });
}

/** Text that tells people of a renewal renews nothing. */
function isConfiguration(path: string): boolean {
  return (
    !isSamplePath(path) &&
    !/\.(?:md|mdx|rst|txt|adoc|html?|lock|sum|svg|json5?)$/i.test(path) &&
    !/(?:^|\/)(?:docs?|node_modules|vendor)\//.test(path)
  );
}

function placesOf(path: string, text: string): AcmeFacts['staging'] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.includes(STAGING) && !/^\s*(?:#|\/\/|;)/.test(line) ? [{ path, line: index + 1 }] : []));
}
