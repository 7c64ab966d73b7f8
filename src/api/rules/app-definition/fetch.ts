// api: what is fetched for a task.

import { isBadUri } from '../../app-definition/fetch.ts';
import { asObject, listOf } from '../../app-definition/network.ts';
import { type Complaints, complaint, type Read, when } from './subject.ts';

export function checkFetch({ read }: Read): Complaints {
  const fetch = listOf(read['fetch']) ?? [];
  const uris = listOf(read['uris']) ?? [];
  return [
    ...when(
      uris.length > 0 && fetch.length > 0,
      ['uris'],
      'and fetch exclude each other: move its entries into fetch',
    ),
    ...fetch.flatMap((item, i) => bad(asObject(item)['uri'], ['fetch', i, 'uri'])),
    ...uris.flatMap((uri, i) => bad(uri, ['uris', i])),
  ];
}

function bad(uri: unknown, at: readonly (string | number)[]): Complaints {
  return typeof uri === 'string' && isBadUri(uri) ? [complaint(at, 'is not a URI')] : [];
}
