// metric-sources: addresses of servers as policies write them, for the protocols that sources speak.

/** Ports that an address need not name, by scheme. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  redis: 6379,
  rediss: 6379,
  nats: 4222,
  tls: 4222,
  kafka: 9092,
  kafkas: 9093,
  postgresql: 5432,
  postgres: 5432,
  grpc: 50_051,
  grpcs: 50_051,
};

/** All that a source may be spoken to with. */
export const SCHEMES: readonly string[] = Object.keys(DEFAULT_PORTS);

export interface Address {
  /** Without its colon. */
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** With its leading slash; empty when there is none. */
  readonly path: string;
  /** `redis://cache:6379`, as `--allow-endpoint` names it; of http and https as URL spells it. */
  readonly origin: string;
}

/**
 * Never repeats the address: it may hold a secret.
 *
 * @param schemes that the source speaks
 * @returns the address, or what is wrong with it, as the end of a sentence
 */
export function parseAddress(text: string, schemes: readonly string[]): Address | { readonly wrong: string } {
  const example = `${schemes[0]}://HOST${schemes[0]?.startsWith('http') ? '' : `:${DEFAULT_PORTS[schemes[0] ?? '']}`}`;
  if (!URL.canParse(text)) return { wrong: `is not an address such as ${example}` };
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const scheme = protocol.slice(0, -1);
  if (!schemes.includes(scheme))
    return { wrong: `does not begin with ${schemes.map((s) => `${s}://`).join(' or ')}` };
  if (hostname === '') return { wrong: `names no host; write it like ${example}` };
  if (username !== '' || password !== '')
    return { wrong: 'holds credentials: remove them from the address and give them by reference' };
  if (search !== '' || hash !== '')
    return { wrong: 'has a query or a fragment: give only host, port and path' };
  const number = port === '' ? (DEFAULT_PORTS[scheme] ?? 0) : Number(port);
  const host = hostname.toLowerCase();
  const path = pathname === '/' ? '' : pathname.replace(/\/+$/, '');
  return { scheme, host, port: number, path, origin: originAt(scheme, host, number) };
}

/** As URL spells it: http and https without their own port, everything else with one. */
function originAt(scheme: string, host: string, port: number): string {
  const isWeb = scheme === 'http' || scheme === 'https';
  return isWeb && port === DEFAULT_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
