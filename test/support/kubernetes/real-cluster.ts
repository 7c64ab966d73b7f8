// test support: a real kube-apiserver, where there is one: TEST_KUBECONFIG names a cluster with the CRDs for tests to write
// to, or KUBEBUILDER_ASSETS a directory with etcd and kube-apiserver, which are started for the test.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiextensionsV1Api, CoreV1Api, loadYaml } from '@kubernetes/client-node';
import { ROOT } from '../programs/command.ts';
import { until } from '../until.ts';
import { configOf, startControlPlane, writeKubeconfig } from './control-plane.ts';

const GIVEN = process.env['TEST_KUBECONFIG'];
const ASSETS = process.env['KUBEBUILDER_ASSETS'];

/**
 * `describe.skipIf(noCluster())`. Prints the reason. It also skips under CI: no package of Debian's holds a
 * kube-apiserver.
 */
export function noCluster(): boolean {
  if (GIVEN !== undefined || ASSETS !== undefined) return false;
  console.warn(
    'tests with a real kube-apiserver skipped: set TEST_KUBECONFIG (a cluster that tests may write to) or KUBEBUILDER_ASSETS (etcd and kube-apiserver)',
  );
  return true;
}

export interface RealCluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of a kubeconfig of this service account. */
  asServiceAccount(namespace: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

/** With our CRDs in it. */
export async function startCluster(): Promise<RealCluster> {
  const cluster = GIVEN === undefined ? await start(resolve(ASSETS ?? '')) : given(GIVEN);
  await installCrds(cluster.kubeconfig);
  return cluster;
}

function given(kubeconfig: string): RealCluster {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-kube-'));
  return {
    kubeconfig,
    asServiceAccount: (namespace, name) => accountConfig({ kubeconfig, dir }, namespace, name),
    stop: async () => rmSync(dir, { recursive: true, force: true }),
  };
}

async function start(assets: string): Promise<RealCluster> {
  const { kubeconfig, dir, stop } = await startControlPlane(assets);
  return {
    kubeconfig,
    asServiceAccount: (namespace, name) => accountConfig({ kubeconfig, dir }, namespace, name),
    stop,
  };
}

async function accountConfig(
  { kubeconfig, dir }: { readonly kubeconfig: string; readonly dir: string },
  namespace: string,
  name: string,
): Promise<string> {
  const config = configOf(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const { status } = await core.createNamespacedServiceAccountToken({
    namespace,
    name,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  });
  const server = config.getCurrentCluster()?.server ?? '';
  return writeKubeconfig(dir, { user: `${namespace}-${name}`, server, token: status?.token ?? '' });
}

async function installCrds(kubeconfig: string): Promise<void> {
  const api = configOf(kubeconfig).makeApiClient(ApiextensionsV1Api);
  for (const file of ['microscalingpolicies', 'capacitypools', 'interventions']) {
    const path = join(ROOT, 'crds', `${file}.yaml`);
    if (!existsSync(path)) throw new Error(`${path} is not there`);
    const body = loadYaml(readFileSync(path, 'utf8')) as Parameters<
      typeof api.createCustomResourceDefinition
    >[0]['body'];
    await api.createCustomResourceDefinition({ body }).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 409) throw error;
    });
    const established = async (): Promise<boolean> => {
      const { status } = await api.readCustomResourceDefinition({ name: `${file}.microscaling.io` });
      return (
        status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') ?? false
      );
    };
    await until(`${file} to be established`, established);
  }
}
