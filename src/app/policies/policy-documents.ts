// app: policy documents as they were written, for `apply` and `delete`: what a person wrote is what is sent.

import type { LoadResult } from '../../api/load.ts';
import type { Intervention, Resource } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import { parseText } from '../../api/reading/parse.ts';
import { isObject, type JsonObject } from '../../api/schema/json-schema.ts';
import { readFilesWith } from './policy-files.ts';
import { loadPolicies } from './schema.ts';

export interface PolicyDocument {
  readonly kind: (Resource | Intervention)['kind'];
  readonly namespace: string;
  readonly name: string;
  /** As written: without defaults. */
  readonly object: JsonObject;
  /** `policies/shop.yaml:12`. */
  readonly place: string;
  /** The same for a field: by JSON pointer. */
  readonly placeOf: (pointer: string) => string;
}

export interface PolicyDocuments {
  /** In the order of files and documents. */
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
}

/** How standard input is named. */
const STDIN = '-';

/**
 * @param readStdin used where one of the paths is `-`
 * @throws TerminalError when no path is given
 */
export async function readPolicyDocuments(
  paths: readonly string[] | undefined,
  readStdin: () => Promise<string>,
  signal: AbortSignal,
): Promise<PolicyDocuments> {
  const documents: PolicyDocument[] = [];
  const load = (text: string, source: string): LoadResult => {
    const result = loadPolicies(text, source);
    documents.push(...documentsOf(text, source, result));
    return result;
  };
  const piped = paths?.includes(STDIN) === true ? load(await readStdin(), 'standard input') : undefined;
  const files = paths?.filter((path) => path !== STDIN);
  const { problems } =
    piped !== undefined && files?.length === 0 ? { problems: [] } : await readFilesWith(load, files, signal);
  return { documents, problems: [...(piped?.problems ?? []), ...problems] };
}

function documentsOf(
  text: string,
  source: string,
  { resources, interventions = [] }: LoadResult,
): readonly PolicyDocument[] {
  const written = parseText(text).documents;
  const found = [
    ...resources,
    ...interventions.map(({ intervention, ...at }) => ({ ...at, resource: intervention })),
  ].sort((a, b) => a.document - b.document);
  return found.flatMap(({ resource, line, document }): PolicyDocument[] => {
    const { value: object, lineOf } = written[document] ?? {};
    if (!isObject(object) || lineOf === undefined) return [];
    const { namespace, name } = resource.metadata;
    return [
      {
        kind: resource.kind,
        namespace,
        name,
        object,
        place: `${source}:${line}`,
        placeOf: (pointer) => `${source}:${lineOf(pointer)}`,
      },
    ];
  });
}
