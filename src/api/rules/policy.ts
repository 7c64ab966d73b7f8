// api: the rules of a policy as a whole: names and ids once, a pace that makes sense, its apps and its budget.

import { durationMs, isDuration } from '../duration.ts';
import type { CapacityPool, MicroscalingPolicy } from '../policy.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below } from '../validation/pointer.ts';
import { checkApp } from './app.ts';
import { checkBudget } from './capacity.ts';
import type { RuleContext } from './context.ts';
import { checkMarathon } from './marathon.ts';
import { type Partly, present } from './partly.ts';

const APPS = '/spec/apps';
const INTERVAL = '/spec/interval';
const MIN_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 3_600_000;

/** @param policy defaulted, without what the schema refused */
export function checkPolicy(policy: Partly<MicroscalingPolicy>, context: RuleContext): readonly Finding[] {
  const spec = policy.spec ?? {};
  return [
    ...checkInterval(spec.interval),
    ...checkMarathon(spec.marathon, '/spec/marathon'),
    ...checkIdentities(policy, context),
    ...present(spec.apps).flatMap(([app, i]) => checkApp(app, below(APPS, i), context)),
    ...checkBudget(spec),
  ];
}

export function checkPool(pool: Partly<CapacityPool>): readonly Finding[] {
  return checkMarathon(pool.spec?.marathon, '/spec/marathon');
}

function checkInterval(interval: string | undefined): readonly Finding[] {
  if (interval === undefined || !isDuration(interval)) return [];
  const ms = durationMs(interval);
  if (ms >= MIN_INTERVAL_MS && ms <= MAX_INTERVAL_MS) return [];
  return [error(INTERVAL, `spec.interval must lie between 100ms and 1h, but is ${interval}`)];
}

/** One name once, one id once, and no app where another app's group would be. */
function checkIdentities(policy: Partly<MicroscalingPolicy>, context: RuleContext): readonly Finding[] {
  const findings: Finding[] = [];
  const byName = new Map<string, number>();
  const byId = new Map<string, number>();
  for (const [{ name, id }, i] of present(policy.spec?.apps)) {
    const earlier = name === undefined ? undefined : byName.get(name);
    const owner = id === undefined ? undefined : byId.get(id);
    // A doubled name doubles the default id too: one mistake, one message.
    if (earlier !== undefined) {
      findings.push(
        error(below(APPS, i, 'name'), `the name ${name} is taken by spec.apps[${earlier}] already`),
      );
    } else if (owner !== undefined) {
      findings.push(error(idPlace(i, context), `the id ${id} is taken by spec.apps[${owner}] already`));
    }
    if (name !== undefined && earlier === undefined) byName.set(name, i);
    if (id !== undefined && owner === undefined) byId.set(id, i);
    if (id !== undefined) findings.push(...checkLastSegment(id, i, context));
  }
  return [...findings, ...checkGroups(byId, context)];
}

const RESERVED = new Set(['restart', 'tasks', 'versions']);

function checkLastSegment(id: string, index: number, context: RuleContext): readonly Finding[] {
  const last = id.slice(id.lastIndexOf('/') + 1);
  if (!RESERVED.has(last)) return [];
  return [error(idPlace(index, context), `the id ${id} ends in ${last}, which Marathon keeps for itself`)];
}

/** In Marathon a path is an app or a group, never both. */
function checkGroups(byId: ReadonlyMap<string, number>, context: RuleContext): readonly Finding[] {
  return [...byId].flatMap(([id, i]) => {
    for (let at = id.lastIndexOf('/'); at > 0; at = id.lastIndexOf('/', at - 1)) {
      const group = id.slice(0, at);
      if (byId.has(group)) {
        return [
          error(idPlace(i, context), `the id ${id} lies within ${group}, which is an app and no group`),
        ];
      }
    }
    return [];
  });
}

/** Where a person would mend an id: at the name when the id comes from it. */
function idPlace(index: number, context: RuleContext): string {
  const id = below(APPS, index, 'id');
  return context.given(id) ? id : below(APPS, index, 'name');
}
