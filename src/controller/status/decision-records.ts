// controller: the decisions of a round that changed a count. Pure.

import type { Round } from '../round/round.ts';
import type { DecisionRecord } from './view.ts';

/**
 * A record per count that the scheduler took from us in this round, and per count that a policy in mode Observe would
 * change (`observedOnly`).
 */
export function recordsOf(round: Round): readonly (DecisionRecord & { readonly observedOnly: boolean })[] {
  const scaled = round.results.flatMap(({ change, result }) =>
    change.kind === 'scale' && result === 'accepted'
      ? [{ app: change.app, from: change.from, to: change.to, observedOnly: false }]
      : [],
  );
  const imagined = round.assessments.flatMap(({ app, part }) => {
    const decision = round.decisions.get(app.spec.id);
    if (part !== 'observed' || decision === undefined || decision.from === decision.to) return [];
    return [{ app: decision.id, from: decision.from, to: decision.to, observedOnly: true }];
  });
  return [...scaled, ...imagined].map((change) => {
    const { wanted, granted, summary, steps } = round.decisions.get(change.app) ?? {
      wanted: change.to,
      granted: change.to,
      summary: '',
      steps: [],
    };
    const atMs = round.atMs + round.wallAheadMs;
    return { ...change, atMs, pool: round.pool.key, wanted, granted, summary, steps };
  });
}
