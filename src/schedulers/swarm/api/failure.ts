// schedulers/swarm/api: why a manager did not answer as one, in words that say what to do.

import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import { EngineRefusal } from '../../docker-engine/failure.ts';

/** What engines say that are no managers, what they are, and what to do. */
const ADVICE: readonly (readonly [says: RegExp, is: string])[] = [
  [
    /worker nodes can'?t/i,
    'is a worker, and only managers know services: name a manager in swarm.host (docker node ls, asked on one, lists them)',
  ],
  [
    /not a swarm manager|not part of a swarm/i,
    'is in no swarm: name a manager in swarm.host, or make it one with docker swarm init',
  ],
  [
    /does not have a leader|no elected .*leader/i,
    'has no leader, since most managers are away: start them again (docker node ls shows which, once there is a leader)',
  ],
  [/needs to be unlocked|is encrypted|is locked/i, 'is locked since its restart: docker swarm unlock'],
];

/** Somebody else has written the object since it was read. */
export function isOutOfSequence(error: unknown): error is EngineRefusal {
  return error instanceof EngineRefusal && /out of sequence/i.test(error.words);
}

export function isGone(error: unknown): error is EngineRefusal {
  return error instanceof EngineRefusal && error.status === 404;
}

/** Of a reading nothing is refused for good: counts stay as they are until it is answered. */
export function readingFailure(error: unknown, place: string): unknown {
  if (!(error instanceof EngineRefusal)) return error;
  return new TransientError(`${error.message}${adviceOn(error, place)}`, { cause: error });
}

/** @param doing what was being written, for people */
export function writingFailure(error: unknown, doing: string, place: string): unknown {
  if (error instanceof TransientError)
    return new TransientError(`${doing}: ${error.message}`, { cause: error });
  if (!(error instanceof EngineRefusal)) return error;
  const message = `${doing}: the engine answered ${error.status}: ${error.words}${adviceOn(error, place)}`;
  return error.status >= 500
    ? new TransientError(message, { cause: error })
    : new TerminalError(message, { cause: error });
}

function adviceOn({ words }: EngineRefusal, place: string): string {
  const advice = ADVICE.find(([says]) => says.test(words))?.[1];
  return advice === undefined ? '' : `; the engine at ${place} ${advice}`;
}
