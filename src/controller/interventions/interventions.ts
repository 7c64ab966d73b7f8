// controller: pauses, overrides, and definitions that are put back or kept: objects that people made, in force until the clock ends them.

import { isDeepStrictEqual } from 'node:util';
import type { InterventionType, ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { InterventionHome, KeptIntervention } from '../../policy-sources/interventions.ts';
import { type Clock, wallOffset } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { NewEvent } from '../status/events/event-rules.ts';
import type { InterventionTarget, InterventionView, Ruling } from '../status/view.ts';
import {
  effectOf,
  type InterventionEffect,
  keptText,
  outrankingOf,
  overrideText,
  pauseText,
} from './effect.ts';
import { tooLong } from './rules.ts';
import {
  beginningOf,
  firstSight,
  isEnded,
  isInForce,
  type Moment,
  seenAgain,
  statusOf,
  type Tracked,
  viewOf,
} from './tracked.ts';

export interface InterventionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** An intervention belongs to the first one that is the home of its policy's. */
  readonly interventionHomes: readonly InterventionHome[];
  /** Called with every beginning and end. */
  readonly onEvent: (event: NewEvent) => void;
  /** Called when a policy must be looked at. */
  readonly onChange: (policy: ResourceKey) => void;
}

/** What the policies say of interventions, as they are at the moment of the question. */
export interface PolicyLookup {
  /** The names of the apps of a policy with their ids; undefined when it is gone for certain. */
  appsOf(policy: ResourceKey): ReadonlyMap<string, string> | 'unknown' | undefined;
  /** The source that the policy comes from. */
  sourceOf(policy: ResourceKey): string | undefined;
  ruling(policy: ResourceKey, target: InterventionTarget): Ruling;
}

/** Events of beginnings and ends; a definition that is put back has those of its update. */
const BEGINNINGS: Readonly<Partial<Record<InterventionType, NewEvent['reason']>>> = {
  Pause: 'Paused',
  Override: 'Overridden',
  Keep: 'Kept',
};
const ENDS: Readonly<Partial<Record<InterventionType, NewEvent['reason']>>> = {
  Pause: 'Resumed',
  Override: 'OverrideEnded',
  Keep: 'KeepEnded',
};

/** How soon what is shown follows a clock that was set. */
const LONGEST_SLEEP_MS = 60_000;
/** What could not be written down is tried again. */
const RETRY_MS = 5_000;
/** So long one that ended stays to be looked at. */
const SHOWN_AFTER_END_MS = 3_600_000;

/**
 * Level-triggered: whatever the homes have is followed, by whomever it was made. How long an intervention lasts is
 * measured: a wall clock that is set ends none early and none late, and the end that people read moves with it.
 */
export class Interventions {
  readonly #deps: InterventionDeps;
  /** By home and uid. */
  readonly #tracked = new Map<string, Tracked>();
  readonly #wallAheadMs: () => number;
  #policies: PolicyLookup | undefined;
  /** What people read of one that is removed, by uid. */
  readonly #endMessages = new Map<string, string>();
  #changed = new AbortController();
  #isBehind = false;

