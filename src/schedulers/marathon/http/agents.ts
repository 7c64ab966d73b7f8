// schedulers/marathon: connections, and which certificates they trust.

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** @param ca certificates to trust instead of the system's, PEM */
export function agents(
  ca: string | undefined,
  options: { readonly keepAlive?: boolean; readonly timeout?: number },
): Agents {
  const trust = ca === undefined ? {} : { ca };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent({ ...options, ...trust }) };
}
