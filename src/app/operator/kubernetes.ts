// app: the Kubernetes cluster that the options name: its policies, its Secrets, and the Lease by which one operator acts.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Leadership } from '../../controller/watch/leadership.ts';
import type { LoadPolicies } from '../../policy-sources/file-memory.ts';
import type { InterventionHome } from '../../policy-sources/interventions.ts';
import type { PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { createSteadyClock } from '../../runtime/steady-clock.ts';
import type { OptionValues } from '../options.ts';
import { type LeaseOptions, leaseTiming } from './lease-timing.ts';
import type { SecretRef } from './values.ts';

export type KubernetesOptions = Pick<
  OptionValues,
  'kubernetes' | 'kubeconfig' | 'kubeContext' | 'kubeNamespace' | 'kubeLease'
> &
  LeaseOptions;

export interface KubernetesDeps {
  /** Text to resources, through the trust rules. */
  readonly load: LoadPolicies;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Kubernetes {
  readonly source: PolicySource;
  /** The home of the interventions on its policies. */
  readonly interventions: InterventionHome;
  readonly leadership: Leadership;
  /** Throws TerminalError that says what is missing. */
  secret(ref: SecretRef): string;
  /** Takes part in the election until `close`; resolves when it was asked for the first time, whatever came of it. */
  stand(): Promise<void>;
  /** Gives the Lease back: nothing may be written any more when this is called. */
  close(): Promise<void>;
}

const LEASE = 'microscaling';
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Undefined without `--kubernetes`. Calls nobody yet.
 *
 * @throws TerminalError for a cluster, a namespace or a Lease that there cannot be
 */
export async function openKubernetes(
  options: KubernetesOptions,
  { load, clock, log, env }: KubernetesDeps,
): Promise<Kubernetes | undefined> {
  if (options.kubernetes !== true) return undefined;
  const { kubeNamespace: namespace } = options;
  if (namespace !== undefined && !DNS_LABEL.test(namespace))
    throw new TerminalError(`--kube-namespace: '${namespace}' is not the name of a namespace`);
  const timing = leaseTiming(options);
  // The library takes 0.4 s to load: only who asks for it pays.
  const kube = await import('../../policy-sources/kubernetes/index.ts');
  const cluster = kube.openCluster({ kubeconfig: options.kubeconfig, context: options.kubeContext, env });
  const identity = `${hostname()}_${randomUUID()}`;
  const elector = new kube.LeaseElector({
    store: kube.createLeaseStore(new kube.KubeApi(cluster, clock), leaseOf(options, cluster.namespace)),
    identity,
    clock: createSteadyClock(),
    random: Math.random,
    log,
    timing,
    onChange: () => source.standingChanged(),
  });
  const source = kube.createKubernetesSource(
    { cluster, namespace, identity },
    { load, clock, log, random: Math.random, acting: () => elector.state().acting },
  );
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  return {
    source,
    interventions: source.interventions,
    leadership: async () => elector.state(),
    secret: (ref) => source.secret(ref),
    stand: async () => {
      running ??= elector.run(stop.signal);
      await elector.asked;
    },
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

function leaseOf(
  { kubeLease }: KubernetesOptions,
  ownNamespace: string,
): { readonly namespace: string; readonly name: string } {
  if (kubeLease === undefined) return { namespace: ownNamespace, name: LEASE };
  const [namespace = '', name = '', ...more] = kubeLease.split('/');
  if (DNS_LABEL.test(namespace) && DNS_NAME.test(name) && more.length === 0) return { namespace, name };
  throw new TerminalError(`--kube-lease: '${kubeLease}' is not NAMESPACE/NAME, such as microscaling/shops`);
}
