// schedulers/swarm/write: sets the count of one service, provided it is still the one that was seen.

import type { Clock } from '../../../runtime/clock.ts';
import { TransientError, WaitError } from '../../../runtime/errors.ts';
import { type ApplyResult, TargetRefused } from '../../scheduler.ts';
import type { ServiceDraft, SwarmApi } from '../api/client.ts';
import { isGone, isOutOfSequence, writingFailure } from '../api/failure.ts';
import type { Service } from '../api/service.ts';
import { type Counts, versionOf } from '../read/counts.ts';
import { holderOf, refusalOf } from '../target.ts';
import { serviceText } from '../words.ts';
import { placed } from './placing.ts';

export interface ScaleWrite {
  readonly name: string;
  readonly to: number;
}

export interface ScaleDeps {
  readonly api: SwarmApi;
  readonly counts: Counts;
  readonly clock: Clock;
  /** For people. */
  readonly place: string;
  /** After a write, whether or not it was answered. */
  readonly onWritten: () => void;
}

const LOCK_RETRY_MS = 5_000;
/** How long tasks of a count may be on their way to a place. */
const FRESH_MS = 5_000;

/**
 * @throws TransientError when the count is another one by now, WaitError while somebody's update holds the service, TargetRefused
 *   where it has no count
 */
export async function scale(
  { name, to }: ScaleWrite,
  deps: ScaleDeps,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { counts } = deps;
  const doing = `scaling ${serviceText(name)} to ${to}`;
  const draft = await read(name, deps, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (isGone(error)) return undefined;
    throw writingFailure(error, doing, deps.place);
  });
  if (draft === undefined) throw lookAgain(doing, 'it is not there any more');
  const { service } = draft;
  if (checked(service, { doing, counts }) === to) return { outcome: 'noop' };
  await write(draft, { to, doing }, deps, signal);
  counts.wrote(service, to, deps.clock.monotonic());
  return { outcome: 'accepted', operation: `${versionOf(service)} scaled to ${to}` };
}

/** Not while the tasks of our last count are being placed. */
async function read(
  name: string,
  { api, counts, clock }: ScaleDeps,
  signal: AbortSignal,
): Promise<ServiceDraft | undefined> {
  const last = counts.lastWrite(name);
  if (last !== undefined && clock.monotonic() - last.atMs < FRESH_MS)
    await placed(last.serviceId, { api, clock }, signal);
  return await api.draft(name, signal);
}

/** The present count, of a service that may be written. */
function checked(
  service: Service,
  { doing, counts }: { readonly doing: string; readonly counts: Counts },
): number {
  const { id, name, replicas } = service;
  const refusal = refusalOf(service);
  if (refusal !== undefined || replicas === undefined) throw new TargetRefused(`${doing}: ${refusal ?? ''}`);
  const told = counts.told(name);
  if (told !== undefined && told.serviceId !== id) throw lookAgain(doing, 'it was removed and made anew');
  if (told !== undefined && told.replicas !== replicas)
    throw lookAgain(doing, `somebody else has set it to ${replicas} meanwhile`);
  const holder = holderOf(service);
  if (holder !== undefined)
    throw new WaitError(
      `${doing}: locked by update ${holder.id} (Restart ${serviceText(name)}): ${holder.words}`,
      LOCK_RETRY_MS,
    );
  return replicas;
}

/** Of the version that was just read: the manager refuses it when there is a newer one. */
async function write(
  { service, specWith }: ServiceDraft,
  { to, doing }: { readonly to: number; readonly doing: string },
  { api, counts, place, onWritten }: ScaleDeps,
  signal: AbortSignal,
): Promise<void> {
  const spec = specWith(to);
  counts.sending(service, spec);
  try {
    await api.update(service, spec, doing, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isOutOfSequence(error)) throw lookAgain(doing, 'somebody else has written it meanwhile', error);
    if (isGone(error)) throw lookAgain(doing, 'it is not there any more', error);
    throw writingFailure(error, doing, place);
  } finally {
    onWritten();
  }
}

function lookAgain(doing: string, why: string, cause?: unknown): TransientError {
  return new TransientError(`${doing}: ${why}; looking again`, { cause });
}
