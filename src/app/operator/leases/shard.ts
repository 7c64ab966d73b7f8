// app: `--selector`: the part of the policies that this operator runs, and in Kubernetes the Leases that say which has a pool.
// Without one it runs all that nobody else has.

import { createHash } from 'node:crypto';
import { type LabelSelector, parseLabelSelector } from '../../../api/labels/label-selector.ts';
import type { StoredInterventions } from '../../../controller/interventions/stored-interventions.ts';
import type { Leadership } from '../../../controller/watch/leadership.ts';
import type { Shard } from '../../../controller/watch/shard.ts';
import type { ElectionTiming, KubeApi, LeaseStore } from '../../../policy-sources/kubernetes/index.ts';
import type { PoolInterventions, PoolLearning } from '../../../policy-sources/pools-to-run.ts';
import { PoolLeases, type PoolLeasesDeps } from '../../../policy-sources/shared-pools/pool-leases.ts';
import { UnclaimedPools } from '../../../policy-sources/shared-pools/unclaimed-pools.ts';
import { abortable } from '../../../runtime/abort/abortable.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { Logger } from '../../../runtime/log.ts';

export interface ShardSelector extends LabelSelector {
  /** As it was written. */
  readonly text: string;
}

const FLAG = '--selector';
const SIMPLE = /^([a-z0-9-]+)=([a-z0-9-]+)$/;
const LONGEST_PART = 40;
const HASH_LENGTH = 8;

/**
 * Undefined without `--selector`.
 *
 * @throws TerminalError that says what is wrong, and where in the text
 */
export function shardSelector(text: string | undefined): ShardSelector | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === '')
    throw new TerminalError(`${FLAG}: it is empty; leave it out for an operator that runs every policy`);
  const selector = parseLabelSelector(text);
  if ('problem' in selector)
    throw new TerminalError(`${FLAG}: ${selector.problem} (column ${selector.column} of '${text}')`);
  return { ...selector, text };
}

/**
 * The name of the Lease of an operator that was given none: the same for all instances of one operator, and another one for
 * every selector. `shard=a`: `microscaling-shard.a`.
 */
export function leaseNameFor({ text }: ShardSelector): string {
  const [simple, key, value] = SIMPLE.exec(text.trim()) ?? [];
  if (simple !== undefined && simple.length <= LONGEST_PART) return `microscaling-${key}.${value}`;
  return `microscaling-${createHash('sha256').update(text.trim()).digest('hex').slice(0, HASH_LENGTH)}`;
}

/** What goes along with a pool to the operator that has it next. */
export interface CarriedState {
  readonly stored: Pick<StoredInterventions, 'subscribe'>;
  readonly interventions: PoolInterventions;
  readonly learning: PoolLearning;
}

export interface ShardParts {
  readonly carried: CarriedState;
  readonly api: KubeApi;
  /** The operator's own. */
  readonly lease: { readonly namespace: string; readonly name: string };
  readonly timing: ElectionTiming;
  readonly identity: string;
  /** Must not go back. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this instance acts for its operator. */
  readonly ownLeadership: PoolLeasesDeps['ownLeadership'];
  readonly onChange: () => void;
}

