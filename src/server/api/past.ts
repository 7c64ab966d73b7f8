// server: policies as they were at a moment, in the same form as those of now.

import { API_VERSION, resourceKey } from '../../api/policy.ts';
import { instantText } from '../../api/words/instant.ts';
import { policyStatusOf } from '../../controller/status/policy-status.ts';
import type { PolicyView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import { type Happenings, happeningsIn } from '../../recorder/read/happenings.ts';
import { type Moment, momentOf, type PastPool } from '../../recorder/read/moment.ts';
import { mayHold, type Reading, type RecordReader, type Span } from '../../recorder/read/record-reader.ts';
import { type EventSurroundings, eventObject } from '../kube/kinds/event-objects.ts';
import type { KubeObject } from '../kube/kinds/object.ts';
import { objectOfView } from '../kube/kinds/view-objects.ts';
import { explanation } from './explanation.ts';
import { asOfThen, overdueThen } from './overdue-then.ts';

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
  const moment = await momentOf(reader, { atMs, policy, pools: mayHold(policy) }, signal);
  const [found] = foundIn(moment, atMs).filter(({ view }) => resourceKey(view) === policy);
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
    { note: () => undefined, signal, pools: mayHold(policy) },
  );
  const { pool } = found;
  return {
    object: objectOf(found),
    explanation: explanation(found.view, decisions.toReversed()),
    atMs: pool.atMs,
    detail: pool.detail,
    notes: [...moment.notes, ...overdueNote([found], atMs)],
  };
}

/** All policies of a moment, as a list; undefined: nothing is recorded of that time. */
export async function pastPolicies(
  reader: RecordReader,
  atMs: number,
  signal: AbortSignal,
): Promise<{ readonly list: object; readonly notes: readonly string[] } | undefined> {
  const beginsMs = await recordBeginsMs(reader);
  if (beginsMs === undefined || atMs < beginsMs) return undefined;
  const moment = await momentOf(reader, { atMs }, signal);
  const found = foundIn(moment, atMs);
  return {
    list: {
      ...{ apiVersion: API_VERSION, kind: 'MicroscalingPolicyList', metadata: {} },
      items: found.map(objectOf),
    },
    notes: [...moment.notes, ...olderNote(found, atMs), ...overdueNote(found, atMs)],
  };
}

/** Where the record begins; undefined: there is none. */
export async function recordBeginsMs(reader: RecordReader): Promise<number | undefined> {
  const begins = await Promise.all([reader.beginsMs('rounds'), reader.beginsMs('minutes')]);
  const known = begins.flatMap((ms) => ms ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Said of a time of which nothing is known. */
export function notRecordedText(what: string, atMs: number, beginsMs: number | undefined): string {
  const begins =
    beginsMs !== undefined && atMs < beginsMs ? `: the record begins at ${instantText(beginsMs)}` : '';
  return `nothing is recorded of ${what} at ${instantText(atMs)}${begins}`;
}

/** A picture that is so much older than what was asked for is not of that moment: nobody recorded, or no round ended. */
const SAME_MS = 120_000;

function olderNote(found: readonly Found[], atMs: number): readonly string[] {
  const newestMs = Math.max(...found.map(({ pool }) => pool.atMs));
  if (found.length === 0 || atMs - newestMs <= SAME_MS) return [];
  return [
    `nothing was recorded between ${instantText(newestMs)} and that time: these are the last pictures before it`,
  ];
}

/** The operator hung, or was down: `Ready` says so, and what stands beside it is of before. */
function overdueNote(found: readonly Found[], atMs: number): readonly string[] {
  const lastMs = found.flatMap(({ pool }) => overdueThen(pool, atMs) ?? []);
  const newestMs = Math.max(...lastMs);
  if (lastMs.length === 0 || atMs - newestMs > SAME_MS) return [];
  const some = lastMs.length === found.length ? '' : ` of ${lastMs.length} of these ${found.length} policies`;
  const laterS = Math.round((atMs - newestMs) / 1000);
  return [`no round${some} ended between ${instantText(newestMs)} and that time, ${laterS} s later`];
}

/** More than these nobody reads. */
const MOST_EVENTS = 2_000;

/** What events refer to of a policy. */
export interface PolicyPlace {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly apps: readonly { readonly id: string; readonly name: string }[];
}

export function placesOf(policies: readonly PolicyView[]): readonly PolicyPlace[] {
  return policies.map((view) => ({
    namespace: view.namespace,
    name: view.name,
    ...defined({ uid: objectOfView(KIND, view).metadata.uid }),
    apps: view.apps.map(({ id, name }) => ({ id, name })),
  }));
}

export interface EventsQuestion extends Span {
  /** The policies at the end of the span, where they are known without the record. */
  readonly now?: readonly PolicyPlace[] | undefined;
}

/** Events of a span as objects, oldest first, and as they are kept; with the decisions of the span. */
export async function pastEvents(
  reader: RecordReader,
  { now, fromMs, toMs }: EventsQuestion,
  signal: AbortSignal,
): Promise<Happenings & { readonly items: readonly KubeObject[]; readonly notes: readonly string[] }> {
  const notes = new Set<string>();
  const how = { note: (text: string) => void notes.add(text), signal };
  const beginsMs = await recordBeginsMs(reader);
  // That nothing happened is another thing than that nobody knows.
  if (beginsMs !== undefined && fromMs < beginsMs)
    how.note(`nothing is recorded before ${instantText(beginsMs)}`);
  const happened = await happeningsIn(reader, { fromMs, toMs, most: MOST_EVENTS }, how);
  const surroundings = surroundingsOf(now ?? (await placesAt(reader, toMs, how)));
  const items = happened.events.map((event) => eventObject(event, surroundings));
  return { ...happened, items, notes: [...notes] };
}

async function placesAt(
  reader: RecordReader,
  atMs: number,
  { note, signal }: Reading,
): Promise<readonly PolicyPlace[]> {
  const moment = await momentOf(reader, { atMs }, signal);
  for (const text of moment.notes) note(text);
  return placesOf(moment.pools.flatMap(({ view }) => view.policies));
}

function surroundingsOf(policies: readonly PolicyPlace[]): EventSurroundings {
  const places = new Map(
    policies.flatMap(({ namespace, name: policy, apps }) =>
      apps.map(({ id, name: app }) => [id, { namespace, policy, app }] as const),
    ),
  );
  const uids = new Map(policies.map((policy) => [resourceKey(policy), policy.uid]));
  return {
    uidOf: (namespace, name) => uids.get(resourceKey({ namespace, name })),
    placeOf: (id) => places.get(id),
  };
}

const KIND = 'MicroscalingPolicy';

interface Found {
  readonly pool: PastPool;
  readonly view: PolicyView;
}

/** By name, as they were shown at the moment. A pool is looked at once, however many policies share it. */
function foundIn({ pools }: Moment, atMs: number): readonly Found[] {
  return pools
    .map((pool) => ({ ...pool, view: asOfThen(pool, atMs) }))
    .flatMap((pool) => pool.view.policies.map((view) => ({ pool, view })))
    .toSorted((a, b) => (resourceKey(a.view) < resourceKey(b.view) ? -1 : 1));
}

function objectOf({ pool, view }: Found): KubeObject {
  return { ...objectOfView(KIND, view), status: policyStatusOf(view, pool.view) };
}
