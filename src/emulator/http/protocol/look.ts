// emulator: which line of Marathon answers look like. Some clients refuse keys that are newer than they are.

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

export const LOOKS = ['1.8', '1.10'] as const;
export type Look = (typeof LOOKS)[number];

export interface LookView {
  /** The line that is imitated; suffixed so that nobody takes it for the real thing. */
  readonly version: string;
  /** A JSON value as that line would have written it. */
  readonly view: (value: unknown) => unknown;
  readonly answer: (response: Response) => Response | Promise<Response>;
}

const NEWEST: LookView = {
  version: '1.10.26-microscaling',
  view: (value) => value,
  answer: (response) => response,
};

const OLDER: LookView = {
  version: '1.8.244-microscaling',
  view: asOf18,
  answer: async (response) => {
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    if (response === RESPONSE_ALREADY_SENT || !isJson) return response;
    const { status, headers } = response;
    return new Response(JSON.stringify(asOf18(await response.json())), { status, headers });
  },
};

export function lookOf(look: Look = '1.10'): LookView {
  return look === '1.8' ? OLDER : NEWEST;
}

/** What came after 1.8 (role, enforceRole, resourceLimits), or what its clients do not know all the same. */
const UNKNOWN_TO_18 = new Set([
  'check',
  'checkResult',
  'enforceRole',
  'executorResources',
  'resourceLimits',
  'role',
  'tty',
]);
/** Keys in these are people's own. */
const FREE_KEYS = new Set(['env', 'labels', 'secrets']);

function asOf18(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asOf18);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !UNKNOWN_TO_18.has(key))
      .map(([key, item]) => [
        key === 'tasksStats' ? 'taskStats' : key,
        FREE_KEYS.has(key) ? item : asOf18(item),
      ]),
  );
}
