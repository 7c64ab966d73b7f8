// runtime: which host names mean this machine, and how to reach it without a proxy.

import { Agent } from 'node:http';

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/**
 * An agent for plain HTTP to this machine, undefined for any other URL. Clients that honour `HTTP_PROXY` send
 * even loopback requests to the proxy unless they are given an agent of their own.
 */
export function loopbackAgent(url: string): Agent | undefined {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && isLoopback(hostname) ? new Agent({ keepAlive: true }) : undefined;
}
