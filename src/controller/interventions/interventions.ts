// controller: the hands that people lay on policies for a while, pauses and overrides: durable, and ending by the clock.

import type { ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import { type Clock, wallOffset } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { NewEvent } from '../status/event-rules.ts';
import type { InterventionDetails, PauseView } from '../status/view.ts';
import { type Intervention, type Override, type Pause, readIntervention } from './codec.ts';
import { type InterventionEffect, overrideText, pauseText } from './effect.ts';

export interface InterventionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: DocumentStore;
  /** Told of every beginning and end. */
  readonly tell: (told: NewEvent) => void;
  /** Called when a policy must be looked at. */
  readonly onChange: (policy: ResourceKey) => void;
}

/** The name of an app, and its id for people. */
export interface NamedApp {
  readonly name: string;
  readonly id: string;
}

const COLLECTION = 'hand';
/** How soon what is stored follows a clock that was set. */
const LONGEST_SLEEP_MS = 60_000;
/** An end that could not be written down is tried again. */
const RETRY_MS = 5_000;
const UNGRIPPED: InterventionEffect = { overrides: new Map() };

/**
 * Nothing here judges whether a hand is allowed: actions.ts does, which knows the policies. How long a hand lasts is
 * measured: a wall clock that is set ends none early and none late, and the end that people read moves with it. What
 * is stored has the end by the wall clock, for a restart.
 */
export class Interventions {
  readonly #deps: InterventionDeps;
  /** By key of the document; their times are monotonic. */
  readonly #hands = new Map<string, Intervention>();
  readonly #wallAheadMs: () => number;
  /** What the times in the store were moved by. */
  #storedAheadMs: number;
  /** Ended, and still in the store. */
  readonly #ended = new Set<string>();
  #changed = new AbortController();

  constructor(deps: InterventionDeps) {
    this.#deps = deps;
    this.#wallAheadMs = wallOffset(deps.clock);
    this.#storedAheadMs = this.#wallAheadMs();
    for (const [key, value] of deps.documents.all(COLLECTION)) {
      const hand = readIntervention(value);
      if (hand !== undefined && keyOf(hand) === key) this.#hands.set(key, this.#takenUp(hand));
      else deps.log.warn('a hand on a policy is not readable and left out', { key });
    }
  }

  /** Throws TransientError when it cannot be made durable: then nothing changed. */
  pause(policy: ResourceKey, { forMs, ...said }: InterventionDetails): void {
    const sinceMs = this.#deps.clock.monotonic();
    this.#begin({ kind: 'pause', policy, sinceMs, untilMs: sinceMs + forMs, ...said });
  }

  resume(policy: ResourceKey, by = 'somebody'): void {
    this.#endByHand(keyOf({ kind: 'pause', policy }), `${by} resumed it`);
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
    this.#endByHand(keyOf({ kind: 'override', policy, app }), `${by} gave it back to its law`);
  }

