// recorder: a policy over time, for charts: bounded, however long the span is.

import { resourceKey } from '../../api/policy.ts';
import type { DecisionRecord, EventRecord } from '../../controller/status/view.ts';
import { isMinuteFrame, isRoundFrame } from '../frame/frame.ts';
import { type AppColumns, appsOfFrame, type ChartSample, type Column, ColumnBuilder } from './columns.ts';
import { type ConditionSpan, ConditionSpans } from './condition-spans.ts';
import { happeningsIn } from './happenings.ts';
import { inOrder, mayHold, type ReadEntry, type RecordReader, type Span } from './record-reader.ts';

export interface HistoryQuestion extends Span {
  /** `namespace/name` */
  readonly policy: string;
  /** Length of a bucket; longer where the span would have too many. Absent: as suits the span. */
  readonly stepMs?: number;
}

export interface History extends Span {
  readonly policy: string;
  readonly stepMs: number;
  /** What the newest part is made of. */
  readonly detail: 'rounds' | 'minutes';
  /** When each bucket begins, ms since the epoch. */
  readonly atMs: readonly number[];
  readonly capacity: { readonly total: Column; readonly used: Column; readonly unit: string };
  readonly apps: readonly AppColumns[];
  readonly conditions: readonly ConditionSpan[];
  /** Oldest first; of more than 500 the newest. */
  readonly decisions: readonly DecisionRecord[];
  /** Oldest first; of more than 500 the newest. */
  readonly events: readonly EventRecord[];
  /** When the record begins; absent: there is none. */
  readonly recordedFromMs?: number;
  readonly notes: readonly string[];
}

const MOST_BUCKETS = 1_500;
const USUAL_BUCKETS = 600;
const SHORTEST_STEP_MS = 100;
const MINUTE_MS = 60_000;
/** Of longer spans every round is not looked at: thousands of pictures for each app, of which a chart shows hundreds. */
const LONGEST_OF_ROUNDS_MS = 60 * MINUTE_MS;
/** … but by somebody who asks for steps that minutes could not show at all. */
const FINE_STEP_MS = 10_000;
const LONGEST_FINE_MS = 4 * 60 * MINUTE_MS;
/** The picture of the present minute is not there yet. */
const NEWEST_MS = 2 * MINUTE_MS;
const MOST_HAPPENINGS = 500;

export async function historyOf(
  reader: RecordReader,
  question: HistoryQuestion,
  signal: AbortSignal,
): Promise<History> {
  const { policy, fromMs, toMs } = question;
  const spanMs = Math.max(0, toMs - fromMs);
  const stepMs = stepOf(spanMs, question.stepMs);
  const size = Math.max(1, Math.ceil(spanMs / stepMs));
  const notes = new Set<string>();
  const how = { note: (text: string) => void notes.add(text), signal, pools: mayHold(policy) };
  const builder = new ColumnBuilder({ fromMs, stepMs, size });
  const conditions = new ConditionSpans();
  const ids = new Set<string>();
  const take = (sample: ChartSample, holdsMs: number): void => {
    for (const { id } of sample.policy.apps) ids.add(id);
    builder.add(sample, holdsMs);
    if (sample.wallMs >= fromMs) conditions.add(sample.policy.conditions, sample.wallMs);
  };

  const longestMs = stepMs <= FINE_STEP_MS ? LONGEST_FINE_MS : LONGEST_OF_ROUNDS_MS;
  const detail = stepMs < MINUTE_MS && spanMs <= longestMs ? 'rounds' : 'minutes';
  const roundsFromMs = detail === 'rounds' ? fromMs : Math.max(fromMs, toMs - NEWEST_MS);
  const firstRoundMs = (await reader.beginsMs('rounds')) ?? Number.POSITIVE_INFINITY;
  const roundsBeginMs = Math.max(roundsFromMs, firstRoundMs);
  if (roundsBeginMs > fromMs) {
    const span = { fromMs, toMs: Math.min(toMs, roundsBeginMs) };
    for await (const sample of samples(reader.entries('minutes', span, how), minuteSample, policy)) {
      if (sample.wallMs >= span.toMs) continue;
      take(sample, MINUTE_MS + 3 * sample.intervalMs);
    }
  }
  if (roundsBeginMs <= toMs) {
    const span = { fromMs: roundsBeginMs, toMs };
    for await (const sample of samples(reader.entries('rounds', span, how), roundSample, policy)) {
      if (sample.wallMs < roundsBeginMs) continue;
      take(sample, 3 * sample.intervalMs);
    }
  }
  builder.end(toMs);
  const isAbout = ({ object }: EventRecord): boolean =>
    object === `policy ${policy}` || (object.startsWith('app ') && ids.has(object.slice(4)));
  const happened = await happeningsIn(
    reader,
    { fromMs, toMs, event: isAbout, decision: ({ app }) => ids.has(app), most: MOST_HAPPENINGS },
    how,
  );
  const recordedFromMs = await beginOf(reader);
  return {
    ...{ policy, fromMs, toMs, stepMs, detail },
    atMs: Array.from({ length: size }, (_, i) => fromMs + i * stepMs),
    capacity: builder.capacity,
    apps: builder.apps,
    conditions: conditions.list(MOST_HAPPENINGS),
    ...happened,
    ...(recordedFromMs !== undefined && { recordedFromMs }),
    notes: [...notes],
  };
}

