// app: the tutorial's programs as Deployments, and the queue's account as their Secret. The operator only sets their counts.

import { isIPv4 } from 'node:net';
import type { ResourcePath } from '../../../../runtime/kubernetes/resource-path.ts';
import { DEMO_NAMESPACE } from './kubernetes-namespace.ts';

export interface DemoObject {
  readonly path: ResourcePath;
  readonly body: object;
}

interface Objects {
  readonly image: string;
  /** Where pods reach this machine. */
  readonly address: string;
  /** Of the programs, the queue's key among them. */
  readonly variables: Readonly<Record<string, string>>;
}

const SECRET = 'queue-demo';

const PROGRAMS = [
  { name: 'consumer', replicas: 1, env: { CONSUMER_SECONDS_PER_MESSAGE: '0.2' } },
  { name: 'remainder', replicas: 1, env: {} },
  { name: 'producer', replicas: 3, env: { PRODUCER_MESSAGES_PER_SECOND: '5' } },
] as const;

export function objectsOf({ image, address, variables }: Objects): readonly DemoObject[] {
  const secret: DemoObject = {
    path: { group: '', version: 'v1', resource: 'secrets' },
    body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET }, stringData: variables },
  };
  const deployments = PROGRAMS.map(
    (program): DemoObject => ({
      path: { group: 'apps', version: 'v1', resource: 'deployments' },
      body: deploymentOf(program, { image, hostNetwork: isLoopback(address) }),
    }),
  );
  return [secret, ...deployments];
}

function deploymentOf(
  { name, replicas, env }: (typeof PROGRAMS)[number],
  { image, hostNetwork }: { readonly image: string; readonly hostNetwork: boolean },
): object {
  const labels = { app: name };
  const variables = { ...env, MICROSCALING_APP: `Deployment ${DEMO_NAMESPACE}/${name}` };
  const container = {
    name: 'program',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['program', name],
    env: Object.entries(variables).map(([variable, value]) => ({ name: variable, value })),
    envFrom: [{ secretRef: { name: SECRET } }],
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 1000,
      capabilities: { drop: ['ALL'] },
    },
  };
  const spec = {
    containers: [container],
    terminationGracePeriodSeconds: 5,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // Queue and counters are on this machine's loopback, which pods share on a node that is this machine.
    ...(hostNetwork && { hostNetwork: true }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