  /** What holds at this moment: one whose time is over does not, whether or not its end was told already. */
  on(policy: ResourceKey): InterventionEffect {
    if (this.#hands.size === 0) return UNGRIPPED;
    const nowMs = this.#deps.clock.monotonic();
    const mine = [...this.#hands.values()].filter((h) => h.policy === policy && !isOver(h, nowMs));
    const pause = mine.find((hand): hand is Pause => hand.kind === 'pause');
    const overrides = mine.filter((hand): hand is Override => hand.kind === 'override');
    return {
      ...(pause && { paused: timesOf(this.#byWall(pause)) }),
      overrides: new Map(
        overrides.map((mine) => {
          const shown = this.#byWall(mine);
          return [mine.app, { instances: mine.instances, ...timesOf(shown), untilMs: shown.untilMs }];
        }),
      ),
    };
  }

  /** The policy is gone, and its hands with it. */
  forget(policy: ResourceKey): void {
    for (const [key, hand] of [...this.#hands]) if (hand.policy === policy) this.#end(key);
  }

  /** Forgets hands on what is not there any more; `apps` gives the names in a policy, undefined when it is gone. */
  follow(apps: (policy: ResourceKey) => ReadonlySet<string> | 'unknown' | undefined): void {
    for (const [key, hand] of [...this.#hands]) {
      const names = apps(hand.policy);
      if (names === 'unknown') continue;
      if (names === undefined) this.#end(key);
      else if (hand.kind === 'override' && !names.has(hand.app)) {
        this.#end(key, 'the policy does not name the app any more');
      }
    }
  }

  /** Ends hands when their time is over, until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#endDue();
      this.#followWallClock();
      const sleep = AbortSignal.any([signal, this.#changed.signal]);
      // An aborted pause is a change, or the end.
      await this.#deps.clock.sleep(this.#idleMs(), sleep).catch(() => undefined);
    }
  }

  #begin(hand: Intervention): void {
    const key = keyOf(hand);
    this.#deps.documents.write([{ do: 'put', collection: COLLECTION, key, value: this.#byWall(hand) }]);
    this.#hands.set(key, hand);
    this.#ended.delete(key);
    this.#tell(hand, hand.kind === 'pause' ? 'Paused' : 'Overridden', this.#wordsOf(hand));
    this.#noteChange(hand.policy);
  }

  #endByHand(key: string, message: string): void {
    const hand = this.#hands.get(key);
    if (hand === undefined) return;
    this.#deps.documents.write([{ do: 'remove', collection: COLLECTION, key }]);
    this.#hands.delete(key);
    this.#tellEnd(hand, message);
    this.#noteChange(hand.policy);
  }

  #endDue(): void {
    const nowMs = this.#deps.clock.monotonic();
    for (const [key, hand] of [...this.#hands]) {
      if (isOver(hand, nowMs)) this.#end(key, `${this.#wordsOf(hand)}: its time is over`);
    }
    this.#removeEnded();
  }

  /** What is stored is for the next process, which has the wall clock alone. */
  #followWallClock(): void {
    const aheadMs = this.#wallAheadMs();
    if (aheadMs === this.#storedAheadMs) return;
    try {
      const changes = [...this.#hands].map(
        ([key, hand]) => ({ do: 'put', collection: COLLECTION, key, value: moved(hand, aheadMs) }) as const,
      );
      if (changes.length > 0) this.#deps.documents.write(changes);
      this.#storedAheadMs = aheadMs;
    } catch (error) {
      this.#deps.log.debug('the ends of hands are not moved yet', { reason: messageOf(error) });
    }
  }

  #byWall<H extends Intervention>(hand: H): H {
    return moved(hand, this.#wallAheadMs());
  }

  /** One that begins in the future was stored under a clock that was set back since: it lasts as long as was said. */
  #takenUp(stored: Intervention): Intervention {
    const aheadMs = this.#wallAheadMs();
    const earlyMs = Math.max(0, stored.sinceMs - aheadMs - this.#deps.clock.monotonic());
    return moved(stored, -aheadMs - earlyMs);
  }

  #wordsOf(hand: Intervention): string {
    const shown = this.#byWall(hand);
    return shown.kind === 'pause' ? pauseText(shown) : overrideText(shown);
  }

  /** It is over whether or not that can be written down. */
  #end(key: string, message?: string): void {
    const hand = this.#hands.get(key);
    if (hand === undefined) return;
    this.#hands.delete(key);
    this.#ended.add(key);
    this.#removeEnded();
    if (message !== undefined) this.#tellEnd(hand, message);
    this.#noteChange(hand.policy);
  }

  #removeEnded(): void {
    if (this.#ended.size === 0) return;
    try {
      this.#deps.documents.write(
        [...this.#ended].map((key) => ({ do: 'remove', collection: COLLECTION, key })),
      );
      this.#ended.clear();
    } catch (error) {
      this.#deps.log.debug('the end of a hand is not written down yet', { reason: messageOf(error) });
    }
  }

  #idleMs(): number {
    const nowMs = this.#deps.clock.monotonic();
    const dues = [...this.#hands.values()].map(({ untilMs = Number.POSITIVE_INFINITY }) => untilMs - nowMs);
    const longest = this.#ended.size > 0 ? RETRY_MS : LONGEST_SLEEP_MS;
    return Math.max(0, Math.min(longest, ...dues));
  }

  #tellEnd(hand: Intervention, message: string): void {
    this.#tell(hand, hand.kind === 'pause' ? 'Resumed' : 'OverrideEnded', message);
  }

  #tell(hand: Intervention, reason: NewEvent['reason'], message: string): void {
    const object = hand.kind === 'pause' ? `policy ${hand.policy}` : `app ${hand.id}`;
    this.#deps.tell({ type: 'Normal', reason, object, message });
  }

  #noteChange(policy: ResourceKey): void {
    this.#changed.abort();
    this.#changed = new AbortController();
    this.#deps.onChange(policy);
  }
}

function keyOf(hand: Pick<Pause, 'kind' | 'policy'> | Pick<Override, 'kind' | 'policy' | 'app'>): string {
  return hand.kind === 'pause' ? `${hand.policy} pause` : `${hand.policy} override ${hand.app}`;
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

function moved<H extends Intervention>(hand: H, byMs: number): H {
  const { untilMs } = hand;
  return { ...hand, sinceMs: hand.sinceMs + byMs, ...(untilMs !== undefined && { untilMs: untilMs + byMs }) };
}