async function beginOf(reader: RecordReader): Promise<number | undefined> {
  const tiers = await Promise.all([reader.beginsMs('rounds'), reader.beginsMs('minutes')]);
  const begins = tiers.flatMap((ms) => ms ?? []);
  return begins.length === 0 ? undefined : Math.min(...begins);
}

function stepOf(spanMs: number, wishMs: number | undefined): number {
  const usual = Math.ceil(spanMs / USUAL_BUCKETS / SHORTEST_STEP_MS) * SHORTEST_STEP_MS;
  const least = Math.ceil(spanMs / MOST_BUCKETS / SHORTEST_STEP_MS) * SHORTEST_STEP_MS;
  return Math.max(wishMs ?? usual, least, SHORTEST_STEP_MS);
}

function samples(
  entries: AsyncIterable<ReadEntry>,
  sampleOf: (read: ReadEntry, policy: string) => ChartSample | undefined,
  policy: string,
): AsyncIterable<ChartSample> {
  return inOrder(
    (async function* () {
      for await (const read of entries) {
        const item = sampleOf(read, policy);
        if (item !== undefined) yield { header: read.header, item };
      }
    })(),
    ({ wallMs }) => wallMs,
  );
}

function roundSample({ entry }: ReadEntry, policy: string): ChartSample | undefined {
  if (entry.kind !== 'frame' || !isRoundFrame(entry.picture)) return undefined;
  const { shown, atMs, wallAheadMs } = entry.picture;
  const found = Object.hasOwn(shown.policies, policy) ? shown.policies[policy] : undefined;
  if (found === undefined) return undefined;
  const { intervalMs, capacity } = shown;
  const seen = { conditions: found.conditions, apps: appsOfFrame(found) };
  return { wallMs: atMs + wallAheadMs, intervalMs, capacity, policy: seen, peaks: {} };
}

function minuteSample({ entry }: ReadEntry, policy: string): ChartSample | undefined {
  if (entry.kind !== 'frame' || !isMinuteFrame(entry.picture)) return undefined;
  const { shown, atMs, wallAheadMs, peaks } = entry.picture;
  const found = shown.policies.find((each) => resourceKey(each) === policy);
  if (found === undefined) return undefined;
  const { intervalMs, capacity } = shown;
  return { wallMs: atMs + wallAheadMs, intervalMs, capacity, policy: found, peaks };
}
