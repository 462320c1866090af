import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { resolvedStack } from '../repository/compose.ts';
import { containersOf } from '../live/containers.ts';
import { liveServices } from '../live/services.ts';
import { denialsOf } from './denials.ts';
import { ModeFacts, OwnerFacts, ReaderFacts, RunningFacts } from './judge.ts';
import { classesOf, mountedSecrets, readAs } from './secrets.ts';

const MOST = 100;

/** SEC-03: the mode of a secret in the container is the one that the compose file says. */
const modes = defineCheck<ModeFacts>({
  code: 'SEC-03',
  summary: 'secrets in containers have the mode that the compose file says',
  needs: 'live',
  facts: ModeFacts,
  collect: async (context) => {
    const mounted = await secretsOr(context);
    if ('state' in mounted) return mounted;
    const secrets = mounted.secrets.flatMap(({ service, path, file, declared }) =>
      declared === undefined ? [] : [{ service: service.name, path, mode: file.mode, uid: file.uid, gid: file.gid, declared }],
    );
    if (secrets.length + mounted.unasked.length === 0)
      return { state: 'not-applicable', because: 'no secret of the compose file says a mode' };
    return { state: 'collected', facts: { secrets, unasked: [...mounted.unasked] }, sources: [] };
  },
});

/** SEC-04: whoever runs as somebody else than root can read what it was given. */
const readers = defineCheck<ReaderFacts>({
  code: 'SEC-04',
  summary: 'services can read their own secrets as the user that they run as',
  needs: 'live',
  facts: ReaderFacts,
  collect: async (context) => {
    const mounted = await secretsOr(context);
    if ('state' in mounted) return mounted;
    const own = mounted.secrets.filter(({ container }) => !/^(?:root|0)?(?::|$)/.test(container.user));
    if (own.length + mounted.unasked.length === 0)
      return { state: 'not-applicable', because: 'every service with a secret begins as root, which reads it' };
    return {
      state: 'collected',
      facts: { secrets: await Promise.all(own.map((one) => readAs(context, one))), unasked: [...mounted.unasked] },
      sources: [],
    };
  },
});

/** SEC-14: no placeholder came into a container through a file or an image. */
const values = defineCheck<RunningFacts>({
  code: 'SEC-14',
  summary: 'running containers were given no placeholder as a secret',
  needs: 'live',
  facts: RunningFacts,
  collect: async (context) => {
    const mounted = await mountedSecrets(context);
    if (!mounted) return notUp(context);
    const secrets = await classesOf(context, mounted.secrets);
    if (secrets.length + mounted.unasked.length === 0)
      return { state: 'not-applicable', because: 'no container has a secret from a file or from its image' };
    const looked = `${counted(secrets.length, 'secret')} from files and images, in ${counted(new Set(secrets.map(({ service }) => service)).size, 'service')}`;
    return { state: 'collected', facts: { looked, secrets: secrets.slice(0, MOST), unasked: [...mounted.unasked] }, sources: [] };
  },
});

/** CFG-10: nobody is refused below a volume of its own. */
const volumes = defineCheck<OwnerFacts>({
  code: 'CFG-10',
  summary: 'services may write to their own volumes',
  needs: 'live',
  facts: OwnerFacts,
  collect: async (context) => {
    const services = await liveServices(context);
    if (!services) return notUp(context);
    if ((await containersOf(context)).size === 0)
      return services.length === 0 || context.manifest?.kind !== 'compose'
        ? { state: 'not-applicable', because: 'nothing runs in containers here' }
        : { state: 'gap', because: 'the containers of the stack could not be looked at' };
    const withVolumes = services.filter(({ containers }) => containers.some(({ mounts }) => mounts.length > 0));
    if (withVolumes.length === 0) return { state: 'not-applicable', because: 'no service has a volume' };
    const denials = (await Promise.all(withVolumes.map((service) => denialsOf(context, service)))).flat();
    return {
      state: 'collected',
      facts: { looked: `logs of ${counted(withVolumes.length, 'service')} with volumes`, denials: denials.slice(0, MOST) },
      sources: [],
    };
  },
});

/** What containers see of what they were given. */
export const mounted: readonly CheckPlugin[] = [modes, readers, values, volumes];

async function secretsOr(
  context: CheckContext,
): Promise<Exclude<Awaited<ReturnType<typeof mountedSecrets>>, undefined> | Collected<never>> {
  const found = await mountedSecrets(context);
  if (!found) return notUp(context);
  if (found.secrets.length + found.unasked.length === 0)
    return { state: 'not-applicable', because: 'the compose file gives no service a secret' };
  return found;
}

async function notUp(context: CheckContext): Promise<Collected<never>> {
  const stack = await resolvedStack(context);
  if (typeof stack === 'string') return { state: 'gap', because: stack };
  return stack?.services.length
    ? { state: 'gap', because: 'the stack is not up, so nothing could be looked at' }
    : { state: 'not-applicable', because: 'no stack is up, and no compose file describes one' };
}
