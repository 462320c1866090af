import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const GOOD = `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: registry.example.com/shop/api:1.4.2
          ports: [{containerPort: 8080}]
          resources: {limits: {memory: 256Mi}}
          readinessProbe: {httpGet: {path: /health, port: 8080}}
`;

test('CFG-17: workloads without limit, probe or pin, and with the node in their hands', async () => {
  const bad =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: shop/api:latest\n          ports: [{containerPort: 8080}]\n';
  const node =
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n        - name: db\n          image: postgres:16.4\n          resources: {limits: {memory: 1Gi}}\n          securityContext: {privileged: true}\n';
  const { found, results } = await audit('CFG-17', { 'k8s/api.yaml': bad, 'k8s/db.yaml': node, 'k8s/good.yaml': GOOD });
  expect(found).toEqual(['P2 k8s/api.yaml: Deployment/api', 'P1 k8s/db.yaml: StatefulSet/db']);
  expect(results[0]?.summary).toBe(
    'Deployment api (k8s/api.yaml:11) has no memory limit, no readiness probe and an image that is not pinned.',
  );
});

test('CFG-17: good workloads, patches, templates, jobs, agents of the node and samples are silent', async () => {
  const agent = GOOD.replace('Deployment', 'DaemonSet')
    .replace('registry.example.com/shop/api:1.4.2', 'prom/node-exporter:v1.8.2')
    .replace('    spec:\n      containers', '    spec:\n      hostNetwork: true\n      hostPID: true\n      containers');
  const { state, found } = await audit('CFG-17', {
    'k8s/base/api.yaml': GOOD,
    'k8s/overlays/prod/api.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          env: []\n',
    'charts/api/templates/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nspec: {{ .Values.spec }}\n',
    'k8s/agent.yaml': agent,
    'examples/pod.yaml': GOOD.replace('1.4.2', 'latest'),
  });
  expect({ state, found }).toEqual({ state: 'collected', found: [] });
  expect((await audit('CFG-17', { 'openapi.yaml': 'openapi: 3.1.0\n' })).state).toBe('not-applicable');
});
