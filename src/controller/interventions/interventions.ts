// controller: pauses and overrides: interventions of people, stored durably and ended by the clock.

import type { ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import { type Clock, wallOffset } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { NewEvent } from '../status/events/event-rules.ts';
import type { InterventionDetails, PauseView } from '../status/view.ts';
import { type Intervention, type Override, type Pause, readIntervention } from './codec.ts';
import { type InterventionEffect, overrideText, pauseText } from './effect.ts';
import { PutBacks } from './put-backs.ts';

export interface InterventionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: DocumentStore;
  /** Called with every beginning and end. */
  readonly onEvent: (event: NewEvent) => void;
  /** Called when a policy must be looked at. */
  readonly onChange: (policy: ResourceKey) => void;
}

/** The name of an app, and its id for people. */
export interface NamedApp {
  readonly name: string;
  readonly id: string;
}

/** The name on disk. */
const COLLECTION = 'hand';
/** How soon what is stored follows a clock that was set. */
const LONGEST_SLEEP_MS = 60_000;
/** An end that could not be written down is tried again. */
const RETRY_MS = 5_000;
const NO_INTERVENTION: InterventionEffect = { overrides: new Map() };

/**
 * Nothing here decides whether an intervention is allowed: actions.ts does, which knows the policies. How long an intervention lasts is
 * measured: a wall clock that is set ends none early and none late, and the end that people read moves with it. What
 * is stored has the end by the wall clock, for a restart.
 */
export class Interventions {
  readonly #deps: InterventionDeps;
  /** By key of the document; their times are monotonic. */
  readonly #active = new Map<string, Intervention>();
  readonly #wallAheadMs: () => number;
  /** What the times in the store were moved by. */
  #storedAheadMs: number;
  /** Ended, and still in the store. */
  readonly #ended = new Set<string>();
  #changed = new AbortController();
  readonly #putBacks: PutBacks;

  constructor(deps: InterventionDeps) {
    this.#deps = deps;
    this.#putBacks = new PutBacks(deps.clock);
    this.#wallAheadMs = wallOffset(deps.clock);
    this.#storedAheadMs = this.#wallAheadMs();
    for (const [key, value] of deps.documents.all(COLLECTION)) {
      const intervention = readIntervention(value);
      if (intervention !== undefined && keyOf(intervention) === key)
        this.#active.set(key, this.#restored(intervention));
      else deps.log.warn('an intervention on a policy is not readable and left out', { key });
    }
  }

  /** Throws TransientError when it cannot be made durable: then nothing changed. */
  pause(policy: ResourceKey, { forMs, ...said }: InterventionDetails): void {
    const sinceMs = this.#deps.clock.monotonic();
    this.#begin({ kind: 'pause', policy, sinceMs, untilMs: sinceMs + forMs, ...said });
  }

  resume(policy: ResourceKey, by = 'somebody'): void {
    this.#endByPerson(keyOf({ kind: 'pause', policy }), `${by} resumed it`);
  }

