// test support: a Kubernetes control plane of its own processes on private ports: etcd and an API server, and where their
// programs are there also controllers, a scheduler, and nodes that pretend to run pods (kwok).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api as Core, type CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { freePort } from '../suite/free-port.ts';
import { until } from '../until.ts';
import { NODES, nodeNamed } from './nodes.ts';
import { STAGES } from './stages.ts';

export interface ControlPlane {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** For further files; gone with it. */
  readonly dir: string;
  /** The API server is killed, and comes back with all it knew. */
  restartApi(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 90_000;
/** Without them Deployments have no pods. */
const WHOLE = ['kube-controller-manager', 'kube-scheduler', 'kwok'];

/** @param assets folder with the programs */
export async function startControlPlane(assets: string): Promise<ControlPlane> {
  const plane = new Processes(assets);
  try {
    await plane.startApi();
    if (WHOLE.every((name) => existsSync(join(assets, name)))) await plane.startControllers();
  } catch (error) {
    const log = `${plane.logOf('etcd')}\n${plane.logOf('kube-apiserver')}`;
    await plane.stop();
    throw new Error(`${String(error)}:\n${log}`);
  }
  return {
    kubeconfig: plane.kubeconfig,
    dir: plane.dir,
    restartApi: () => plane.restartApi(),
    stop: () => plane.stop(),
  };
}

export function writeKubeconfig(
  dir: string,
  { user, server, token }: { readonly user: string; readonly server: string; readonly token: string },
): string {
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

export function configOf(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

class Processes {
  readonly dir = mkdtempSync(join(tmpdir(), 'microscaling-kube-'));
  kubeconfig = '';
  readonly #assets: string;
  readonly #children: ChildProcess[] = [];
  #api: { readonly child: ChildProcess; readonly args: readonly string[] } | undefined;

  constructor(assets: string) {
    this.#assets = assets;
  }

  async startApi(): Promise<void> {
    const { dir } = this;
    const [etcd, peer, api] = [await freePort(), await freePort(), await freePort()];
    const token = randomBytes(16).toString('hex');
    writeFileSync(join(dir, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`);
    const key = spawnSync('openssl', ['genrsa', '-out', join(dir, 'sa.key'), '2048']);
    if (key.status !== 0) throw new Error('openssl genrsa failed; it makes the key of the service accounts');
    this.#run('etcd', [
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
    ]);
    const args = [
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
    ];
    this.#api = { child: this.#run('kube-apiserver', args), args };
    const server = `https://127.0.0.1:${api}`;
    this.kubeconfig = writeKubeconfig(dir, { user: 'admin', server, token });
    await this.#answers();
  }

  async restartApi(): Promise<void> {
    if (this.#api === undefined) throw new Error('there is no API server to restart');
    const { child, args } = this.#api;
    await ended(child);
    this.#api = { child: this.#run('kube-apiserver', args), args };
    await this.#answers();
  }

  async startControllers(): Promise<void> {
    const { kubeconfig, dir } = this;
    const quick = ['--leader-elect=false', '--kube-api-qps=500', '--kube-api-burst=1000'];
    this.#run('kube-controller-manager', [
      `--kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1',
      '--secure-port=0',
      `--service-account-private-key-file=${join(dir, 'sa.key')}`,
      '--concurrent-deployment-syncs=20',
      '--concurrent-replicaset-syncs=20',
      ...quick,
    ]);
    this.#run('kube-scheduler', [
      `--kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${await freePort()}`,
      ...quick,
    ]);
    writeFileSync(join(dir, 'stages.yaml'), STAGES);
    this.#run('kwok', [
      `--kubeconfig=${kubeconfig}`,
      `--config=${join(dir, 'stages.yaml')}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
    ]);
    const core = configOf(kubeconfig).makeApiClient(Core);
    for (const name of NODES) await core.createNode({ body: nodeNamed(name) });
    await until('the nodes to be ready', () => allReady(core), READY_MS);
  }

  logOf(program: string): string {
    const path = join(this.dir, `${program}.log`);
    return existsSync(path) ? readFileSync(path, 'utf8').slice(-2_000) : '';
  }

  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) await ended(child);
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    const core = configOf(this.kubeconfig).makeApiClient(Core);
    const look = (): Promise<boolean> =>
      core.readNamespace({ name: 'default' }).then(
        () => true,
        () => false,
      );
    await until('kube-apiserver to answer', look, READY_MS);
  }

  #run(program: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(this.dir, `${program}.log`), 'a');
    const child = spawn(join(this.#assets, program), args, { cwd: this.dir, stdio: ['ignore', log, log] });
    this.#children.push(child);
    return child;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await over;
}

async function allReady(core: CoreV1Api): Promise<boolean> {
  const { items } = await core.listNode();
  const ready = items.filter(({ status, spec }) => {
    const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
    return isReady === true && (spec?.taints ?? []).length === 0;
  });
  return ready.length >= NODES.length;
}
