// metric-sources: who the operator is to a broker: a password, told (PLAIN) or proven (SCRAM, RFC 5802).

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { TransientError } from '../../../runtime/errors.ts';
import { type KafkaRequest, saslAuthenticate, saslHandshake } from './requests.ts';

export const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

export interface KafkaCredentials {
  readonly mechanism: Mechanism;
  readonly username: string;
  readonly password: string;
}

type Ask = <T>(request: KafkaRequest<T>) => Promise<T>;

/** @returns how long they serve, ms; 0 for as long as the connection */
export async function authenticate(credentials: KafkaCredentials, ask: Ask): Promise<number> {
  const { mechanism, username, password } = credentials;
  const { refused, mechanisms } = await ask(saslHandshake(mechanism));
  if (refused) {
    const known = MECHANISMS.filter((each) => mechanisms.includes(each));
    const takes = known.length === 0 ? 'none that is known here' : known.join(', ');
    throw new TransientError(
      `the broker does not take ${mechanism}; check auth.mechanism: it takes ${takes}`,
    );
  }
  if (mechanism !== 'PLAIN') return scram(credentials, ask);
  return (await ask(saslAuthenticate(Buffer.from(`\0${username}\0${password}`)))).lifetimeMs;
}

/** More than brokers ask for, and few enough to be reckoned in a moment. */
const MOST_ITERATIONS = 200_000;
const FEWEST_ITERATIONS = 4096;
/** That nothing is bound to the channel, in base64. */
const UNBOUND = 'biws';

async function scram({ mechanism, username, password }: KafkaCredentials, ask: Ask): Promise<number> {
  const [algorithm, bytes] =
    mechanism === 'SCRAM-SHA-512' ? (['sha512', 64] as const) : (['sha256', 32] as const);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(algorithm, key).update(text).digest();
  const nonce = randomBytes(18).toString('base64');
  const first = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  const challenge = (await ask(saslAuthenticate(Buffer.from(`n,,${first}`)))).bytes.toString('utf8');
  const [, both = '', salt = '', rounds = ''] = /^r=([^,]+),s=([^,]+),i=(\d{1,9})$/.exec(challenge) ?? [];
  const iterations = Number(rounds);
  if (!both.startsWith(nonce) || iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS)
    throw new TransientError(`the broker does not speak ${mechanism} as it should; check host and port`);
  const salted = await promisify(pbkdf2)(password, Buffer.from(salt, 'base64'), iterations, bytes, algorithm);
  const key = hmac(salted, 'Client Key');
  const unproven = `c=${UNBOUND},r=${both}`;
  const agreed = `${first},${challenge},${unproven}`;
  const signature = hmac(createHash(algorithm).update(key).digest(), agreed);
  const proof = Buffer.from(key.map((byte, i) => byte ^ (signature[i] ?? 0))).toString('base64');
  const last = await ask(saslAuthenticate(Buffer.from(`${unproven},p=${proof}`)));
  const verifier = Buffer.from(/^v=([^,]+)/.exec(last.bytes.toString('utf8'))?.[1] ?? '', 'base64');
  const expected = hmac(hmac(salted, 'Server Key'), agreed);
  if (verifier.length !== expected.length || !timingSafeEqual(verifier, expected))
    throw new TransientError(
      'the broker does not know the password itself: it may be somebody else; check host and port',
    );
  return last.lifetimeMs;
}
