// server: policies as they were at a moment, in the same form as those of now.

import { API_VERSION, resourceKey } from '../../api/policy.ts';
import { policyStatusOf } from '../../controller/status/policy-status.ts';
import type { PolicyView } from '../../controller/status/view.ts';
import { happeningsIn } from '../../recorder/read/happenings.ts';
import { type Moment, momentOf, type PastPool } from '../../recorder/read/moment.ts';
import type { RecordReader } from '../../recorder/read/record-reader.ts';
import type { KubeObject } from '../kube/kinds/object.ts';
import { objectOfView } from '../kube/kinds/view-objects.ts';
import { explanation } from './explanation.ts';

/** Beside what was: when exactly, and what is to be said of it. */
export interface PastAnswer {
  /** Of the picture: at the moment or before it. */
  readonly atMs: number;
  readonly detail: PastPool['detail'];
  readonly notes: readonly string[];
}

/** What was decided before the moment, and how many of it. */
const DECISIONS_MS = 6 * 3_600_000;
const MOST_DECISIONS = 200;

/** Undefined: nothing is known of it at that moment. */
export async function pastPolicy(
  reader: RecordReader,
  { policy, atMs }: { readonly policy: string; readonly atMs: number },
  signal: AbortSignal,
): Promise<(PastAnswer & { readonly object: KubeObject; readonly explanation: object }) | undefined> {
  const moment = await momentOf(reader, { atMs, policy }, signal);
  const [found] = foundIn(moment).filter(({ view }) => resourceKey(view) === policy);
  if (found === undefined) return undefined;
  const ids = new Set(found.view.apps.map(({ id }) => id));
  const { decisions } = await happeningsIn(
    reader,
    {
      fromMs: atMs - DECISIONS_MS,
      toMs: atMs,
      event: () => false,
      decision: ({ app }) => ids.has(app),
      most: MOST_DECISIONS,
    },
    { note: () => undefined, signal },
  );
  const { pool } = found;
  return {
    object: objectOf(found),
    explanation: explanation(found.view, decisions.toReversed()),
    atMs: pool.atMs,
    detail: pool.detail,
    notes: moment.notes,
  };
}

/** All policies of a moment, as a list. */
export async function pastPolicies(
  reader: RecordReader,
  atMs: number,
  signal: AbortSignal,
): Promise<{ readonly list: object; readonly notes: readonly string[] }> {
  const moment = await momentOf(reader, { atMs }, signal);
  const items = foundIn(moment).map(objectOf);
  return {
    list: { apiVersion: API_VERSION, kind: 'MicroscalingPolicyList', metadata: {}, items },
    notes: moment.notes,
  };
}

interface Found {
  readonly pool: PastPool;
  readonly view: PolicyView;
}

function foundIn({ pools }: Moment): readonly Found[] {
  return pools
    .flatMap((pool) => pool.view.policies.map((view) => ({ pool, view })))
    .toSorted((a, b) => (resourceKey(a.view) < resourceKey(b.view) ? -1 : 1));
}

function objectOf({ pool, view }: Found): KubeObject {
  return { ...objectOfView('MicroscalingPolicy', view), status: policyStatusOf(view, pool.view) };
}
