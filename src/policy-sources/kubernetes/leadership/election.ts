// policy-sources/kubernetes: election by Lease, by the rules of client-go's leaderelection (tools/leaderelection).

import { spanText } from '../../../api/words/figures.ts';
import { abortable } from '../../../runtime/abort/abortable.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TransientError, WaitError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { LeaseRecord, LeaseStore, SeenLease } from './lease.ts';

export interface ElectionTiming {
  /** Others take a Lease over when they have not seen it change for so long. */
  readonly leaseMs: number;
  /** The holder stops acting when it has not renewed for so long: well before `leaseMs`. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** The usual ones of Kubernetes' own controllers. */
const ELECTION_TIMING: ElectionTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export interface ElectorDeps {
  readonly store: LeaseStore;
  /** Unlike any other instance's, also of the same machine. */
  readonly identity: string;
  /** Of this machine; the clocks of others are never looked at. Must not go back. */
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly timing?: ElectionTiming;
  /** `state` has changed. */
  readonly onChange?: () => void;
}

export interface ElectionState {
  readonly acting: boolean;
  /** For people. */
  readonly reason: string;
  /** Aborts when this instance must not act any more: what it is writing is cut short. */
  readonly lost?: AbortSignal;
}

interface Held {
  /** Until then nobody else can have taken it, whatever happens to us. */
  readonly untilMs: number;
  readonly lost: AbortController;
}

const JITTER = 0.2;
/** So that one call that hangs does not use up the whole deadline. */
const LONGEST_CALL_MS = 4_000;
const CALL_SHARE = 0.4;

/**
 * ```
 *            acquired                     not renewed for renewDeadline, or taken
 * standing by ───────▶ acting (renewing) ──────────────────────────────────────▶ standing by
 * ```
 * `renewDeadline` counts from before the last renewal was sent, others' `leaseDuration` from when they saw it: in
 * between nobody acts, as long as no clock runs faster than another by the ratio of the two.
 */
export class LeaseElector {
  readonly #deps: ElectorDeps;
  readonly #timing: ElectionTiming;
  readonly #callMs: number;
  /** The Lease as last seen, and when it was first seen so. */
  #seen: { readonly lease: SeenLease; readonly atMs: number } | undefined;
  #held: Held | undefined;
  #trouble: string | undefined;
  readonly #first = Promise.withResolvers<void>();

  constructor(deps: ElectorDeps) {
    this.#deps = deps;
    this.#timing = deps.timing ?? ELECTION_TIMING;
    this.#callMs = Math.min(LONGEST_CALL_MS, CALL_SHARE * this.#timing.renewDeadlineMs);
  }

