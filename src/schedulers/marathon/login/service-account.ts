// schedulers/marathon: a DC/OS service account's secret file, and the proof of identity made with it (docs/design/marathon.md#dcos).

import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { TerminalError } from '../../../runtime/errors.ts';
import { isObject } from '../schema.ts';

export interface ServiceAccount {
  readonly uid: string;
  readonly privateKey: KeyObject;
  /** Where it logs in; absent: at the Marathon's own origin. */
  readonly loginEndpoint?: string;
}

/** So long a proof may be used; it is used at once. */
const PROOF_LIFE_S = 300;

/**
 * Reads `{"uid", "private_key", "login_endpoint", "scheme": "RS256"}`.
 *
 * @throws TerminalError that says what is wrong and repeats nothing of it
 */
export function parseServiceAccount(text: string): ServiceAccount {
  const secret = parsed(text);
  if (!isObject(secret)) throw wrong('is not a JSON object');
  const { uid, private_key: key, login_endpoint: endpoint, scheme } = secret;
  if (typeof uid !== 'string' || uid === '') throw wrong('has no `uid`');
  if (scheme !== undefined && scheme !== 'RS256') throw wrong('has a `scheme` other than RS256');
  if (typeof key !== 'string') throw wrong('has no `private_key`');
  return {
    uid,
    privateKey: privateKey(key),
    ...(endpoint !== undefined && { loginEndpoint: url(endpoint) }),
  };
}

/** A JSON Web Token signed with the account's key: RS256 over `{"uid", "exp"}`. */
export function proofOf({ uid, privateKey }: ServiceAccount, nowMs: number): string {
  const claims = { uid, exp: Math.floor(nowMs / 1000) + PROOF_LIFE_S };
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** When a JSON Web Token ends, ms since the epoch by its maker's clock; undefined when it does not say. */
export function expiryOf(token: string): number | undefined {
  const claims = parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const exp = isObject(claims) ? claims['exp'] : undefined;
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined;
}

function privateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The cause is not passed on: it may quote the key.
    throw wrong('has a `private_key` that is not a private key in PEM');
  }
  if (key.asymmetricKeyType !== 'rsa') throw wrong('has a `private_key` that is not an RSA key');
  return key;
}

function url(endpoint: unknown): string {
  const parsedUrl = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
  if (parsedUrl === null || !['http:', 'https:'].includes(parsedUrl.protocol)) {
    throw wrong('has a `login_endpoint` that is not an http address');
  }
  return parsedUrl.href;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function wrong(what: string): TerminalError {
  return new TerminalError(
    `the secret of marathon.auth.dcosServiceAccount ${what}; it is the JSON that \`dcos security secrets create-sa-secret\` writes: uid, private_key, login_endpoint, scheme`,
  );
}
