// metric-sources: what an error of Redis means, in words. Its own text is not repeated: it may hold keys and addresses.

import type { ErrorReply } from './resp.ts';

const BY_CODE: Readonly<Record<string, string>> = {
  NOAUTH: 'the server asks for credentials; give auth',
  WRONGPASS: 'the user does not exist, is off, or has another password; check auth',
  NOPERM: 'the user has no right to these commands or keys; see the readme for those that are needed',
  WRONGTYPE: 'the key holds another type of value; check the name, and whether it is a list or a stream',
  MOVED: 'it is a cluster, and another of its nodes holds the key; name as endpoint the node that has it',
  ASK: 'it is a cluster that is moving the key to another node; name that node as endpoint when it has it',
  CROSSSLOT: 'it is a cluster that does not hold all keys of the queue on one node; give them one hash tag',
  CLUSTERDOWN: 'it is a cluster that is down',
  LOADING: 'the server is loading its data',
  BUSY: 'the server is busy with a script',
  MASTERDOWN: 'the replica has lost its master and does not serve old data',
  DENIED: 'the server is in protected mode: it takes other machines only with a password or when told so',
};

const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/no such key/i, 'there is no such stream; check name and database'],
  [
    /invalid password|AUTH.*without any password|no password is set/i,
    'the server refuses the password, or has none; check auth',
  ],
  [/DB index/i, 'the server has no database of this number; check database'],
  [/max number of clients/i, 'the server takes no more connections'],
  [
    /unknown (sub)?command|wrong number of arguments/i,
    'the server does not know a command; it must be a Redis from 5.0 on, and no Sentinel',
  ],
];

export function wordsOf({ code, text }: ErrorReply): string {
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code] ?? code;
  const found = BY_TEXT.find(([pattern]) => pattern.test(text));
  return found?.[1] ?? `the server answered with an error (${code})`;
}
