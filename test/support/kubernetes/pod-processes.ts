// test support: what nodes that only pretend do not do: runs the programs of a namespace's pods as processes of this machine, from
// when a pod is said to run until it is told to go.

import { type ChildProcess, spawn } from 'node:child_process';
import { CoreV1Api, type V1Pod, Watch } from '@kubernetes/client-node';
import { ROOT } from '../programs/command.ts';
import { until } from '../until.ts';
import { configOf } from './control-plane.ts';

export class PodProcesses {
  readonly #kubeconfig: string;
  readonly #namespace: string;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #over = new AbortController();
  #isOver = false;

  /** The namespace may come later. */
  constructor(kubeconfig: string, namespace: string) {
    this.#kubeconfig = kubeconfig;
    this.#namespace = namespace;
    void this.#follow();
  }

  get running(): number {
    return [...this.#processes.values()].filter(goesOn).length;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#over.abort();
    for (const child of this.#processes.values()) child.kill('SIGKILL');
    await until('every process to be gone', () => this.running === 0);
  }

  /** The server ends a watch now and then. */
  async #follow(): Promise<void> {
    const watch = new Watch(configOf(this.#kubeconfig));
    const path = `/api/v1/namespaces/${this.#namespace}/pods`;
    while (!this.#isOver) {
      const ended = Promise.withResolvers<void>();
      const open = await watch
        .watch(
          path,
          {},
          (type, pod: V1Pod) => this.#see(type, pod),
          () => ended.resolve(),
        )
        .catch(() => undefined);
      if (open === undefined) return;
      this.#over.signal.addEventListener('abort', () => open.abort(), { once: true });
      await ended.promise;
    }
  }

  #see(type: string, pod: V1Pod): void {
    const uid = pod.metadata?.uid ?? '';
    const isGoing = type === 'DELETED' || pod.metadata?.deletionTimestamp !== undefined;
    const known = this.#processes.get(uid);
    if (isGoing) known?.kill('SIGTERM');
    else if (known === undefined && pod.status?.phase === 'Running' && !this.#isOver)
      void this.#run(uid, pod);
  }

  async #run(uid: string, { spec }: V1Pod): Promise<void> {
    const [container] = spec?.containers ?? [];
    // Its place is taken before anything is waited for.
    const env: Record<string, string> = { PATH: process.env['PATH'] ?? '' };
    const core = configOf(this.#kubeconfig).makeApiClient(CoreV1Api);
    const starting = spawn('sh', ['-c', 'read -r line && eval "$line"'], {
      cwd: ROOT,
      stdio: ['pipe', 'ignore', 'ignore'],
      env,
    });
    this.#processes.set(uid, starting);
    const assigned: string[] = [];
    for (const { secretRef } of container?.envFrom ?? []) {
      const name = secretRef?.name ?? '';
      const { data = {} } = await core.readNamespacedSecret({ name, namespace: this.#namespace });
      for (const [key, value] of Object.entries(data))
        assigned.push(`${key}=${quoted(Buffer.from(value, 'base64').toString())}`);
    }
    for (const { name, value = '' } of container?.env ?? []) assigned.push(`${name}=${quoted(value)}`);
    const args = (container?.args ?? []).map(quoted).join(' ');
    starting.stdin.on('error', () => undefined);
    starting.stdin.end(
      `${assigned.join(' ')} exec ${quoted(process.execPath)} ${quoted(`${ROOT}/src/cli/main.ts`)} ${args}\n`,
    );
  }
}

function goesOn({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
