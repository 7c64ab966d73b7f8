// server: the body of a write, read with an end to the patience: size, depth and names that a program may trip over.

import { messageOf } from '../../../runtime/errors.ts';
import { JsonBounds } from '../../json-bounds.ts';
import { ApiFailure, badRequest } from './failure.ts';

/** As kube-apiserver's own limit for a request. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** A policy with 1,000 apps has about 60,000 values, and about ten levels. */
const LIMITS = { depth: 64, values: 200_000 };

/**
 * An absent body is undefined. What is too much is refused while it arrives, before it is parsed.
 *
 * @throws ApiFailure UnsupportedMediaType for a compressed one; RequestEntityTooLarge, without reading the rest;
 *   BadRequest for one that breaks off, is too deep or has too many values, and for what is not usable JSON
 */
export async function jsonBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<unknown> {
  refuseEncoding(request);
  const text = await limitedText(request, maxBytes);
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it does not parse';
    throw badRequest(`the body is not JSON: ${why.slice(0, 200)}`);
  }
  refuseOddNames(value);
  return value;
}

function refuseEncoding(request: Request): void {
  const encoding = request.headers.get('content-encoding')?.trim() ?? '';
  if (encoding === '' || encoding.toLowerCase() === 'identity') return;
  const message = `the body of the request is encoded as ${encoding.slice(0, 50)}, which is not read here; send it without Content-Encoding`;
  throw new ApiFailure('UnsupportedMediaType', message);
}

async function limitedText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = (): ApiFailure =>
    new ApiFailure('RequestEntityTooLarge', `the request is too large: the limit is ${maxBytes} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  const bounds = new JsonBounds(LIMITS);
  let bytes = 0;
  let text = '';
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    const excess = bytes > maxBytes ? undefined : bounds.excess(value);
    if (bytes > maxBytes || excess !== undefined) {
      await reader.cancel();
      throw excess === undefined ? tooLarge() : badRequest(`the body ${excess}`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Whoever sent it is gone, most of the time: nothing of ours is wrong. */
function brokenOff(error: unknown): never {
  throw badRequest(`the body broke off: ${messageOf(error)}`);
}

/** Names that a program may trip over. */
function refuseOddNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw badRequest("the body has a field '__proto__'");
  for (const child of Object.values(value)) refuseOddNames(child);
}