  state(): ElectionState {
    const { store, clock } = this.#deps;
    if (this.#held !== undefined && clock.monotonic() < this.#held.untilMs)
      return { acting: true, reason: `it holds ${store.name}`, lost: this.#held.lost.signal };
    return { acting: false, reason: this.#whyNot() };
  }

  /** Resolves when the first attempt of `run` has succeeded or failed. */
  get asked(): Promise<void> {
    return this.#first.promise;
  }

  /** Resolves when aborted, with the Lease given back. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await this.#attempt(signal);
      this.#first.resolve();
      await clock.sleep(this.#pauseMs(), signal).catch(() => undefined);
    }
    this.#first.resolve();
    await this.#release();
  }

  /** Acquires or renews; what goes wrong is said once and tried again. */
  async #attempt(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const leftMs = this.#held === undefined ? this.#callMs : this.#held.untilMs - clock.monotonic();
    try {
      if (leftMs <= 0) throw new TransientError('it could not be renewed in time');
      await this.#within(Math.min(this.#callMs, leftMs), signal, (within) => this.#acquireOrRenew(within));
      this.#trouble = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#noteTrouble(messageOf(error));
    }
    if (this.#held !== undefined && clock.monotonic() >= this.#held.untilMs) this.#standDown(this.#whyNot());
  }

  /** tryAcquireOrRenew */
  async #acquireOrRenew(signal: AbortSignal): Promise<void> {
    const { store, clock, identity } = this.#deps;
    const startedMs = clock.monotonic();
    const lease = await store.get(signal);
    if (lease === undefined) {
      this.#take(await store.create(this.#record(undefined), signal), startedMs, signal);
      return;
    }
    if (this.#seen?.lease.version !== lease.version) this.#seen = { lease, atMs: clock.monotonic() };
    const { record, version } = lease;
    const isOurs = record.holder === identity;
    if (!isOurs && this.#held !== undefined) this.#standDown(`${record.holder || 'nobody'} holds it`);
    if (!isOurs && record.holder !== '' && clock.monotonic() < this.#expiresAtMs()) return;
    this.#take(await store.replace(this.#record(record), version, signal), startedMs, signal);
  }

  #take(lease: SeenLease, startedMs: number, signal: AbortSignal): void {
    // Nobody waits for this answer any more.
    signal.throwIfAborted();
    const { clock, log, store, onChange } = this.#deps;
    this.#seen = { lease, atMs: clock.monotonic() };
    const untilMs = startedMs + this.#timing.renewDeadlineMs;
    // An answer that took so long says nothing about now.
    if (clock.monotonic() >= untilMs) return;
    const held = this.#held;
    this.#held = { untilMs, lost: held?.lost ?? new AbortController() };
    if (held !== undefined) return;
    log.info('this instance acts: it holds the lease', { lease: store.name, identity: this.#deps.identity });
    onChange?.();
  }

  #standDown(why: string): void {
    const { log, store, onChange } = this.#deps;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    log.warn('this instance stands by: it lost the lease', { lease: store.name, reason: why });
    held.lost.abort(new WaitError(`this instance lost ${store.name}`, this.#timing.retryMs));
    onChange?.();
  }

  /** Given back so that the next one need not wait for it to expire. */
  async #release(): Promise<void> {
    const { store, log, onChange } = this.#deps;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    held.lost.abort(new WaitError('this instance is ending', this.#timing.retryMs));
    onChange?.();
    try {
      await this.#within(this.#callMs, undefined, (signal) => this.#giveBack(signal));
      log.info('the lease is given back', { lease: store.name });
    } catch (error) {
      log.warn('the lease could not be given back; another instance takes it over once it has expired', {
        lease: store.name,
        reason: messageOf(error),
      });
    }
  }

  async #giveBack(signal: AbortSignal): Promise<void> {
    const { store, identity } = this.#deps;
    const lease = await store.get(signal);
    if (lease?.record.holder !== identity) return;
    const free: LeaseRecord = {
      ...lease.record,
      holder: '',
      durationSeconds: 1,
      renewTime: this.#timestamp(),
    };
    await store.replace(free, lease.version, signal);
  }

  #record(before: LeaseRecord | undefined): LeaseRecord {
    const { identity } = this.#deps;
    const now = this.#timestamp();
    const isOurs = before?.holder === identity;
    return {
      holder: identity,
      durationSeconds: this.#timing.leaseMs / 1_000,
      renewTime: now,
      acquireTime: isOurs ? before.acquireTime : now,
      transitions: before === undefined ? 0 : before.transitions + (isOurs ? 0 : 1),
    };
  }

  /** By the duration that its holder said, as client-go does, and by our clock since we saw it. */
  #expiresAtMs(): number {
    if (this.#seen === undefined) return Number.POSITIVE_INFINITY;
    const { lease, atMs } = this.#seen;
    return atMs + (lease.record.durationSeconds * 1_000 || this.#timing.leaseMs);
  }

  #pauseMs(): number {
    const { clock, random } = this.#deps;
    const { retryMs } = this.#timing;
    if (this.#held === undefined) return retryMs * (1 + JITTER * random());
    return Math.max(0, Math.min(retryMs, this.#held.untilMs - clock.monotonic()));
  }

  #whyNot(): string {
    const { store, identity } = this.#deps;
    if (this.#trouble !== undefined) return `${store.name}: ${this.#trouble}`;
    const holder = this.#seen?.lease.record.holder;
    if (holder === undefined) return `${store.name} was not read yet`;
    if (holder === '' || holder === identity) return `${store.name} is being taken`;
    return `${store.name} is held by ${holder}`;
  }

  #noteTrouble(trouble: string): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { log, store } = this.#deps;
    const consequence = this.#held === undefined ? 'this instance stands by' : 'it must be renewed soon';
    log.warn('the lease cannot be had; it is tried again', {
      lease: store.name,
      consequence,
      reason: trouble,
    });
  }

  #timestamp(): string {
    return new Date(this.#deps.clock.now()).toISOString().replace('Z', '000Z');
  }

  async #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = new AbortController();
    const done = new AbortController();
    this.#deps.clock.sleep(ms, done.signal).then(
      () => late.abort(new TransientError(`no answer within ${spanText(ms)}`)),
      () => undefined,
    );
    const within = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      return await abortable(work(within), within);
    } finally {
      done.abort();
    }
  }
}
