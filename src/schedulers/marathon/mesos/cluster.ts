// schedulers/marathon/mesos: the cluster as the Mesos master sees it, read now and then, never waited for twice.

import type { AppObservation } from '../../../core/observation.ts';
import { abortable } from '../../../runtime/abort/abortable.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TransientError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { RoomNeed, RoomQuestion } from '../../scheduler.ts';
import { tryJson } from '../http/failure.ts';
import { type HttpAnswer, NoAnswer } from '../http/transport.ts';
import { isObject, UnexpectedAnswer } from '../schema.ts';
import { type Claim, countRoom } from './room.ts';
import { parseAgents, parseQuota } from './schema.ts';

export interface MesosClusterOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Base URL of any master, without trailing slash; asked for again after a failure, for leaders change. */
  readonly url: (signal: AbortSignal) => Promise<string>;
  readonly get: (base: string, path: string, signal: AbortSignal) => Promise<HttpAnswer>;
}

/** The master's two answers, and what our apps used when they were given. */
interface Reading {
  readonly slaves: unknown;
  readonly roles: unknown;
  readonly atMs: number;
  /** By app id: where its tasks held resources then. */
  readonly tasks: Map<string, ReadonlyMap<string, number>>;
}

/** An answer, and who gave it. */
interface Seen {
  readonly body: unknown;
  readonly base: string;
}

/** The master is asked no more often than this, whatever the number of pools and rounds. */
const FRESH_MS = 5_000;
/** How often is checked that the master shows all it has. It allows two such questions a second, to everybody together. */
const CHECK_MS = 60_000;
/** So long the last reading serves while the master does not answer. */
const USABLE_MS = 30_000;

export class MesosCluster {
  readonly #options: MesosClusterOptions;
  readonly #closing: AbortSignal;
  #reading: Reading | undefined;
  #base: string | undefined;
  #failure: unknown;
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #hidden = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(options: MesosClusterOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** @throws TransientError when the cluster cannot be looked at */
  async room(
    { role, headroom, apps }: RoomQuestion,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const reading = await this.#current(signal);
    const claims = apps.map((need) => claimOf(need, reading.tasks));
    try {
      const state = { agents: parseAgents(reading.slaves, role), quota: parseQuota(reading.roles, role) };
      return countRoom(state, claims, headroom);
    } catch (error) {
      if (!(error instanceof UnexpectedAnswer)) throw error;
      throw new TransientError(`counting room: Mesos answered something unexpected (${error.message})`);
    }
  }

  /** Waits only when there is nothing to go by: a master that hangs must not hold up round after round. */
  async #current(signal: AbortSignal): Promise<Reading> {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - this.#askedAtMs >= FRESH_MS) this.#ask(nowMs);
    const usable = (): Reading | undefined => {
      const reading = this.#reading;
      return reading !== undefined && nowMs - reading.atMs < USABLE_MS ? reading : undefined;
    };
    if (usable() === undefined && this.#failure === undefined && this.#loading !== undefined) {
      await abortable(this.#loading, signal);
    }
    const reading = usable();
    if (reading === undefined) throw this.#failure;
    return reading;
  }

  #ask(nowMs: number): void {
    if (this.#loading !== undefined) return;
    this.#askedAtMs = nowMs;
    this.#loading = this.#read(nowMs).then(
      (reading) => {
        this.#reading = reading;
        this.#failure = undefined;
        this.#loading = undefined;
      },
      (error: unknown) => {
        this.#failure = error;
        this.#base = undefined;
        this.#loading = undefined;
      },
    );
  }

  async #read(atMs: number): Promise<Reading> {
    const base = this.#base ?? (await this.#options.url(this.#closing));
    this.#base = base;
    const [slaves, roles] = await Promise.all([this.#get(base, '/slaves'), this.#get(base, '/roles')]);
    if (atMs - this.#checkedAtMs >= CHECK_MS) {
      this.#checkedAtMs = atMs;
      // Nobody waits for it: it may be held back for others who ask as well.
      void this.#check(slaves);
    }
    return { slaves: slaves.body, roles: roles.body, atMs, tasks: new Map() };
  }

  /**
   * Whoever may not see an agent is not told so: the list is shorter, and the cluster seems smaller. The counters are
   * not filtered; they are asked of the leader, who answered for the list, for other masters do not redirect them.
   */
  async #check(slaves: Seen): Promise<void> {
    const { log, get } = this.#options;
    try {
      const answer = await get(slaves.base, '/metrics/snapshot', this.#closing);
      const active = activeAgents(tryJson(answer.text));
      const hidden = active === undefined ? 0 : Math.max(0, active - activeIn(slaves.body));
      if (hidden > 0 && hidden !== this.#hidden) {
        log.warn('Mesos hides agents; the room on them is not counted: may this account see them?', {
          active,
          hidden,
        });
      }
      this.#hidden = hidden;
    } catch (error) {
      log.debug('the agents were not compared with the counters of Mesos', { reason: messageOf(error) });
    }
  }

  async #get(base: string, path: string): Promise<Seen> {
    const doing = `reading ${path} of Mesos`;
    let answer: HttpAnswer;
    try {
      answer = await this.#options.get(base, path, this.#closing);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new TransientError(
        `${doing}: ${base}: ${messageOf(error)}; is it right? (--mesos URL names another)`,
      );
    }
    if (answer.status !== 200)
      throw new TransientError(`${doing}: ${answer.origin} answered ${answer.status}`);
    // Where a redirect led, the leader is; the path before `/slaves` goes with it.
    const prefix = answer.origin === new URL(base).origin ? base : answer.origin;
    return { body: tryJson(answer.text), base: prefix };
  }
}

function activeIn(body: unknown): number {
  const slaves = isObject(body) && Array.isArray(body['slaves']) ? body['slaves'] : [];
  return slaves.filter((slave) => isObject(slave) && slave['active'] !== false).length;
}

/** `master/slaves_active`, when this master is the elected one. */
function activeAgents(snapshot: unknown): number | undefined {
  const { 'master/elected': elected, 'master/slaves_active': active } = isObject(snapshot) ? snapshot : {};
  return elected === 1 && typeof active === 'number' ? active : undefined;
}

/** What was seen first after the master was asked is taken for what it saw. */
function claimOf(need: RoomNeed, seen: Map<string, ReadonlyMap<string, number>>): Claim {
  const now = tasksByHost(need.observed);
  const before = seen.get(need.id) ?? now;
  seen.set(need.id, before);
  const hosts = new Set([...before.keys(), ...now.keys()]);
  return {
    need,
    since: new Map([...hosts].map((host) => [host, (now.get(host) ?? 0) - (before.get(host) ?? 0)])),
  };
}

function tasksByHost(observed: AppObservation | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { host, phase } of observed?.tasks ?? []) {
    if (host === undefined || phase === 'unreachable' || phase === 'waiting') continue;
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  return counts;
}
