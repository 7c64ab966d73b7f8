// policy-sources/inline: policies from a text that came with the process, and ends with it.

import { createHash } from 'node:crypto';
import type { LoadResult } from '../../api/load.ts';
import { asWritten } from '../../api/reading/server-fields.ts';
import { untilAborted } from '../../runtime/abort/until-aborted.ts';
import type { PolicySource } from '../source.ts';

export interface InlineSourceDeps {
  /** Text to resources; `source` is the text's place for people. Never throws. */
  readonly load: (text: string, source: string) => LoadResult;
}

/** @param place where the text is from, for people: `MICROSCALING_POLICY_YAML` */
export function createInlineSource(
  { text, place }: { readonly text: string; readonly place: string },
  { load }: InlineSourceDeps,
): PolicySource {
  const revision = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return {
    name: place,
    home: 'Folder',
    isTrusted: true,
    list: async () => {
      const { resources, problems, invalid, identified } = load(text, place);
      return {
        resources: resources.map(({ resource, line }) => ({
          resource: asWritten(resource),
          place: `${place}:${line}`,
          revision,
        })),
        problems,
        invalid: invalid.map(({ line, ...document }) => ({ ...document, place: `${place}:${line}` })),
        complete: identified,
      };
    },
    watch: (_onChange, signal) => untilAborted(signal),
  };
}
