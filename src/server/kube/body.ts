// server: the body of a write, read with an end to the patience: size, depth and names that a program may trip over.

import { messageOf } from '../../runtime/errors.ts';
import { ApiFailure, badRequest } from './failure.ts';

/** As kube-apiserver's own limit for a request. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MAX_DEPTH = 64;

/**
 * An absent body is undefined.
 *
 * @throws ApiFailure UnsupportedMediaType for a compressed one; RequestEntityTooLarge, without reading the rest;
 *   BadRequest for one that breaks off, and for what is not usable JSON
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
  refuseOddities(value);
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
  let bytes = 0;
  let text = '';
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Whoever sent it is gone, most of the time: nothing of ours is wrong. */
function brokenOff(error: unknown): never {
  throw badRequest(`the body broke off: ${messageOf(error)}`);
}

/** Without recursion: the depth is what is being looked for. */
function refuseOddities(value: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= MAX_DEPTH) throw badRequest(`the body is nested deeper than ${MAX_DEPTH} levels`);
    if (Object.hasOwn(next.value, '__proto__')) throw badRequest("the body has a field '__proto__'");
    for (const child of Object.values(next.value)) open.push({ value: child, depth: next.depth + 1 });
  }
}
