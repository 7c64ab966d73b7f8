// schedulers/docker: why a container does not run, as a reason that every scheduler has and in the engine's words.

import type { WaitingReason } from '../../../core/observation.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { ContainerDetails } from '../../docker-engine/containers.ts';
import { EngineRefusal } from '../../docker-engine/failure.ts';

/** The engine has no codes for these: what it says of a machine that is too small, and of what is taken or not there. */
const NO_ROOM =
  /Range of CPUs|no space left on device|cannot allocate memory|resource temporarily unavailable|could not select device driver/i;
const NOT_PLACED =
  /No such image|port is already allocated|address already in use|network \S+ not found|bind source path does not exist/i;

/** Why it could not be created or started. */
export function launchTrouble(error: unknown): WaitingReason {
  const words = error instanceof EngineRefusal ? error.words : messageOf(error);
  return { reason: reasonOf(words), text: words };
}

function reasonOf(words: string): WaitingReason['reason'] {
  if (NO_ROOM.test(words)) return 'NoRoom';
  return NOT_PLACED.test(words) ? 'NotPlaced' : 'BackingOff';
}

/** How it ended. */
export function endedTrouble(
  { exitCode, outOfMemory, startError }: Pick<ContainerDetails, 'exitCode' | 'outOfMemory' | 'startError'>,
  name: string,
): WaitingReason {
  const how = outOfMemory
    ? `was killed because it used more memory than mem (exit code ${exitCode})`
    : (startError ?? `ended with exit code ${exitCode}`);
  return { reason: 'BackingOff', text: `container ${name} ${how}; docker logs ${name} shows what it said` };
}
