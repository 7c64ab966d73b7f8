// controller: the condition NotLaunching: instances that were asked for and do not start. Pure.

import { instantText } from '../../../api/words/instant.ts';
import type { WriteResult } from '../../round/act.ts';
import type { AppAssessment } from '../../round/assess.ts';
import { LEND_AFTER_MS } from '../../round/surplus.ts';
import { type Finding, is, type Part } from './finding.ts';

export function launchingOf({ assessments, round, results }: Part): Finding {
  const kept = assessments.find(({ surplusSinceMs }) => {
    return surplusSinceMs !== undefined && round.atMs - surplusSinceMs >= LEND_AFTER_MS;
  });
  if (kept !== undefined) return is('True', 'SurplusWaiting', surplusIn(kept, results, round.wallAheadMs));
  const { unseen = NONE } = round.world.view ?? {};
  // Of what cannot be looked at it is not known whether it still waits.
  const seen = assessments.filter(({ app }) => !unseen.has(app.spec.id));
  for (const { app, observed } of seen) {
    const failing = (observed?.backoffMs ?? 0) > 0;
    if (!failing && round.decisions.get(app.spec.id)?.limitedBy !== 'launching') continue;
    const message = `${app.spec.id} cannot start its instances and is backing off`;
    const why = reasonsOf(observed);
    return is('True', 'BackingOff', why === '' ? `${message}; look at its tasks` : `${message}: ${why}`);
  }
  const hidden = assessments.find(({ app }) => unseen.has(app.spec.id))?.app.spec.id;
  if (hidden !== undefined)
    return is('Unknown', 'SchedulerUnavailable', `${hidden} cannot be looked at: see Applied`);
  const waiting = seen.find(({ observed }) => (observed?.waiting ?? 0) > 0);
  if (waiting === undefined) return is('False', 'Running', 'nothing waits to be launched');
  const { app, observed } = waiting;
  const reasons = reasonsOf(observed);
  const why = reasons === '' ? '' : ` (${reasons})`;
  return is('False', 'Launching', `${app.spec.id} waits for ${observed?.waiting} instances${why}`);
}

/** In the scheduler's words; empty where it does not say. */
function reasonsOf(observed: AppAssessment['observed']): string {
  return observed?.waitingFor.map(({ text }) => text).join(', ') ?? '';
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Who, since when, what to do. */
function surplusIn(
  { app, observed, surplusSinceMs = 0 }: AppAssessment,
  results: readonly WriteResult[],
  wallAheadMs: number,
): string {
  const { id } = app.spec;
  const postponed = results.find(
    ({ change, obstacle }) => change.app === id && obstacle === 'unlaunched',
  )?.message;
  const since = instantText(surplusSinceMs + wallAheadMs);
  const cure = `make them launch (an edit of its \`app\` goes out at once), or set the count by hand, which restarts ${observed?.running ?? 0} running`;
  return `${postponed ?? id} (since ${since}); the slots of those that wait are lent to the others; ${cure}`;
}
