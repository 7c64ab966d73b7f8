// test support: a real kube-apiserver, where there is one: TEST_KUBECONFIG names a cluster with the CRDs for tests to write
// to, or KUBEBUILDER_ASSETS a directory with etcd and kube-apiserver, which are started for the test.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiextensionsV1Api, CoreV1Api, KubeConfig, loadYaml } from '@kubernetes/client-node';
import { freePort } from '../programs/azurite.ts';
import { ROOT } from '../programs/command.ts';
import { until } from '../until.ts';

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
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-kube-'));
  const [etcd, peer, api] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(dir, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`);
  const key = spawnSync('openssl', ['genrsa', '-out', join(dir, 'sa.key'), '2048']);
  if (key.status !== 0) throw new Error('openssl genrsa failed; it makes the key of the service accounts');
  const processes = [
    run(dir, join(assets, 'etcd'), [
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
    ]),
    run(dir, join(assets, 'kube-apiserver'), [
      `--etcd-servers=http://127.0.0.1:${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${api}`,
      `--cert-dir=${join(dir, 'certs')}`,
      `--token-auth-file=${join(dir, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(dir, 'sa.key')}`,
      `--service-account-signing-key-file=${join(dir, 'sa.key')}`,
      '--service-cluster-ip-range=10.96.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
    ]),
  ];
  const kubeconfig = writeConfig(dir, 'admin', `https://127.0.0.1:${api}`, token);
  const stop = async (): Promise<void> => {
    for (const process of processes.reverse()) await ended(process);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await until('kube-apiserver to answer', () => answers(kubeconfig), 60_000);
  } catch (error) {
    const log = readFileSync(join(dir, 'kube-apiserver.log'), 'utf8').slice(-2_000);
    await stop();
    throw new Error(`${String(error)}:\n${log}`);
  }
  return {
    kubeconfig,
    asServiceAccount: (namespace, name) => accountConfig({ kubeconfig, dir }, namespace, name),
    stop,
  };
}

function run(dir: string, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(dir, `${program.slice(program.lastIndexOf('/') + 1)}.log`), 'w');
  return spawn(program, args, { stdio: ['ignore', log, log] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const over = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await over;
}

function writeConfig(dir: string, user: string, server: string, token: string): string {
  const path = join(dir, `${user}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'real',
    clusters: [{ name: 'real', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function configOf(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

async function answers(kubeconfig: string): Promise<boolean> {
  const core = configOf(kubeconfig).makeApiClient(CoreV1Api);
  return core.readNamespace({ name: 'default' }).then(
    () => true,
    () => false,
  );
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
  return writeConfig(dir, `${namespace}-${name}`, server, status?.token ?? '');
}

async function installCrds(kubeconfig: string): Promise<void> {
  const api = configOf(kubeconfig).makeApiClient(ApiextensionsV1Api);
  for (const file of ['microscalingpolicies', 'capacitypools']) {
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
