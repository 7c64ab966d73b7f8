// schedulers: which version of its API an engine is spoken to in: the newest that both know.

import { TerminalError } from '../../runtime/errors.ts';
import { type Json, textIn } from './json.ts';

/** Of Docker 20.10: what is used here is in it. */
const OLDEST = '1.41';
/** The newest whose changes were read. */
const NEWEST = '1.51';

/**
 * @param version an engine's answer to `GET /version`
 * @throws TerminalError when there is no such version
 */
export function negotiatedVersion(version: Json, place: string): string {
  const most = textIn(version['ApiVersion']);
  const least = textIn(version['MinAPIVersion']) ?? OLDEST;
  if (most === undefined)
    throw new TerminalError(`what answers at ${place} names no version of its API; is it a Docker engine?`);
  if (compare(most, OLDEST) < 0)
    throw new TerminalError(
      `the engine at ${place} speaks API ${most}; ${OLDEST} or newer is needed, which Docker 20.10 has`,
    );
  if (compare(least, NEWEST) > 0)
    throw new TerminalError(
      `the engine at ${place} wants API ${least} or newer; this version of microscaling speaks ${NEWEST}`,
    );
  return compare(most, NEWEST) < 0 ? most : NEWEST;
}

function compare(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
