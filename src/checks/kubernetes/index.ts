import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckPlugin } from '../contract.ts';
import { unpinned, watchesHost } from '../repository/images.ts';
import { kubernetesObjects, type KubernetesObject } from '../repository/kubernetes.ts';
import { WorkloadFacts, type Fault } from './judge.ts';

const MOST = 100;
const Container = z.looseObject({
  image: z.string().optional(),
  resources: z.looseObject({ limits: z.looseObject({ memory: z.union([z.string(), z.number()]).optional() }).nullish() }).nullish(),
  readinessProbe: z.unknown().optional(),
  ports: z.array(z.unknown()).nullish(),
  securityContext: z.looseObject({ privileged: z.boolean().optional() }).nullish(),
});
type Container = z.output<typeof Container>;

const Workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({ containers: z.array(Container).min(1), hostNetwork: z.boolean().optional(), hostPID: z.boolean().optional() }),
    }),
  }),
});

/** CFG-17: workloads of the manifests have what keeps them and their node alive. */
const workloads = defineCheck<WorkloadFacts>({
  code: 'CFG-17',
  summary: 'Kubernetes workloads have probes, memory limits, pinned images and no hold on their node',
  needs: 'static',
  facts: WorkloadFacts,
  collect: async (context) => {
    const { objects, files, unread } = await kubernetesObjects(context);
    if (unread > 0)
      return { state: 'gap', because: `${counted(unread, 'manifest')} could not be read: larger than 512 kB, gone, or too many` };
    const all = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet').flatMap(read);
    if (all.length === 0)
      return { state: 'not-applicable', because: 'no tracked manifest describes a workload, templates and patches aside' };
    const faulty = all.filter(({ faults }) => faults.length > 0);
    return {
      state: 'collected',
      facts: { looked: `${counted(all.length, 'workload')} in ${counted(files, 'manifest')}`, workloads: faulty.slice(0, MOST) },
      sources: [...new Set(faulty.map(({ path }) => path))].slice(0, 10).map((file) => ({ file })),
    };
  },
});

/** Manifests of Kubernetes. */
export const kubernetes: readonly CheckPlugin[] = [workloads];

function read({ path, kind, name, document, data }: KubernetesObject): WorkloadFacts['workloads'] {
  const parsed = Workload.safeParse(data);
  if (!parsed.success) return [];
  const { containers, hostNetwork, hostPID } = parsed.data.spec.template.spec;
  // A patch of kustomize names a container without its image: what it leaves out stands in the base.
  if (containers.some(({ image }) => image === undefined)) return [];
  const watches = containers.every(({ image }) => watchesHost(image ?? ''));
  const own = containers.flatMap((container) => faultsOf(container, kind));
  const host: Fault[] = hostNetwork === true || hostPID === true ? ['host'] : [];
  const faults = [...new Set([...own, ...host])].filter((fault) => !(watches && (fault === 'host' || fault === 'privileged')));
  return [{ path, line: document.line(['spec', 'template', 'spec', 'containers']), kind, name, faults }];
}

function faultsOf({ image = '', resources, readinessProbe, ports, securityContext }: Container, kind: string): Fault[] {
  const serves = kind !== 'DaemonSet' && (ports ?? []).length > 0;
  return [
    ...(securityContext?.privileged === true ? (['privileged'] as const) : []),
    ...(resources?.limits?.memory === undefined ? (['no-memory-limit'] as const) : []),
    ...(serves && readinessProbe === undefined ? (['no-readiness'] as const) : []),
    // `image: api` is what kustomize or a deployment gives its tag; without a registry or a tag it may be a stand-in.
    ...(unpinned(image) !== undefined && (image.includes(':') || image.includes('/')) ? (['unpinned'] as const) : []),
  ];
}
