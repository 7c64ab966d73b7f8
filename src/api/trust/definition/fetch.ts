// api: what a definition has fetched for its tasks, with whose rights, and to where.

import type { JsonObject } from '../../schema/json-schema.ts';
import type { Finding } from '../../validation/finding.ts';
import { below } from '../../validation/pointer.ts';
import { refused } from '../rules.ts';
import { each, fieldsOf, isSet, PRIVILEGED } from './rule.ts';

/**
 * What the Mesos fetcher takes over the network as anybody could. Anything else is a path on the agent, or Hadoop's to
 * read with the agent's own identity (hdfs:, s3:, gs:, maprfs:).
 */
const PUBLIC = /^(?:https?|ftps?):\/\/[^/]/i;

export function checkFetches({ fetch, uris }: JsonObject, pointer: string): readonly Finding[] {
  const found = [
    ...each(fetch).map((item, i) => ({ uri: fieldsOf(item)['uri'], place: below(pointer, 'fetch', i) })),
    ...each(uris).map((uri, i) => ({ uri, place: below(pointer, 'uris', i) })),
  ];
  return found.flatMap(({ uri, place }) => {
    if (typeof uri === 'string' && PUBLIC.test(uri)) return [];
    const what =
      "may not fetch files of the agent, nor anything with the agent's identity (hdfs:, s3:, gs:), only what is on the network (https://…)";
    return [refused(place, what, PRIVILEGED)];
  });
}

/** Marathon's name for it, and Mesos'. */
const TARGETS = ['destPath', 'outputFile'] as const;

/** The fetcher writes as the agent, into the sandbox: a name in it is all that is needed. */
export function checkFetchTargets({ fetch }: JsonObject, pointer: string): readonly Finding[] {
  return each(fetch).flatMap((item, i) =>
    TARGETS.flatMap((field) => {
      const path = fieldsOf(item)[field];
      if (!isSet(path)) return [];
      const isInside =
        typeof path === 'string' && !/^[/~]/.test(path) && !/(^|[/\\])\.\.([/\\]|$)|\0/.test(path);
      if (isInside) return [];
      return [
        refused(below(pointer, 'fetch', i, field), 'may not fetch to outside of the sandbox', PRIVILEGED),
      ];
    }),
  );
}
