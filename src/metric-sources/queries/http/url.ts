// metric-sources: the URL of an `http` block. Unlike a server's address it may have a query.

import { type Address, parseAddress } from '../../connection/address.ts';

export const HTTP_SCHEMES: readonly string[] = ['http', 'https'];

export interface ParsedUrl {
  readonly address?: Address;
  /** The query with its question mark, or nothing. */
  readonly query: string;
  readonly wrong?: string;
}

/** Names of query parameters that commonly hold a secret, which does not belong in a URL: it would be logged on its way. */
const SECRET_PARAMETER = /^(.*[_-])?(api[_-]?key|key|token|secret|password|sig|signature|access[_-]?token)$/i;

export function parseUrl(text: string): ParsedUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const query = url?.search ?? '';
  const secret = [...(url?.searchParams.keys() ?? [])].find((name) => SECRET_PARAMETER.test(name));
  if (secret !== undefined)
    return {
      query,
      wrong: `has a query parameter ${secret}: a secret does not belong in a URL; give it as a header`,
    };
  const address = parseAddress(text.split(/[?#]/, 1)[0] ?? '', HTTP_SCHEMES);
  if ('wrong' in address) return { query, wrong: address.wrong };
  if (url?.hash !== '') return { query, wrong: 'has a fragment: give only host, port, path and query' };
  return { query, address };
}
