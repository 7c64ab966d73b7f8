// api: from a text to resources and problems. The one door for files, git, the API and the command line.

import { error, type Finding, warning } from './finding.ts';
import { isObject } from './json-schema.ts';
import { type ParsedDocument, parseText } from './parse.ts';
import { parentOf, shortened } from './pointer.ts';
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

/** No object has a longer one: a document that says so is nobody's. */
const MAX_NAME_LENGTH = 253;
/** Longer than that of any field there is. */
const MAX_POINTER_LENGTH = 1_000;
/** More than anybody mends at once. The rest is counted. */
const MAX_TOLD_PER_DOCUMENT = 20;
const MAX_TOLD_PER_TEXT = 200;

/** @param source where the text is from, for people; never throws */
export function loadResources(text: string, source: string, validate: ResourceValidator): LoadResult {
  const { documents, faults } = parseText(text);
  const read = documents.map((document) => readDocument(document, validate));
  const judged = refuseDoubled(read);
  const ours = judged.filter((entry) => !entry.foreign);
  return {
    resources: ours.flatMap(({ resource, line }) => (resource === undefined ? [] : [{ resource, line }])),
    problems: [...faults.map((fault) => ({ ...fault, source, pointer: '' })), ...problemsOf(judged, source)],
    invalid: ours.flatMap((entry) => {
      const { resource, key, kind, reason } = entry;
      if (resource !== undefined || key === undefined) return [];
      return [{ kind, key, ...summary(entry), ...(reason && { reason }) }];
    }),
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
  /** How many more there are than `findings` tells. */
  readonly more: number;
  readonly resource?: Resource;
  readonly reason?: 'NotAllowed';
  /** Another program's: skipped. */
  readonly foreign: boolean;
}

function readDocument(document: ParsedDocument, validate: ResourceValidator): Entry {
  const { line, lineOf, texts, value } = document;
  const kind = shortened(texts.get('/kind') ?? '');
  const name = shortened(texts.get('/metadata/name') ?? '', MAX_NAME_LENGTH);
  const namespace = shortened(texts.get('/metadata/namespace') || 'default', MAX_NAME_LENGTH);
  const key = name === '' ? undefined : resourceKey({ namespace, name });
  const base = { kind, key, line, lineOf, more: 0, foreign: false };
  if (value === undefined) return { ...base, findings: document.findings };
  if (!isObject(value)) {
    const message = `the document must be a mapping with apiVersion, kind, metadata and spec, but is ${Array.isArray(value) ? 'a list' : 'a single value'}`;
    return { ...base, findings: [...document.findings, error('', message)] };
  }
  const notOurs = foreignComplaint(value['apiVersion'], value['kind']);
  if (notOurs !== undefined) return { ...base, foreign: true, findings: [warning('', notOurs)] };
  const verdict = validate.validate(value);
  const findings = [...document.findings, ...verdict.findings];
  const { resource, reason, more = 0 } = verdict;
  // A key that stands twice is a mistake of the text, whatever the rest asks for.
  if (document.findings.length > 0) return { ...base, findings, more };
  return { ...base, findings, more, ...(resource && { resource }), ...(reason && { reason }) };
}

/** A file may hold other programs' objects; a misspelt one of ours is not one of them. */
function foreignComplaint(apiVersion: unknown, kind: unknown): string | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  if (group === API_GROUP || KINDS.some((ours) => ours === kind)) return undefined;
  return `${shortened(kind)} (${shortened(apiVersion)}) is skipped: here are read ${names(KINDS, 'and')} (${API_VERSION})`;
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

/** As many as anybody reads, in the order of the text; what is left is counted, not worded. */
function problemsOf(entries: readonly Entry[], source: string): readonly Problem[] {
  const problems: Problem[] = [];
  let [left, documents] = [0, 0];
  for (const entry of entries) {
    if (problems.length < MAX_TOLD_PER_TEXT) problems.push(...problemsOfOne(entry, source));
    else if (entry.findings.length > 0) {
      left += entry.findings.length + entry.more;
      documents += 1;
    }
  }
  if (left === 0) return problems;
  const message = `and ${counted(left)} more problems in ${counted(documents)} more documents`;
  return [...problems, { severity: 'error', source, pointer: '', message }];
}

function problemsOfOne(entry: Entry, source: string): readonly Problem[] {
  const object = entry.key === undefined ? {} : { object: `${entry.kind} ${entry.key}` };
  const located = entry.findings.map((finding) => ({ finding, line: entry.lineOf(finding.pointer) }));
  const shown = located.sort((a, b) => a.line - b.line).slice(0, MAX_TOLD_PER_DOCUMENT);
  const problems = shown.map(({ finding: { pointer, ...finding }, line }) => ({
    ...finding,
    pointer: told(pointer),
    source,
    line,
    ...object,
  }));
  const left = located.length - shown.length + entry.more;
  if (left === 0) return problems;
  const message = `and ${counted(left)} more problems in this document`;
  return [...problems, { severity: 'error', source, line: entry.line, pointer: '', message, ...object }];
}

/** Of the field itself, or of what holds it where its name is longer than any field's. */
function told(pointer: string): string {
  return pointer.length <= MAX_POINTER_LENGTH ? pointer : told(parentOf(pointer));
}

/** `89,980`. */
function counted(n: number): string {
  return n.toLocaleString('en-US');
}

function summary({ findings, more, lineOf }: Entry): { line: number; message: string } {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const left = errors.length - 1 + more;
  const message = `${errors[0]?.message ?? 'is not valid'}${left > 0 ? ` (and ${counted(left)} more)` : ''}`;
  return { line: lineOf(errors[0]?.pointer ?? ''), message };
}
