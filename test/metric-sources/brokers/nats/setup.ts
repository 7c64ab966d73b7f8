// Ports that speak, but not as NATS does, or say nothing at all; and who is who to a real one.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { nkeys } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';

export async function portThat(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export function silentPort(): Promise<number> {
  return portThat(() => undefined);
}

export interface JwtWorld {
  /** Of a server whose users are known by their JWT. */
  readonly settings: string;
  /** A credentials file of a user of it. */
  readonly creds: string;
  /** One with the same JWT and somebody else's key. */
  readonly stolen: string;
}

/** An operator, an account without JetStream and a user, each vouched for by the one before. */
export function jwtWorld(): JwtWorld {
  const [operator, system, account] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const [user, other] = [nkeys.createUser(), nkeys.createUser()];
  const vouched = (each: Key): string => `${each.getPublicKey()}: ${jwt(operator, each, 'account')}`;
  const own = jwt(account, user, 'user');
  return {
    settings: `operator: ${jwt(operator, operator, 'operator')}
      resolver: MEMORY
      system_account: ${system.getPublicKey()}
      resolver_preload: { ${vouched(system)}, ${vouched(account)} }`,
    creds: credentialsFile(own, user),
    stolen: credentialsFile(own, other),
  };
}

export function credentialsFile(token: string, key: Key): string {
  return `-----BEGIN NATS USER JWT-----
${token}
------END NATS USER JWT------

************************* IMPORTANT *************************

-----BEGIN USER NKEY SEED-----
${Buffer.from(key.getSeed()).toString()}
------END USER NKEY SEED------
`;
}

type Key = ReturnType<typeof nkeys.createUser>;

const UNLIMITED = {
  subs: -1,
  data: -1,
  payload: -1,
  conn: -1,
  leaf: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
};

function jwt(by: Key, of: Key, type: 'operator' | 'account' | 'user'): string {
  const iat = Math.floor(Date.now() / 1000);
  const limits = type === 'account' ? { limits: UNLIMITED } : type === 'user' ? UNLIMITED : {};
  const nats = { type, version: 2, ...limits };
  const claims = { jti: type, iat, iss: by.getPublicKey(), sub: of.getPublicKey(), name: type, nats };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${text}.${Buffer.from(by.sign(Buffer.from(text))).toString('base64url')}`;
}
