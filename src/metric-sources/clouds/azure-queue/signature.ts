// metric-sources: who the operator is to Azure Queue Storage: a request signed with the account's key, or a SAS in its query.
// Format: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key

import { createHmac } from 'node:crypto';
import type { QueueCredential } from './target.ts';

/** Old enough for every emulator and service that is about. */
const VERSION = '2020-10-02';
/** Of eleven headers, none of which a GET without body and conditions has, each has its line. */
const ABSENT_HEADERS = '\n'.repeat(11);

export interface QueueCall {
  /** Of the queue or of what is below it, encoded. */
  readonly path: string;
  /** In alphabetical order. */
  readonly query: Readonly<Record<string, string>>;
  readonly credential: QueueCredential;
  readonly wallMs: number;
}

export interface SignedCall {
  /** With its query; of a SAS, a secret. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function signed({ path, query, credential, wallMs }: QueueCall): SignedCall {
  const headers = {
    accept: 'application/xml',
    'user-agent': 'microscaling',
    'x-ms-date': new Date(wallMs).toUTCString(),
    'x-ms-version': VERSION,
  };
  const asked = `${path}?${new URLSearchParams(query)}`;
  if (credential.kind === 'sas') return { path: `${asked}&${credential.token}`, headers };
  const { accountName, accountKey } = credential;
  const text = [
    `GET${ABSENT_HEADERS}`,
    `x-ms-date:${headers['x-ms-date']}`,
    `x-ms-version:${VERSION}`,
    `/${accountName}${path}`,
    ...Object.entries(query).map(([name, value]) => `${name}:${value}`),
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(text).digest('base64');
  return { path: asked, headers: { ...headers, authorization: `SharedKey ${accountName}:${signature}` } };
}
