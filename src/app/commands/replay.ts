// app: what `microscaling replay` is asked for, checked and put together: a record, a policy, a law.

import {
  type AlgorithmType,
  type CapacityPool,
  type MicroscalingPolicy,
  resourceKey,
} from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import { isMinuteFrame } from '../../recorder/frame/frame.ts';
import type { RecordReader } from '../../recorder/read/record-reader.ts';
import { type RecordedRound, roundsOf } from '../../recorder/read/rounds.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Candidate } from '../../simulator/replay/candidate.ts';
import { replayRecord } from '../../simulator/replay/replay.ts';
import { type ReplayResult, resultOf } from '../../simulator/replay/result.ts';
import { appWithLaw } from '../operator/law.ts';
import { readPolicy } from './simulate.ts';

export interface Tried {
  readonly policy: MicroscalingPolicy;
  /** The CapacityPool that it joins, where that is given. */
  readonly pool?: CapacityPool | undefined;
}

/** The one policy of the files; none of them: undefined. @throws TerminalError with what is wrong in them */
export async function triedIn(
  files: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Tried | undefined> {
  return files === undefined || files.length === 0 ? undefined : await readPolicy(files, signal, 'replay');
}

export interface ReplayCommand {
  /** What to try; absent: the recorded policy itself. */
  readonly tried?: Tried | undefined;
  /** `namespace/name` of the recorded policy; default: that of the policy to try, else the only one there is. */
  readonly policy?: string | undefined;
  readonly law?: AlgorithmType | undefined;
  /** By the wall clock. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly serviceRate?: number | undefined;
  readonly modelled?: boolean | undefined;
  /** Told how far it is, by the wall clock of the record. */
  readonly onRound?: ((wallMs: number) => void) | undefined;
}

/** @throws TerminalError where nothing is recorded of such a policy, and for what cannot be inferred from it */
export async function replayCommand(
  command: ReplayCommand,
  reader: RecordReader,
  signal: AbortSignal,
): Promise<ReplayResult> {
  const { tried, law, fromMs, toMs, serviceRate, modelled } = command;
  const candidate: Candidate = {
    ...(tried && { policy: tried.policy }),
    ...(tried?.pool && { capacity: tried.pool.spec.capacity }),
    ...(law && { change: (app) => appWithLaw(app, law) }),
  };
  const named = command.policy ?? (tried && resourceKey(tried.policy.metadata));
  const policy = named ?? (await onlyPolicy(reader, command, signal));
  const notes = new Set<string>();
  const how = { note: (text: string) => void notes.add(text), signal };
  const rounds = told(roundsOf(reader, { policy, fromMs, toMs }, how), command.onRound);
  const replayed = await replayRecord(rounds, {
    candidate,
    fromMs,
    toMs,
    ...defined({ serviceRate, modelled }),
  });
  const result = resultOf(replayed, { policy, fromMs, toMs });
  return { ...result, notes: [...result.notes, ...notes] };
}

async function* told(
  rounds: AsyncIterable<RecordedRound>,
  onRound: ReplayCommand['onRound'],
): AsyncGenerator<RecordedRound> {
  for await (const round of rounds) {
    onRound?.(round.wallMs);
    yield round;
  }
}

/** Of hundreds nobody reads a list in a message. */
const MOST_NAMES = 12;

async function onlyPolicy(
  reader: RecordReader,
  { fromMs, toMs }: ReplayCommand,
  signal: AbortSignal,
): Promise<string> {
  const names = new Set<string>();
  const how = { note: () => undefined, signal };
  for await (const { entry } of reader.entries('minutes', { fromMs, toMs }, how)) {
    if (entry.kind !== 'frame' || !isMinuteFrame(entry.picture)) continue;
    for (const policy of entry.picture.shown.policies) names.add(resourceKey(policy));
    if (names.size > MOST_NAMES) break;
  }
  const [only, ...others] = names;
  if (only === undefined) throw new TerminalError('nothing is recorded in that span');
  if (others.length === 0) return only;
  const listed = [...names].slice(0, MOST_NAMES).sort().join(', ');
  throw new TerminalError(
    `say which policy: ${listed}${names.size > MOST_NAMES ? ' and others' : ''} are recorded`,
  );
}