export interface OpenShard {
  readonly shard: Shard;
  /** Of a pool what its Lease says, of everything else what the operator's own Lease says. */
  readonly leadership: Leadership;
  /** Whether this instance acts for a pool at this moment. */
  acting(pool: string): boolean;
  /** Whether it acts at all is different now. */
  look(): void;
  /** Until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

type Kube = typeof import('../../../policy-sources/kubernetes/index.ts');

/**
 * Calls nobody yet.
 *
 * @param selector absent: of an operator that runs everything that no other one has
 */
export function openShard(kube: Kube, selector: ShardSelector | undefined, parts: ShardParts): OpenShard {
  return selector === undefined ? openWhole(kube, parts) : openPart(kube, selector, parts);
}

function openWhole(kube: Kube, { api, lease, timing, onChange, carried, ...parts }: ShardParts): OpenShard {
  const listeners: ((pool: string) => void)[] = [];
  const pools: UnclaimedPools = new UnclaimedPools({
    ...parts,
    store: kube.createPoolLeaseStore(api, lease.namespace),
    isRefusal: (error) => isStatus(error, 403),
    retryMs: timing.retryMs,
    onChange: (pool) => {
      endLost([pool], whole);
      for (const listener of listeners) listener(pool);
      onChange();
    },
  });
  const whole = { pools, interventions: carried.interventions, operator: lease.name };
  return {
    shard: wholeShard(whole, listeners),
    leadership: wholeLeadership(pools, async () => parts.ownLeadership()),
    acting: (pool) => pools.state(pool).acting,
    look: () => undefined,
    run: (signal) => pools.run(signal),
  };
}

/** @param ownLeadership of this instance of the operator, asked for anew */
export function wholeLeadership(
  pools: UnclaimedPools,
  ownLeadership: (signal: AbortSignal) => ReturnType<Leadership>,
): Leadership {
  return async (signal, pool) => {
    const state = await ownLeadership(signal);
    if (pool === undefined || !state.acting) return state;
    // So that nobody is told that it stands by where it has only just been started.
    const { asked } = pools;
    if (asked !== undefined) await abortable(asked, signal);
    return pools.state(pool);
  };
}

function openPart(
  kube: Kube,
  selector: ShardSelector,
  { api, lease: { namespace, name }, timing, onChange, carried, ...parts }: ShardParts,
): OpenShard {
  const listeners: ((pool: string) => void)[] = [];
  const storeOf = (other: string): LeaseStore => kube.createLeaseStore(api, { namespace, name: other });
  const leases = new PoolLeases({
    ...parts,
    store: kube.createPoolLeaseStore(api, namespace),
    watch: new kube.LeaseWatch({ storeOf, clock: parts.clock }),
    ...{ operator: name, durationSeconds: timing.leaseMs / 1_000, retryMs: timing.retryMs },
    random: Math.random,
    ...{ interventions: carried.interventions, learning: carried.learning },
    onChange: (pool) => {
      for (const listener of listeners) listener(pool);
      onChange();
    },
  });
  carried.stored.subscribe(() => leases.interventionsChanged());
  const { ownLeadership } = parts;
  return {
    shard: partShard(selector, leases, listeners),
    leadership: async (_, pool) => (pool === undefined ? ownLeadership() : leases.state(pool)),
    acting: (pool) => leases.state(pool).acting,
    look: () => leases.look(),
    run: (signal) => leases.run(signal),
  };
}

/** An operator without a selector. */
export interface Whole {
  readonly pools: Pick<UnclaimedPools, 'follow' | 'owner'>;
  readonly interventions: Pick<PoolInterventions, 'lost'>;
  /** As in the Leases of pools that it had when it was given a selector. */
  readonly operator: string;
}

/** What people said here of pools that others have is over: it is not to be in force when a pool is back, weeks later. */
export function endLost(among: Iterable<string>, { pools, interventions, operator: ours }: Whole): void {
  for (const pool of among) {
    const owner = pools.owner(pool);
    if (owner !== undefined && owner.operator !== ours) interventions.lost(pool, owner.operator);
  }
}

/** @param listeners called with every pool that somebody else may have now */
export function wholeShard(whole: Whole, listeners: ((pool: string) => void)[]): Shard {
  const { pools } = whole;
  return {
    selector: '',
    selects: () => true,
    isAbout: () => false,
    follow: (known) => {
      pools.follow(known);
      // The policies of a pool may have been listed after its Lease was.
      endLost(known.ours, whole);
    },
    owner: (pool) => pools.owner(pool),
    has: (pool) => pools.owner(pool) === undefined,
    subscribe: (listener) => listeners.push(listener),
  };
}

/** @param listeners called with every pool that somebody else may have now */
export function partShard(
  { text, keys, matches }: ShardSelector,
  leases: Pick<PoolLeases, 'follow' | 'owner' | 'has'>,
  listeners: ((pool: string) => void)[],
): Shard {
  return {
    selector: text,
    selects: matches,
    isAbout: (labels) => keys.some((key) => Object.hasOwn(labels, key)),
    follow: (pools) => leases.follow(pools),
    owner: (pool) => leases.owner(pool),
    has: (pool) => leases.has(pool),
    subscribe: (listener) => listeners.push(listener),
  };
}
