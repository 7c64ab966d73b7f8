// server: what a request to pause or override says, checked before anything is done.

import { durationMs, isDuration } from '../../api/duration.ts';
import { isObject, type JsonObject } from '../../api/schema/json-schema.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';

export interface PauseRequest {
  readonly forMs: number;
  readonly reason?: string;
}

export interface OverrideRequest {
  readonly instances: number;
  readonly forMs: number;
  readonly reason?: string;
}

/** Long enough for a sentence, short enough for a status line. */
const MAX_REASON = 200;
/** Of an intervention without an end: longer than most incidents, and one that is forgotten must not last. */
const DEFAULT_FOR_MS = 3_600_000;

/** @throws TerminalError with what is wrong, for the body `{for?, reason?}` */
export function pauseRequest(body: JsonObject): PauseRequest {
  refuseOthers(body, ['for', 'reason']);
  return { forMs: positiveMs(body['for']), ...reasonOf(body) };
}

/** @throws TerminalError with what is wrong, for the body `{instances, for?, reason?}` */
export function overrideRequest(body: JsonObject): OverrideRequest {
  refuseOthers(body, ['instances', 'for', 'reason']);
  const { instances } = body;
  if (typeof instances !== 'number' || !Number.isSafeInteger(instances) || instances < 0)
    throw new TerminalError('`instances` must be a whole number, 0 or more');
  return { instances, forMs: positiveMs(body['for']), ...reasonOf(body) };
}

/**
 * The JSON object of a request; an empty body is an empty one.
 *
 * @throws TerminalError, also when the body breaks off: whoever sent it is gone
 */
export async function objectOf(body: Promise<string>): Promise<JsonObject> {
  const text = await body.catch((error: unknown) => {
    throw new TerminalError(`the body broke off: ${messageOf(error)}`);
  });
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TerminalError('the body is not JSON');
  }
  if (!isObject(value)) throw new TerminalError('the body must be a JSON object');
  return value;
}

function refuseOthers(body: JsonObject, known: readonly string[]): void {
  const other = Object.keys(body).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new TerminalError(`unknown field \`${other.slice(0, 50)}\`; there are ${known.join(', ')}`);
}

function positiveMs(value: unknown): number {
  if (value === undefined) return DEFAULT_FOR_MS;
  if (typeof value === 'string' && isDuration(value) && durationMs(value) > 0) return durationMs(value);
  throw new TerminalError(
    '`for` must be a duration longer than nothing, like 10m or 1h; what is to last belongs into the policy (`mode: Paused`)',
  );
}

function reasonOf({ reason }: JsonObject): { readonly reason?: string } {
  if (reason === undefined || reason === '') return {};
  if (typeof reason !== 'string') throw new TerminalError('`reason` must be a text');
  if (reason.length > MAX_REASON)
    throw new TerminalError(`\`reason\` has ${reason.length} characters; ${MAX_REASON} are enough`);
  return { reason };
}
