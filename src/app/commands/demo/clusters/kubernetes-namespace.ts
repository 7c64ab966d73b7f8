// app: the namespace of a demo: whose it is stands on it, and everything of the demo is in it and goes with it.

import { hostname } from 'node:os';
import type { Clock } from '../../../../runtime/clock.ts';
import { TerminalError } from '../../../../runtime/errors.ts';
import type { KubeApi } from '../../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../../runtime/kubernetes/objects.ts';
import type { ResourcePath } from '../../../../runtime/kubernetes/resource-path.ts';
import { DEMO_LABEL } from './docker-image.ts';
import { isRunning } from './process.ts';

/** As `specs/demos/queue-demo-kubernetes.yaml` names it. */
export const DEMO_NAMESPACE = 'microscaling-demo';

/** Annotations: the machine and the process that it goes with. */
const MACHINE = 'microscaling.io/demo-machine';
const PROCESS = 'microscaling.io/demo-process';

const NAMESPACES: ResourcePath = { group: '', version: 'v1', resource: 'namespaces' };
const OURS: ResourcePath = { ...NAMESPACES, name: DEMO_NAMESPACE };
const PODS: ResourcePath = { group: '', version: 'v1', resource: 'pods', namespace: DEMO_NAMESPACE };

/** Pods have five seconds to end, and a cluster tidies up in its own time. */
const GONE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

export class DemoNamespace {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  #isMade = false;

  constructor(api: KubeApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * Takes away what is left of a demo that was killed.
   *
   * @throws TerminalError while another demo goes on, and for a namespace that is no demo's
   */
  async make(signal: AbortSignal): Promise<void> {
    const found = await this.#look(signal);
    if (found !== undefined) {
      refuseForeign(found);
      if (found.metadata.deletionTimestamp === undefined) await this.#api.delete(OURS, signal);
      await this.#untilGone(signal);
    }
    const annotations = { [MACHINE]: hostname(), [PROCESS]: String(process.pid) };
    const metadata = { name: DEMO_NAMESPACE, labels: { [DEMO_LABEL]: 'true' }, annotations };
    // Before it is asked for: a call that is cut short may have made it.
    this.#isMade = true;
    try {
      await this.#api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, signal);
    } catch (error) {
      // Somebody else's.
      if (isStatus(error, 409)) this.#isMade = false;
      throw error;
    }
  }

  /** Resolves to how many pods are left. Not cut short: nothing may outlive the demo. */
  async remove(): Promise<number> {
    if (!this.#isMade) return 0;
    const signal = AbortSignal.timeout(GONE_WITHIN_MS);
    await this.#api.delete(OURS, signal).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error;
    });
    const isGone = await this.#untilGone(signal).then(
      () => true,
      () => false,
    );
    if (isGone) return 0;
    return (await this.#api.list(PODS, AbortSignal.timeout(LOOK_EVERY_MS * 10))).items?.length ?? 0;
  }

  async #untilGone(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(GONE_WITHIN_MS);
    while ((await this.#look(signal)) !== undefined) {
      if (late.aborted)
        throw new TerminalError(`the namespace ${DEMO_NAMESPACE} of an earlier demo does not go away`);
      await this.#clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  async #look(signal: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await this.#api.get(OURS, signal);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

function refuseForeign({ metadata }: KubeObject): void {
  const { labels, annotations, deletionTimestamp } = metadata;
  if (labels?.[DEMO_LABEL] !== 'true')
    throw new TerminalError(`the cluster has a namespace ${DEMO_NAMESPACE} that is not a demo's`);
  if (deletionTimestamp !== undefined) return;
  const [machine, pid] = [annotations?.[MACHINE], Number(annotations?.[PROCESS])];
  if (machine === hostname() && !isRunning(pid)) return;
  throw new TerminalError(
    `another demo (process ${pid} on ${machine}) runs in this cluster: end it first, or kubectl delete namespace ${DEMO_NAMESPACE} if it was killed`,
  );
}
