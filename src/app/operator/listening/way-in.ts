// app: how people get into an operator that listens beyond its own machine, for the log of its start.

import { defined } from '../../../lang/defined.ts';
import type { DocumentStore } from '../../../runtime/document-store.ts';
import { isLoopback } from '../../../runtime/network/http.ts';
import { createTokenBook } from '../../../server/access/tokens.ts';

export interface WayInOptions {
  /** The host that the API listens on. */
  readonly boundTo: string;
  readonly url: string;
  readonly dataDir?: string;
  readonly documents?: DocumentStore;
  readonly writeToken?: string;
}

export interface WayIn {
  /** `warn`: there is no token, so nobody gets in. */
  readonly level: 'info' | 'warn';
  readonly message: string;
}

/** Undefined on loopback, where nobody needs a token. */
export function wayIn({ boundTo, url, dataDir, documents, writeToken }: WayInOptions): WayIn | undefined {
  if (isLoopback(boundTo)) return undefined;
  const tokens = createTokenBook({
    ...defined({ documents, writeToken }),
  });
  const create = `microscaling token create NAME --role read|write --data ${dataDir ?? 'DIR'}`;
  if (tokens.isEmpty) {
    const how =
      dataDir === undefined
        ? 'start it with one in MICROSCALING_API_TOKEN or --api-token-file FILE, or with --data DIR, where microscaling token create makes them'
        : `${create} makes one, while it runs`;
    return {
      level: 'warn',
      message: `nobody gets in: the page and the API listen beyond this machine, where they need a token, and there is none; ${how}`,
    };
  }
  const more = dataDir === undefined ? 'the one it was started with' : `${create} makes more`;
  return {
    level: 'info',
    message: `the page and the API need a token (${more}): log in at ${url}/login, or send Authorization: Bearer TOKEN`,
  };
}