  constructor(deps: InterventionDeps) {
    this.#deps = deps;
    this.#wallAheadMs = wallOffset(deps.clock);
    for (const home of deps.interventionHomes) {
      for (const kept of home.all()) this.#take(home, kept);
      home.subscribe(() => this.#look(home));
    }
  }

  /** What is in force at this moment: one whose time is over is not, whether or not its end was reported already. */
  on(policy: ResourceKey): InterventionEffect {
    return effectOf(this.#inForce(policy), this.#wallAheadMs());
  }

  /** Every one that is not over, of a policy. */
  of(policy: ResourceKey): readonly Tracked[] {
    return [...this.#tracked.values()].filter((each) => each.policy === policy && !isEnded(each));
  }

  /** All there are, those in force first. */
  view(): readonly InterventionView[] {
    const nowMs = this.#deps.clock.monotonic();
    const all = [...this.#tracked.values()];
    const outranking = outrankingOf(all.filter((each) => isInForce(each, nowMs)));
    const rank = (each: Tracked): number => (isEnded(each) ? 2 : isInForce(each, nowMs) ? 0 : 1);
    return all
      .toSorted((a, b) => rank(a) - rank(b) || b.kept.createdAtMs - a.kept.createdAtMs)
      .map((each) => viewOf(each, this.#wallAheadMs(), outranking.get(each)?.kept.name));
  }

  homeFor(source: string): InterventionHome {
    const home = this.#deps.interventionHomes.find((each) => each.isHomeOf(source));
    if (home === undefined) throw new Error(`no home for interventions on policies of ${source}`);
    return home;
  }

  /** Whether no other operator sees what is held of policies of this source. */
  isKeptHere(source: string): boolean {
    return this.homeFor(source).isShared !== true;
  }

  /** Takes one away; `message` is what people read of it. Throws TransientError: then it is still in force. */
  async remove({ home, kept }: Tracked, message: string): Promise<void> {
    this.#endMessages.set(kept.uid, message);
    try {
      await home.remove(kept);
      // A home that learns of it later than we do.
      if (this.#tracked.has(keyOf(home, kept))) this.#lose(keyOf(home, kept));
    } finally {
      this.#endMessages.delete(kept.uid);
    }
  }

  /** The definition of an app is as its policy says. */
  putBackDone(policy: ResourceKey, app: string): void {
    for (const each of this.#inForce(policy))
      if (each.spec.type === 'PutBack' && each.spec.app === app)
        this.#end(keyOf(each.home, each.kept), { ends: 'Done', why: 'the definition is as the policy says' });
  }

  /** The policy is gone, and its interventions with it. */
  forget(policy: ResourceKey): void {
    for (const [key, each] of [...this.#tracked])
      if (each.policy === policy && !isEnded(each))
        this.#end(key, { ends: 'TargetGone', why: 'its policy is gone' });
  }

  /** The policies may be others now. */
  follow(policies: PolicyLookup): void {
    this.#policies = policies;
    for (const [key, each] of [...this.#tracked]) {
      if (isEnded(each)) continue;
      const apps = policies.appsOf(each.policy);
      if (apps === 'unknown') continue;
      const { app } = each.spec;
      if (each.reason === 'InForce' && apps === undefined)
        this.#end(key, { ends: 'TargetGone', why: 'its policy is gone' });
      else if (each.reason === 'InForce' && app !== undefined && apps?.has(app) === false)
        this.#end(key, {
          ends: 'TargetGone',
          why: 'the policy does not name the app any more',
          event: 'the policy does not name the app any more',
        });
      else if (each.reason === 'InForce')
        this.#tracked.set(key, { ...each, ...defined({ id: apps?.get(app ?? '') }) });
      else this.#rule(key, each);
    }
  }

  /** Ends interventions when their time is over, and shows in their homes how they stand, until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#endDue();
      const { signal: change } = this.#changed;
      await this.#writeDown();
      // An aborted sleep is a change, or the end.
      const sleep = AbortSignal.any([signal, change]);
      await this.#deps.clock.sleep(this.#idleMs(), sleep).catch(() => undefined);
    }
  }

  #inForce(policy: ResourceKey): readonly Tracked[] {
    if (this.#tracked.size === 0) return [];
    const nowMs = this.#deps.clock.monotonic();
    return [...this.#tracked.values()].filter((each) => each.policy === policy && isInForce(each, nowMs));
  }

  #moment(): Moment {
    return { monotonicMs: this.#deps.clock.monotonic(), aheadMs: this.#wallAheadMs() };
  }

  #look(home: InterventionHome): void {
    const there = new Set<string>();
    for (const kept of home.all()) {
      there.add(keyOf(home, kept));
      this.#see(home, kept);
    }
    for (const [key, each] of [...this.#tracked]) if (each.home === home && !there.has(key)) this.#lose(key);
  }

  #see(home: InterventionHome, kept: KeptIntervention): void {
    const key = keyOf(home, kept);
    const known = this.#tracked.get(key);
    const next = this.#take(home, kept);
    if (next === undefined) return;
    if (!isEnded(next) && next.reason !== 'InForce') this.#rule(key, next);
    else if (known?.reason !== next.reason) this.#noteChange(next.policy);
  }

  /** Undefined for what cannot be an intervention. */
  #take(home: InterventionHome, kept: KeptIntervention): Tracked | undefined {
    const { spec } = kept;
    if (spec === undefined) return undefined;
    const key = keyOf(home, kept);
    const known = this.#tracked.get(key);
    const moment = this.#moment();
    const next =
      known === undefined
        ? firstSight(home, { ...kept, spec }, moment)
        : seenAgain(known, { ...kept, spec }, moment);
    this.#tracked.set(key, next);
    return next;
  }

  /** It is not there any more. */
  #lose(key: string): void {
    const each = this.#tracked.get(key);
    if (each === undefined) return;
    this.#tracked.delete(key);
    if (isEnded(each) || each.reason !== 'InForce') return;
    const why = this.#endMessages.get(each.kept.uid) ?? each.home.whyGone?.(each.kept);
    this.#endEvent(each, why ?? 'somebody deleted it');
    this.#noteChange(each.policy);
  }

  /** Whether it is in force now. */
  #rule(key: string, each: Tracked): void {
    const policies = this.#policies;
    if (policies === undefined) return;
    const { spec, policy, untilMs, kept } = each;
    const moment = this.#moment();
    if (untilMs !== undefined && untilMs <= moment.monotonicMs) return;
    const sinceMs = beginningOf(kept, moment);
    const long = untilMs === undefined ? undefined : tooLong(spec.type, Math.round(untilMs - sinceMs));
    const ruling = this.#elsewhere(each, policies) ?? policies.ruling(policy, spec);
    const why = ruling.is === 'allowed' ? long : ruling.why;
    if (why !== undefined) {
      const reason = ruling.is === 'pending' ? 'Pending' : 'Refused';
      this.#tracked.set(key, { ...each, reason, message: why });
      this.#wake();
      return;
    }
    const id = ruling.is === 'allowed' ? ruling.id : undefined;
    const begun: Tracked = { ...each, sinceMs, reason: 'InForce', message: '', ...defined({ id }) };
    const text = this.#textOf(begun);
    this.#tracked.set(key, { ...begun, message: text });
    const event = BEGINNINGS[spec.type];
    if (event !== undefined) this.#event(begun, event, text);
    this.#noteChange(policy);
  }

  /** The policy keeps its interventions in another home: there they are seen by whoever may act. */
  #elsewhere({ home, policy }: Tracked, policies: PolicyLookup): Ruling | undefined {
    const source = policies.sourceOf(policy);
    if (source === undefined) return undefined;
    const right = this.homeFor(source);
    if (right === home) return undefined;
    const why = `policy ${policy} comes from ${source}: an intervention on it belongs into ${right.name}`;
    return { is: 'refused', why };
  }

  #endDue(): void {
    const nowMs = this.#deps.clock.monotonic();
    for (const [key, each] of [...this.#tracked]) {
      const { untilMs } = each;
      if (isEnded(each) || untilMs === undefined || untilMs > nowMs) continue;
      const wasInForce = each.reason === 'InForce';
      const event = wasInForce ? `${this.#textOf(each)}: its time is over` : undefined;
      const why = wasInForce
        ? 'its time is over'
        : `its time is over before it was in force: ${each.message}`;
      this.#end(key, { ends: 'Expired', why, ...defined({ event }) });
    }
  }

  /** It is over whether or not that can be written down. */
  #end(
    key: string,
    {
      ends,
      why,
      event,
    }: { readonly ends: 'Done' | 'Expired' | 'TargetGone'; readonly why: string; readonly event?: string },
  ): void {
    const each = this.#tracked.get(key);
    if (each === undefined) return;
    const endedAtMs = this.#deps.clock.monotonic();
    this.#tracked.set(key, { ...each, endedAtMs, reason: ends, message: why });
    if (event !== undefined) this.#endEvent(each, event);
    this.#noteChange(each.policy);
    // One that waited for this one's end may be in force now.
    for (const [other, waiting] of [...this.#tracked])
      if (waiting.policy === each.policy && waiting.reason === 'Refused' && !isEnded(waiting))
        this.#rule(other, waiting);
  }

  /** Brings the homes up to date; what cannot be written now is tried again. */
  async #writeDown(): Promise<void> {
    this.#isBehind = false;
    const nowMs = this.#deps.clock.monotonic();
    const outranking = outrankingOf([...this.#tracked.values()].filter((each) => isInForce(each, nowMs)));
    for (const each of [...this.#tracked.values()]) {
      const { home, kept, endedAtMs } = each;
      const outrankedBy = outranking.get(each)?.kept.name;
      const status = statusOf(each, { aheadMs: this.#wallAheadMs(), outrankedBy });
      const isDue = endedAtMs !== undefined && endedAtMs + SHOWN_AFTER_END_MS <= nowMs;
      try {
        if (isDue) await home.sweep(kept);
        else if (!isDeepStrictEqual(kept.status, status)) await home.writeStatus(kept, status);
      } catch (error) {
        this.#isBehind = true;
        const { namespace, name } = kept;
        this.#deps.log.debug('how an intervention stands is not written down yet', {
          intervention: `${namespace}/${name}`,
          reason: messageOf(error),
        });
      }
    }
  }

  #textOf({ spec, sinceMs = 0, untilMs }: Tracked): string {
    const aheadMs = this.#wallAheadMs();
    const said = defined({ reason: spec.reason, by: spec.requestedBy });
    const until = untilMs === undefined ? undefined : untilMs + aheadMs;
    if (spec.type === 'Pause')
      return pauseText({ sinceMs: sinceMs + aheadMs, ...defined({ untilMs: until }), ...said });
    if (spec.type === 'PutBack') return 'the definition is written as the policy says';
    const times = { sinceMs: sinceMs + aheadMs, ...defined({ untilMs: until }), ...said };
    if (spec.type === 'Keep') return keptText(times);
    const { instances = 0 } = spec;
    return overrideText({ instances, sinceMs: sinceMs + aheadMs, untilMs: until ?? 0, ...said });
  }

  #idleMs(): number {
    const nowMs = this.#deps.clock.monotonic();
    const dues = [...this.#tracked.values()].map(({ endedAtMs, untilMs = Number.POSITIVE_INFINITY }) =>
      endedAtMs === undefined ? untilMs - nowMs : endedAtMs + SHOWN_AFTER_END_MS - nowMs,
    );
    const longest = this.#isBehind ? RETRY_MS : LONGEST_SLEEP_MS;
    const soonest = this.#isBehind ? RETRY_MS : 0;
    return Math.max(soonest, Math.min(longest, ...dues));
  }

  #endEvent(each: Tracked, message: string): void {
    const event = ENDS[each.spec.type];
    if (event !== undefined) this.#event(each, event, message);
  }

  #event({ spec, policy, id }: Tracked, reason: NewEvent['reason'], message: string): void {
    const object = spec.type === 'Pause' || id === undefined ? `policy ${policy}` : `app ${id}`;
    this.#deps.onEvent({ type: 'Normal', reason, object, message });
  }

  #noteChange(policy: ResourceKey): void {
    this.#wake();
    this.#deps.onChange(policy);
  }

  #wake(): void {
    this.#changed.abort();
    this.#changed = new AbortController();
  }
}

function keyOf(home: InterventionHome, { uid }: Pick<KeptIntervention, 'uid'>): string {
  return `${home.name} ${uid}`;
}
