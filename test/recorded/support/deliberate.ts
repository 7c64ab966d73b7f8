// test support: where the embedded Marathon differs from the real one on purpose. Nothing else may: what is not here
// is a fault.

import type { RecordedRequest } from './server.ts';

export interface DeliberateDifference {
  readonly name: string;
  readonly reason: string;
  readonly concerns: (request: RecordedRequest) => boolean;
}

export const DELIBERATE: readonly DeliberateDifference[] = [
  {
    name: 'a request with an Origin is refused',
    reason: 'a web page that a person happens to read must not start processes on this machine',
    concerns: ({ headers }) => headerOf(headers, 'origin') !== undefined,
  },
  {
    name: 'a write without Content-Type: application/json is refused everywhere',
    reason: 'forms of web pages can send every other type across sites; Marathon takes any type for groups',
    concerns: ({ method, path, headers }) => {
      const type = headerOf(headers, 'content-type');
      const isGroup = path.startsWith('/v2/groups');
      return ['POST', 'PUT', 'PATCH'].includes(method) && (type === '' || (type !== undefined && isGroup));
    },
  },
  {
    name: 'pods are not created',
    reason: 'this server runs plain processes; it says so instead of pretending',
    concerns: ({ method, path }) => path.startsWith('/v2/pods') && ['POST', 'PUT'].includes(method),
  },
];

function headerOf(headers: RecordedRequest['headers'], wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
