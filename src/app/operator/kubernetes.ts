// app: the Kubernetes cluster that the options name: its policies, its Secrets, and the Lease by which one operator acts.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Leadership, TaskIdentity } from '../../controller/watch/leadership.ts';
import type { Shard } from '../../controller/watch/shard.ts';
import type { LoadPolicies } from '../../policy-sources/file-memory.ts';
import type { InterventionHome } from '../../policy-sources/interventions.ts';
import type { PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { createSteadyClock } from '../../runtime/steady-clock.ts';
import type { OptionValues } from '../options.ts';
import {
  type CarriedState,
  leaseNameFor,
  openShard,
  type ShardSelector,
  shardSelector,
} from './leases/shard.ts';
import { type LeaseOptions, leaseTiming } from './leases/timing.ts';
import type { SecretRef } from './values.ts';

export type KubernetesOptions = Pick<
  OptionValues,
  'kubernetes' | 'kubeconfig' | 'kubeContext' | 'kubeNamespace' | 'kubeLease' | 'selector'
> &
  LeaseOptions;

export interface KubernetesDeps {
  /** Text to resources, through the trust rules. */
  readonly load: LoadPolicies;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As a task of Marathon: there the tasks may say what a Lease says here. */
  readonly task?: TaskIdentity | undefined;
  /** On policies of other sources. */
  readonly carried: CarriedState;
}

export interface Kubernetes {
  readonly source: PolicySource;
  /** The home of the interventions on its policies. */
  readonly interventions: InterventionHome;
  readonly leadership: Leadership;
  /** Whether this instance acts for a pool, or for its operator at all, at this moment. */
  acting(pool: string | undefined): boolean;
  /** Which policies are this operator's. */
  readonly shard: Shard;
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
  { load, clock, log, env, task, carried }: KubernetesDeps,
): Promise<Kubernetes | undefined> {
  const selector = shardSelector(options.selector);
  if (options.kubernetes !== true) {
    if (selector === undefined || task !== undefined) return undefined;
    throw new TerminalError(
      "--selector needs --kubernetes, or an operator that Marathon runs as an app: a Lease in the cluster, or Marathon's tasks and claims, say which of several operators has a pool, and without them two could write to it while a policy's labels change; leave --selector out, or give each operator policies of its own",
    );
  }
  const { kubeNamespace: namespace } = options;
  if (namespace !== undefined && !DNS_LABEL.test(namespace))
    throw new TerminalError(`--kube-namespace: '${namespace}' is not the name of a namespace`);
  const timing = leaseTiming(options);
  // The library takes 0.4 s to load: only who asks for it pays.
  const kube = await import('../../policy-sources/kubernetes/index.ts');
  const cluster = kube.openCluster({ kubeconfig: options.kubeconfig, context: options.kubeContext, env });
  const identity = `${hostname()}_${randomUUID()}`;
  const lease = leaseOf(options, cluster.namespace, selector);
  const api = new kube.KubeApi(cluster, clock);
  const steady = createSteadyClock();
  const elector = new kube.LeaseElector({
    ...{
      store: kube.createLeaseStore(api, lease),
      identity,
      clock: steady,
      random: Math.random,
      log,
      timing,
    },
    onChange: () => {
      pools.look();
      source.leadershipChanged();
    },
  });
  const pools = openShard(kube, selector, {
    ...{ api, lease, identity, timing, clock: steady, log, carried },
    ownLeadership: () => elector.state(),
    onChange: () => source.leadershipChanged(),
  });
  const acting = (pool: string | undefined): boolean =>
    pool === undefined ? elector.state().acting : pools.acting(pool);
  const source = kube.createKubernetesSource(
    { cluster, namespace, identity },
    { load, clock, log, random: Math.random, acting },
  );
  const stop = new AbortController();
  let running: Promise<unknown> | undefined;
  return {
    source,
    interventions: source.interventions,
    leadership: pools.leadership,
    acting,
    shard: pools.shard,
    secret: (ref) => source.secret(ref),
    stand: async () => {
      running ??= Promise.all([elector.run(stop.signal), pools.run(stop.signal)]);
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
  selector: ShardSelector | undefined,
): { readonly namespace: string; readonly name: string } {
  if (kubeLease === undefined)
    return { namespace: ownNamespace, name: selector === undefined ? LEASE : leaseNameFor(selector) };
  const [namespace = '', name = '', ...more] = kubeLease.split('/');
  if (DNS_LABEL.test(namespace) && DNS_NAME.test(name) && more.length === 0) return { namespace, name };
  throw new TerminalError(`--kube-lease: '${kubeLease}' is not NAMESPACE/NAME, such as microscaling/shops`);
}
