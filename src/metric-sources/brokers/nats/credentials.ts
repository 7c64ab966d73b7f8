// metric-sources: who the operator is to a NATS server, in the words of its CONNECT message.

import { createPrivateKey, sign } from 'node:crypto';

export type NatsCredentials =
  | { readonly token: string }
  | { readonly user: string; readonly password: string }
  | { readonly jwt: string; readonly seed: string };

/** A user's JWT and the seed of its key, from the content of a credentials file; undefined when it is none. */
export function credentialsIn(content: string): { readonly jwt: string; readonly seed: string } | undefined {
  const [jwt, seed] = [...content.matchAll(/-{3,}BEGIN [^-]*-{3,}\s+(\S+)\s+-{3,}END [^-]*-{3,}/g)].map(
    ([, text]) => text,
  );
  return jwt !== undefined && seed !== undefined && keyOf(seed) !== undefined ? { jwt, seed } : undefined;
}

/** @param nonce that the server wants to be signed */
export function connectFields(
  given: NatsCredentials | undefined,
  nonce: string | undefined,
): Readonly<Record<string, string>> {
  if (given === undefined) return {};
  if ('token' in given) return { auth_token: given.token };
  if ('user' in given) return { user: given.user, pass: given.password };
  const key = keyOf(given.seed);
  if (nonce === undefined || key === undefined) return { jwt: given.jwt };
  return { jwt: given.jwt, sig: sign(null, Buffer.from(nonce), key).toString('base64url') };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** PKCS #8 of an Ed25519 key up to the key itself, RFC 8410. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A seed is base32 of two bytes of prefix, 32 of the key and two of a checksum. */
function keyOf(seed: string): ReturnType<typeof createPrivateKey> | undefined {
  if (!/^S[A-Z2-7]{57}$/.test(seed)) return undefined;
  let bits = '';
  for (const letter of seed) bits += BASE32.indexOf(letter).toString(2).padStart(5, '0');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const key = Buffer.concat([PKCS8_HEAD, bytes.subarray(2, 34)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}
