// server: what of the operator somebody looks at, as the address of the page says it.

/** Everything is optional: the page of an operator with one pool shows that pool, of one with several their list. */
export interface Selection {
  /** `namespace/name`. */
  readonly policy?: string;
  readonly pool?: string;
  /** Of a list: words that each shown policy has in its name, its pool, its cause or its apps. */
  readonly search: string;
  /** Of a list: a level or a kind of health; empty: all. */
  readonly show: string;
  /** Of a list, from 1. */
  readonly page: number;
}

const MAX_TEXT = 300;

export const EVERYTHING: Selection = { search: '', show: '', page: 1 };

/** Reads what it can: an address that somebody mistyped shows more than was meant, never an error. */
export function selectionOf(query: Readonly<Record<string, string>>): Selection {
  const text = (name: string): string => (query[name] ?? '').trim().slice(0, MAX_TEXT);
  const page = Number(query['page']);
  const policy = text('policy');
  const pool = text('pool');
  return {
    ...(policy !== '' && { policy: policy.includes('/') ? policy : `default/${policy}` }),
    ...(pool !== '' && { pool: pool.includes('/') ? pool : `default/${pool}` }),
    search: text('q').toLowerCase(),
    show: text('show'),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The same for selections that show the same. */
export function selectionKey({ policy, pool, search, show, page }: Selection): string {
  return JSON.stringify([policy, pool, search, show, page]);
}
