// deploy/kubernetes: what is granted is what is asked for, it builds, and it names options that there are.

import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../../src/app/options.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { startKubeServer } from '../support/kubernetes/kube-server.ts';
import { kubectlMissing, kubectlPrograms } from '../support/kubernetes/kubectl.ts';
import { kubeconfigFor, Person } from '../support/kubernetes/source.ts';
import { doEverything } from '../support/kubernetes/work.ts';

const root = resolve(import.meta.dirname, '../..');
const BASE = join(root, 'deploy/kubernetes/base');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly object[];
  readonly spec?: unknown;
}

function manifests(text: string): readonly Manifest[] {
  return loadAll(text) as Manifest[];
}

/** `patch microscalingpolicies/status.microscaling.io` and so on. */
function granted(): readonly string[] {
  const roles = manifests(readFileSync(join(BASE, 'rbac.yaml'), 'utf8'));
  return roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
      ),
    ),
  );
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string }[];
          readonly securityContext: object;
        }[];
        readonly securityContext: object;
      };
    };
  };
}

function operatorIn(documents: readonly Manifest[]): Deployment['spec']['template']['spec'] {
  const found = documents.find(({ kind }) => kind === 'Deployment') as Deployment | undefined;
  if (found === undefined) throw new Error('there is no Deployment');
  return found.spec.template.spec;
}

const programs = kubectlPrograms();

function built(path: string): readonly Manifest[] {
  const { stdout, stderr, status } = spawnSync(programs[0]?.path ?? 'kubectl', ['kustomize', path], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return manifests(stdout);
}

function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

describe('deploy/kubernetes', () => {
  it('grants exactly the calls that the operator makes', async () => {
    const server = await startKubeServer();
    const kubeconfig = kubeconfigFor(server.url);
    try {
      await doEverything({
        kubeconfig: kubeconfig.path,
        namespace: 'shops',
        person: new Person(kubeconfig.path, 'shops'),
        lease: { namespace: 'microscaling', name: 'microscaling' },
      });
      const asked = server.requests
        .filter(({ agent }) => agent === 'microscaling')
        .map(({ verb, group, resource }) => `${verb} ${resource}.${group}`);
      expect([...new Set(asked)].sort()).toEqual([...new Set(granted())].sort());
    } finally {
      kubeconfig.remove();
      await server.close();
    }
  });

  it('starts the operator with options that there are, neither as root nor with a file system to write to', () => {
    const pod = operatorIn(manifests(readFileSync(join(BASE, 'deployment.yaml'), 'utf8')));
    const [container] = pod.containers;
    const run = COMMANDS.find(({ name }) => name === 'run');
    const known = (run?.options ?? []).map((name) => OPTIONS[name]);
    const flags: readonly string[] = known.map(({ flag }) => flag);
    expect(container?.args[0]).toBe('run');
    const given = (container?.args ?? []).filter((arg) => arg.startsWith('--'));
    expect(given).not.toEqual([]);
    expect(flags).toEqual(expect.arrayContaining(given));
    const variables = [...known.flatMap(({ env }): readonly string[] => env), 'MICROSCALING_API_TOKEN'];
    const named = (container?.env ?? []).map(({ name }) => name);
    expect(named).not.toEqual([]);
    expect(variables).toEqual(expect.arrayContaining(named));
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
    });
  });

  describe.skipIf(kubectlMissing(programs))('with kubectl', () => {
    it('builds, with the CRDs and everything in its namespace', () => {
      const documents = built('deploy/kubernetes');
      expect(documents.map(({ kind }) => kind).sort()).toEqual([
        'ClusterRole',
        'ClusterRole',
        'ClusterRole',
        'ClusterRole',
        'ClusterRoleBinding',
        'CustomResourceDefinition',
        'CustomResourceDefinition',
        'CustomResourceDefinition',
        'Deployment',
        'Namespace',
        'Role',
        'RoleBinding',
        'Service',
        'ServiceAccount',
      ]);
    });

    it('builds with the overlay, whose volume, image and settings take the place of others', () => {
      const pod = operatorIn(built('deploy/kubernetes/overlays/example'));
      const variables = OPTIONS.allowAppPrefix.env;
      expect(pod.containers).toMatchObject([{ image: expect.stringMatching(/^registry\.example\/.*:\d/) }]);
      expect(pod.containers[0]?.env.map(({ name }) => name)).toContain(variables[0]);
      expect(pod).toMatchObject({ volumes: [{ persistentVolumeClaim: {} }, { emptyDir: {} }] });
    });

    it('adds the roles of the components that an overlay names, those for scaling bound to nobody but for room', () => {
      const dir = mkdtempSync(join(tmpdir(), 'microscaling-overlay-'));
      try {
        for (const folder of ['crds', 'deploy'])
          cpSync(join(root, folder), join(dir, folder), { recursive: true });
        const overlay = join(dir, 'deploy/kubernetes/overlays/mine');
        cpSync(join(dir, 'deploy/kubernetes/overlays/example'), overlay, { recursive: true });
        appendFileSync(
          join(overlay, 'kustomization.yaml'),
          'components: [../../components/scale, ../../components/shard]\n',
        );
        const before = built('deploy/kubernetes/overlays/example').map(titleOf);
        const documents = built(overlay);
        expect(documents.map(titleOf).filter((name) => !before.includes(name))).toEqual([
          'Role microscaling-shard',
          'ClusterRole microscaling-idle-victims',
          'ClusterRole microscaling-room',
          'ClusterRole microscaling-scale',
          'ClusterRole microscaling-scale-rollouts',
          'RoleBinding microscaling-shard',
          'ClusterRoleBinding microscaling-room',
        ]);
        const account = { kind: 'ServiceAccount', name: 'microscaling', namespace: 'microscaling' };
        const binding = documents.find(({ roleRef }) => roleRef?.name === 'microscaling-room');
        expect(binding?.subjects).toEqual([account]);
        const shard = documents.find(({ roleRef }) => roleRef?.name === 'microscaling-shard');
        expect(shard?.subjects).toEqual([account]);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  });
});
