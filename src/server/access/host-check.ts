// server: by which names this server may be called. A page of another site can make its own name mean this address (DNS
// rebinding), and then the browser takes what it reads here for that site's.

import { isIP } from 'node:net';
import { isLoopback } from '../../runtime/network/http.ts';

export interface HostCheckOptions {
  /** The host that the server listens on. */
  readonly boundTo: string;
  /** Names of the machine. */
  readonly machine: readonly string[];
  /** Further ones, as people gave them: `--allow-host`. */
  readonly allowed: readonly string[];
}

/** Nobody can buy one of these: they are given within a network. */
const WITHIN_A_NETWORK =
  /^[^.]+$|\.(local|internal|lan|home\.arpa|svc|cluster\.local|mesos|thisdcos\.directory)$/;

/** Why a request to this `Host` must not be served, or undefined. */
export function createHostCheck({
  boundTo,
  machine,
  allowed,
}: HostCheckOptions): (host: string) => string | undefined {
  const known = new Set([boundTo, ...machine, ...allowed].map(bare));
  return (given) => {
    const host = bare(given.replace(/:\d{1,5}$/, ''));
    if (isLoopback(boundTo) || isIP(host) !== 0 || isLoopback(host) || known.has(host)) return undefined;
    if (host !== '' && WITHIN_A_NETWORK.test(host)) return undefined;
    const shown = host.slice(0, 100);
    return `Host '${shown}' is no name of this operator that it knows of; if it is one, start it with --allow-host ${shown || 'NAME'}`;
  };
}

function bare(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}
