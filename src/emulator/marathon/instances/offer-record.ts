// emulator: what an app in the launch queue knows about the offers it has seen.

import { type AgentSpec, DECLINE_REASONS, type DeclineReason, type Match } from '../../mesos/cluster.ts';

export interface RejectSummary {
  readonly reason: DeclineReason;
  readonly declined: number;
  readonly processed: number;
}

export interface UnusedOffer {
  readonly agent: AgentSpec;
  readonly reason: DeclineReason;
  readonly atMs: number;
}

export class OfferRecord {
  /** The last offer of each agent, when it was declined. */
  readonly #lastByAgent = new Map<string, UnusedOffer>();
  readonly #agentsSeen = new Set<string>();
  readonly #attempts = new Map<DeclineReason, number>();
  #processed = 0;
  #unused = 0;
  #lastUsedAtMs: number | undefined;
  #lastUnusedAtMs: number | undefined;

  take(match: Match, atMs: number): void {
    for (const { agent, reason } of match.declines) {
      this.#lastByAgent.set(agent.id, { agent, reason, atMs });
      this.#agentsSeen.add(agent.id);
      this.#attempts.set(reason, (this.#attempts.get(reason) ?? 0) + 1);
    }
    const { placement, declines } = match;
    this.#processed += declines.length;
    this.#unused += declines.length;
    if (declines.length > 0) this.#lastUnusedAtMs = atMs;
    if (placement === undefined) return;
    this.#processed++;
    this.#lastUsedAtMs = atMs;
    this.#agentsSeen.add(placement.agentId);
    this.#lastByAgent.delete(placement.agentId);
  }

  get processed(): number {
    return this.#processed;
  }

  get unused(): number {
    return this.#unused;
  }

  get lastUsedAtMs(): number | undefined {
    return this.#lastUsedAtMs;
  }

  get lastUnusedAtMs(): number | undefined {
    return this.#lastUnusedAtMs;
  }

  get lastUnusedOffers(): readonly UnusedOffer[] {
    return [...this.#lastByAgent.values()];
  }

  /** The last offer of each agent. */
  get lastOffers(): readonly RejectSummary[] {
    const declined = new Map<DeclineReason, number>();
    for (const { reason } of this.#lastByAgent.values())
      declined.set(reason, (declined.get(reason) ?? 0) + 1);
    return funnel(this.#agentsSeen.size, declined);
  }

  /** All offers since the app is in the queue. */
  get launchAttempt(): readonly RejectSummary[] {
    return funnel(this.#processed, this.#attempts);
  }
}

/** What a step declines does not reach the next one. */
function funnel(processed: number, declined: ReadonlyMap<DeclineReason, number>): RejectSummary[] {
  let left = processed;
  return DECLINE_REASONS.map((reason) => {
    const row = { reason, declined: declined.get(reason) ?? 0, processed: left };
    left -= row.declined;
    return row;
  });
}
