// api: from a text to resources and problems. The one door for files, git, the API and the command line.

import { error, type Finding, warning } from './finding.ts';
import { isObject } from './json-schema.ts';
import { type ParsedDocument, parseText } from './parse.ts';
import { API_GROUP, API_VERSION, type Resource, resourceKey } from './policy.ts';
import type { Problem } from './problem.ts';
import { names } from './schema-errors.ts';
import { KINDS, type ResourceValidator } from './validate.ts';

export interface LoadResult {
  /** Valid, defaulted, in the order of the text. */
  readonly resources: readonly { readonly resource: Resource; readonly line: number }[];
  readonly problems: readonly Problem[];
  /** Documents that are there and refused; `key` is `namespace/name`. */
  readonly invalid: readonly {
    readonly kind: string;
    readonly key: string;
    /** Where the first error is. */
    readonly line: number;
    readonly message: string;
    /** Absent: `InvalidSpec`. */
    readonly reason?: 'NotAllowed';
  }[];
  /** False when some document could not be attributed to a name: then absence proves nothing. */
  readonly identified: boolean;
}

/** More than anybody reads; a text of 1 MiB could hold half a million mistakes. */
const MAX_FINDINGS_PER_DOCUMENT = 200;

/** @param source where the text is from, for people; never throws */
export function loadResources(text: string, source: string, validate: ResourceValidator): LoadResult {
  const { documents, faults } = parseText(text);
  const read = documents.map((document) => readDocument(document, validate));
  const judged = refuseDoubled(read);
  const ours = judged.filter((entry) => !entry.foreign);
  return {
    resources: ours.flatMap(({ resource, line }) => (resource === undefined ? [] : [{ resource, line }])),
    problems: [
      ...faults.map((fault) => ({ ...fault, source, pointer: '' })),
      ...judged.flatMap((entry) => problemsOf(entry, source)),
    ],
    invalid: ours.flatMap(({ resource, key, kind, lineOf, findings, reason }) =>
      resource === undefined && key !== undefined
        ? [{ kind, key, ...summary(findings, lineOf), ...(reason && { reason }) }]
        : [],
    ),
    identified:
      faults.every(({ severity }) => severity !== 'error') && ours.every(({ key }) => key !== undefined),
  };
}

interface Entry {
  readonly kind: string;
  /** `namespace/name`, when the document says its name. */
  readonly key: string | undefined;
  readonly line: number;
  readonly lineOf: (pointer: string) => number;
  readonly findings: readonly Finding[];
  readonly resource?: Resource;
  readonly reason?: 'NotAllowed';
  /** Another program's: skipped. */
  readonly foreign: boolean;
}

function readDocument(document: ParsedDocument, validate: ResourceValidator): Entry {
  const { line, lineOf, texts, value } = document;
  const kind = texts.get('/kind') ?? '';
  const name = texts.get('/metadata/name') ?? '';
  const namespace = texts.get('/metadata/namespace') || 'default';
  const key = name === '' ? undefined : resourceKey({ namespace, name });
  const base = { kind, key, line, lineOf, foreign: false };
  if (value === undefined) return { ...base, findings: document.findings };
  if (!isObject(value)) {
    const message = `the document must be a mapping with apiVersion, kind, metadata and spec, but is ${Array.isArray(value) ? 'a list' : 'a single value'}`;
    return { ...base, findings: [...document.findings, error('', message)] };
  }
  const notOurs = foreignComplaint(value['apiVersion'], value['kind']);
  if (notOurs !== undefined) return { ...base, foreign: true, findings: [warning('', notOurs)] };
  const verdict = validate.validate(value);
  const findings = [...document.findings, ...verdict.findings];
  // A key that stands twice is a mistake of the text, whatever the rest asks for.
  if (document.findings.length > 0) return { ...base, findings };
  const { resource, reason } = verdict;
  return { ...base, findings, ...(resource && { resource }), ...(reason && { reason }) };
}

/** A file may hold other programs' objects; a misspelt one of ours is not one of them. */
function foreignComplaint(apiVersion: unknown, kind: unknown): string | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  if (group === API_GROUP || KINDS.some((ours) => ours === kind)) return undefined;
  return `${kind} (${apiVersion}) is skipped: here are read ${names(KINDS, 'and')} (${API_VERSION})`;
}

/** Of two documents with one name neither can be preferred: both are refused, each naming the other. */
function refuseDoubled(entries: readonly Entry[]): readonly Entry[] {
  const byName = Map.groupBy(
    entries.filter(({ foreign, key }) => !foreign && key !== undefined),
    ({ kind, key }) => `${kind} ${key}`,
  );
  return entries.map((entry) => {
    const same = byName.get(`${entry.kind} ${entry.key}`) ?? [];
    const other = same.find((candidate) => candidate !== entry);
    if (other === undefined || entry.foreign) return entry;
    const { resource: _, reason: __, ...refused } = entry;
    const message = `${entry.kind} ${entry.key} stands here and in line ${other.line}: keep one of them`;
    return { ...refused, findings: [error('/metadata/name', message), ...entry.findings] };
  });
}

function problemsOf(entry: Entry, source: string): readonly Problem[] {
  const object = entry.key === undefined ? {} : { object: `${entry.kind} ${entry.key}` };
  const located = entry.findings.map((finding) => ({
    ...finding,
    source,
    line: entry.lineOf(finding.pointer),
    ...object,
  }));
  const shown = located.sort((a, b) => a.line - b.line).slice(0, MAX_FINDINGS_PER_DOCUMENT);
  const left = located.length - shown.length;
  if (left === 0) return shown;
  const message = `and ${left} more problems in this document`;
  return [...shown, { severity: 'error', source, line: entry.line, pointer: '', message, ...object }];
}

function summary(findings: readonly Finding[], lineOf: Entry['lineOf']): { line: number; message: string } {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const message = `${errors[0]?.message ?? 'is not valid'}${more}`;
  return { line: lineOf(errors[0]?.pointer ?? ''), message };
}
