// emulator: HTTP basic authentication as by Marathon's --http_credentials: one pair, all rights.

import { createHash, timingSafeEqual } from 'node:crypto';
import { htmlError } from '../http/protocol/call.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** @returns the refusal, or undefined when the request carries the credentials */
export function authenticate(request: Request, credentials: Credentials): Response | undefined {
  const given = request.headers.get('authorization') ?? '';
  const [, encoded = ''] = /^basic\s+(\S+)\s*$/i.exec(given) ?? [];
  const wanted = Buffer.from(`${credentials.user}:${credentials.password}`);
  if (sameText(Buffer.from(encoded, 'base64'), wanted)) return undefined;
  return htmlError(401, 'Unauthorized', { 'WWW-Authenticate': 'Basic realm="Mesosphere"' });
}

/** Takes as long whatever is wrong. */
function sameText(a: Buffer, b: Buffer): boolean {
  const digest = (text: Buffer): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