  override(
    policy: ResourceKey,
    app: NamedApp,
    { instances, forMs, ...said }: InterventionDetails & { readonly instances: number },
  ): void {
    const sinceMs = this.#deps.clock.monotonic();
    const untilMs = sinceMs + forMs;
    this.#begin({
      kind: 'override',
      policy,
      app: app.name,
      id: app.id,
      instances,
      sinceMs,
      untilMs,
      ...said,
    });
  }

  endOverride(policy: ResourceKey, app: string, by = 'somebody'): void {
    this.#endByPerson(keyOf({ kind: 'override', policy, app }), `${by} gave it back to its law`);
  }

  /** Its definition is written once more; forgotten by a restart. */
  putBack(policy: ResourceKey, app: string): void {
    this.#putBacks.ask(policy, app);
    this.#noteChange(policy);
  }

  /** What is in force at this moment: one whose time is over is not, whether or not its end was reported already. */
  on(policy: ResourceKey): InterventionEffect {
    const putBack = this.#putBacks.on(policy);
    const asked = putBack === undefined ? {} : { putBack };
    if (this.#active.size === 0) return { ...NO_INTERVENTION, ...asked };
    const nowMs = this.#deps.clock.monotonic();
    const mine = [...this.#active.values()].filter((each) => each.policy === policy && !isOver(each, nowMs));
    const pause = mine.find((intervention): intervention is Pause => intervention.kind === 'pause');
    const overrides = mine.filter(
      (intervention): intervention is Override => intervention.kind === 'override',
    );
    return {
      ...asked,
      ...(pause && { paused: timesOf(this.#byWall(pause)) }),
      overrides: new Map(
        overrides.map((mine) => {
          const shown = this.#byWall(mine);
          return [mine.app, { instances: mine.instances, ...timesOf(shown), untilMs: shown.untilMs }];
        }),
      ),
    };
  }

  /** The policy is gone, and its interventions with it. */
  forget(policy: ResourceKey): void {
    for (const [key, intervention] of [...this.#active]) if (intervention.policy === policy) this.#end(key);
  }

  /** Forgets interventions on what is not there any more; `apps` gives the names in a policy, undefined when it is gone. */
  follow(apps: (policy: ResourceKey) => ReadonlySet<string> | 'unknown' | undefined): void {
    for (const [key, intervention] of [...this.#active]) {
      const names = apps(intervention.policy);
      if (names === 'unknown') continue;
      if (names === undefined) this.#end(key);
      else if (intervention.kind === 'override' && !names.has(intervention.app)) {
        this.#end(key, 'the policy does not name the app any more');
      }
    }
  }

  /** Ends interventions when their time is over, until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#endDue();
      this.#followWallClock();
      const sleep = AbortSignal.any([signal, this.#changed.signal]);
      // An aborted pause is a change, or the end.
      await this.#deps.clock.sleep(this.#idleMs(), sleep).catch(() => undefined);
    }
  }

  #begin(intervention: Intervention): void {
    const key = keyOf(intervention);
    this.#deps.documents.write([
      { do: 'put', collection: COLLECTION, key, value: this.#byWall(intervention) },
    ]);
    this.#active.set(key, intervention);
    this.#ended.delete(key);
    this.#event(
      intervention,
      intervention.kind === 'pause' ? 'Paused' : 'Overridden',
      this.#textOf(intervention),
    );
    this.#noteChange(intervention.policy);
  }

  #endByPerson(key: string, message: string): void {
    const intervention = this.#active.get(key);
    if (intervention === undefined) return;
    this.#deps.documents.write([{ do: 'remove', collection: COLLECTION, key }]);
    this.#active.delete(key);
    this.#endEvent(intervention, message);
    this.#noteChange(intervention.policy);
  }

  #endDue(): void {
    const nowMs = this.#deps.clock.monotonic();
    for (const [key, intervention] of [...this.#active]) {
      if (isOver(intervention, nowMs)) this.#end(key, `${this.#textOf(intervention)}: its time is over`);
    }
    this.#removeEnded();
  }

  /** What is stored is for the next process, which has the wall clock alone. */
  #followWallClock(): void {
    const aheadMs = this.#wallAheadMs();
    if (aheadMs === this.#storedAheadMs) return;
    try {
      const changes = [...this.#active].map(
        ([key, intervention]) =>
          ({ do: 'put', collection: COLLECTION, key, value: moved(intervention, aheadMs) }) as const,
      );
      if (changes.length > 0) this.#deps.documents.write(changes);
      this.#storedAheadMs = aheadMs;
    } catch (error) {
      this.#deps.log.debug('the ends of interventions are not moved yet', { reason: messageOf(error) });
    }
  }

  #byWall<I extends Intervention>(intervention: I): I {
    return moved(intervention, this.#wallAheadMs());
  }

  /** One that begins in the future was stored under a clock that was set back since: it lasts as long as was said. */
  #restored(stored: Intervention): Intervention {
    const aheadMs = this.#wallAheadMs();
    const earlyMs = Math.max(0, stored.sinceMs - aheadMs - this.#deps.clock.monotonic());
    return moved(stored, -aheadMs - earlyMs);
  }

  #textOf(intervention: Intervention): string {
    const shown = this.#byWall(intervention);
    return shown.kind === 'pause' ? pauseText(shown) : overrideText(shown);
  }

  /** It is over whether or not that can be written down. */
  #end(key: string, message?: string): void {
    const intervention = this.#active.get(key);
    if (intervention === undefined) return;
    this.#active.delete(key);
    this.#ended.add(key);
    this.#removeEnded();
    if (message !== undefined) this.#endEvent(intervention, message);
    this.#noteChange(intervention.policy);
  }

  #removeEnded(): void {
    if (this.#ended.size === 0) return;
    try {
      this.#deps.documents.write(
        [...this.#ended].map((key) => ({ do: 'remove', collection: COLLECTION, key })),
      );
      this.#ended.clear();
    } catch (error) {
      this.#deps.log.debug('the end of an intervention is not written down yet', {
        reason: messageOf(error),
      });
    }
  }

  #idleMs(): number {
    const nowMs = this.#deps.clock.monotonic();
    const dues = [...this.#active.values()].map(({ untilMs = Number.POSITIVE_INFINITY }) => untilMs - nowMs);
    const longest = this.#ended.size > 0 ? RETRY_MS : LONGEST_SLEEP_MS;
    return Math.max(0, Math.min(longest, ...dues));
  }

  #endEvent(intervention: Intervention, message: string): void {
    this.#event(intervention, intervention.kind === 'pause' ? 'Resumed' : 'OverrideEnded', message);
  }

  #event(intervention: Intervention, reason: NewEvent['reason'], message: string): void {
    const object = intervention.kind === 'pause' ? `policy ${intervention.policy}` : `app ${intervention.id}`;
    this.#deps.onEvent({ type: 'Normal', reason, object, message });
  }

  #noteChange(policy: ResourceKey): void {
    this.#changed.abort();
    this.#changed = new AbortController();
    this.#deps.onChange(policy);
  }
}

function keyOf(
  intervention: Pick<Pause, 'kind' | 'policy'> | Pick<Override, 'kind' | 'policy' | 'app'>,
): string {
  return intervention.kind === 'pause'
    ? `${intervention.policy} pause`
    : `${intervention.policy} override ${intervention.app}`;
}

function isOver({ untilMs }: Intervention, nowMs: number): boolean {
  return untilMs !== undefined && untilMs <= nowMs;
}

function timesOf({ sinceMs, untilMs, reason, by }: Intervention): PauseView {
  return {
    sinceMs,
    ...defined({ untilMs, reason, by }),
  };
}

function moved<I extends Intervention>(intervention: I, byMs: number): I {
  const { untilMs } = intervention;
  return {
    ...intervention,
    sinceMs: intervention.sinceMs + byMs,
    ...(untilMs !== undefined && { untilMs: untilMs + byMs }),
  };
}
