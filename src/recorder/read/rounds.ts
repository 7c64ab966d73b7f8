// recorder: the rounds of one policy's pool as they were put to `decide`, for whoever wants to put them again.

import type { DecisionMemory } from '../../core/decision.ts';
import { isPlain } from '../codec/json.ts';
import type { Header } from '../codec/segment.ts';
import { type FramePolicy, type FrameScene, type FrameWrite, isRoundFrame } from '../frame/frame.ts';
import { inOrder, mayHold, type Reading, type RecordReader, type Span } from './record-reader.ts';
import { memoryIn } from './words.ts';

export interface RecordedRound {
  /** Monotonic: what `decide` was told. */
  readonly atMs: number;
  readonly wallMs: number;
  readonly intervalMs: number;
  /** Absent: nothing was decided. */
  readonly question?: FrameScene;
  /** What `decide` remembered, where that is not what it left in the round before. */
  readonly memory?: { readonly given: DecisionMemory | undefined };
  readonly writes: readonly FrameWrite[];
  /** The policy as it ran. */
  readonly policy: FramePolicy;
}

/**
 * Oldest first: from the beginning of the segment in which the span begins, for only there a memory is whole.
 *
 * @param policy `namespace/name`
 */
export function roundsOf(
  reader: RecordReader,
  question: Span & { readonly policy: string },
  how: Reading,
): AsyncGenerator<RecordedRound> {
  return inOrder(roundsByPool(reader, question, how), ({ atMs }) => atMs);
}

async function* roundsByPool(
  reader: RecordReader,
  { policy, ...span }: Span & { readonly policy: string },
  how: Reading,
): AsyncGenerator<{ readonly header: Header; readonly item: RecordedRound }> {
  const given = new Map<string, DecisionMemory | undefined>();
  let writes: readonly FrameWrite[] = [];
  for await (const { entry, header } of reader.entries('rounds', span, { ...how, pools: mayHold(policy) })) {
    if (entry.kind === 'memory') given.set(`${entry.pool} ${entry.scene}`, memoryIn(entry.memory));
    if (entry.kind === 'writes') writes = entry.writes.filter(isWrite);
    if (entry.kind !== 'frame') continue;
    const { picture, pool } = entry;
    const own = writes;
    writes = [];
    if (!isRoundFrame(picture) || !Object.hasOwn(picture.shown.policies, policy)) continue;
    const found = picture.shown.policies[policy];
    if (found === undefined) continue;
    const { atMs, wallAheadMs, asked, shown } = picture;
    const scene = sceneOf(found);
    const key = `${pool} ${scene}`;
    const question = asked[scene];
    const isNew = question !== undefined && given.has(key);
    const item = {
      atMs,
      wallMs: atMs + wallAheadMs,
      intervalMs: shown.intervalMs,
      ...(question && { question }),
      ...(isNew && { memory: { given: given.get(key) } }),
      writes: own,
      policy: found,
    };
    yield { header, item };
    if (isNew) given.delete(key);
  }
}

/** An observed policy is decided by itself; every other one in the pool as it is run. */
function sceneOf({ apps }: FramePolicy): string {
  return Object.values(apps).find(({ scene }) => scene !== undefined)?.scene ?? '';
}

function isWrite(raw: unknown): raw is FrameWrite {
  return isPlain(raw) && typeof raw['app'] === 'string' && typeof raw['kind'] === 'string';
}
