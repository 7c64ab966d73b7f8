// api: from a text to resources and problems. The one door for files, git, the API and the command line.

import { defined } from '../lang/defined.ts';
import { type Intervention, type Resource, resourceKey } from './policy.ts';
import type { Problem } from './problem.ts';
import type { ParsedDocument } from './reading/document.ts';
import { isOurs, namesInText, skipped, whatIsThis } from './reading/ours.ts';
import { parseText } from './reading/parse.ts';
import { isObject } from './schema/json-schema.ts';
import { LABEL_PATTERN, NAME_PATTERN } from './schema/shapes.ts';
import { error, type Finding, warning } from './validation/finding.ts';
import { parentOf, shortened } from './validation/pointer.ts';
import { KINDS, type ResourceValidator } from './validation/validate.ts';

export interface LoadResult {
  /** Valid, defaulted, in the order of the text. */
  readonly resources: readonly LoadedResource[];
  /** Valid, in the order of the text; absent: none. */
  readonly interventions?: readonly LoadedIntervention[];
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
  /**
   * False when some document could not be attributed to a name, or is no object at all: what was last seen in this
   * text may be meant by it, and its absence proves nothing.
   */
  readonly identified: boolean;
  /** Names of documents that may stand in what could not be understood; their absence proves nothing either. */
  readonly unsure: readonly string[];
}

export interface LoadedResource {
  readonly resource: Resource;
  readonly line: number;
  /** Which of the documents of the text it is. */
  readonly document: number;
}

export interface LoadedIntervention {
  readonly intervention: Intervention;
  readonly line: number;
  /** Which of the documents of the text it is. */
  readonly document: number;
}

const NAME = new RegExp(NAME_PATTERN);
const NAMESPACE = new RegExp(LABEL_PATTERN);

/** No object has a longer name: a document with one is ignored. */
const MAX_NAME_LENGTH = 253;
/** Longer than that of any field there is. */
const MAX_POINTER_LENGTH = 1_000;
/** More than anybody mends at once. The rest is counted. */
const MAX_TOLD_PER_DOCUMENT = 20;
const MAX_TOLD_PER_TEXT = 200;

/** @param source where the text is from, for people; never throws */
export function loadResources(text: string, source: string, validate: ResourceValidator): LoadResult {
  const { documents, faults } = parseText(text);
  const read = refuseDoubled(documents.map((document) => readDocument(document, validate)));
  const ours = read.filter(({ is }) => is === 'ours');
  const broken = faults.some(({ severity }) => severity === 'error');
  const nameless = ours.filter(({ isNamed }) => !isNamed);
  return {
    resources: read.flatMap(({ resource, line }, document) =>
      resource === undefined ? [] : [{ resource, line, document }],
    ),
    ...interventionsIn(read),
    problems: [...faults.map((fault) => ({ ...fault, source, pointer: '' })), ...problemsOf(read, source)],
    invalid: ours.flatMap((entry) => {
      const { resource, intervention, key, kind, reason } = entry;
      if ((resource ?? intervention) !== undefined || key === undefined) return [];
      return [{ kind, key, ...summary(entry), ...(reason && { reason }) }];
    }),
    identified: !broken && nameless.length === 0 && read.every(({ is }) => is !== 'unknown'),
    unsure: [...new Set([...(broken ? namesInText(text) : []), ...nameless.flatMap(({ names }) => names)])],
  };
}

function interventionsIn(read: readonly Entry[]): Pick<LoadResult, 'interventions'> {
  const interventions = read.flatMap(({ intervention, line }, document) =>
    intervention === undefined ? [] : [{ intervention, line, document }],
  );
  return interventions.length === 0 ? {} : { interventions };
}

interface Entry {
  readonly kind: string;
  /** `namespace/name`, when the document says its name. */
  readonly key: string | undefined;
  /** Whether kind, namespace and name are such as an object can have: else nobody knows which is meant. */
  readonly isNamed: boolean;
  /** Every name that stands in it where names of objects stand. */
  readonly names: readonly string[];
  /** Its own place in its YAML document, as a JSON pointer. */
  readonly at: string;
  readonly line: number;
  readonly lineOf: (pointer: string) => number;
  readonly findings: readonly Finding[];
  /** How many more there are than `findings` tells. */
  readonly more: number;
  readonly resource?: Resource;
  readonly intervention?: Intervention;
  readonly reason?: 'NotAllowed';
  /** `foreign`: another program's object. `unknown`: no object of anybody's. Both are skipped. */
  readonly is: 'ours' | 'foreign' | 'unknown';
}

function readDocument(document: ParsedDocument, validate: ResourceValidator): Entry {
  const { at, line, lineOf, texts, value } = document;
  const kind = shortened(texts.get('/kind') ?? '');
  const name = shortened(texts.get('/metadata/name') ?? '', MAX_NAME_LENGTH);
  const namespace = shortened(texts.get('/metadata/namespace') || 'default', MAX_NAME_LENGTH);
  const key = name === '' ? undefined : resourceKey({ namespace, name });
  const isNamed = KINDS.some((ours) => ours === kind) && NAME.test(name) && NAMESPACE.test(namespace);
  const names = [...texts].flatMap(([pointer, text]) => (pointer.endsWith('/metadata/name') ? [text] : []));
  const base = { kind, key, isNamed, names, at, line, lineOf, more: 0, is: 'ours' as const };
  if (value === undefined) return { ...base, findings: document.findings };
  if (!isOurs(value)) return { ...base, is: whatIsThis(value), findings: [warning('', skipped(value))] };
  if (!isObject(value)) {
    const what = Array.isArray(value) ? 'a list' : 'a single value';
    const message = `the document must be a mapping with apiVersion, kind, metadata and spec, but is ${what}; several objects are documents with --- between them, or items of a kind: List`;
    return { ...base, findings: [...document.findings, error('', message)] };
  }
  const result = validate.validate(value);
  const findings = [...document.findings, ...result.findings, ...document.ambiguous.filter(isOfAPerson)];
  const { resource, intervention, reason, more = 0 } = result;
  // A key that stands twice is a mistake of the text, whatever the rest asks for.
  if (document.findings.length > 0) return { ...base, findings, more };
  return { ...base, findings, more, ...defined({ resource, intervention, reason }) };
}

/** Whether the finding is about something that a person wrote: what a server printed is not checked. */
function isOfAPerson({ pointer }: Finding): boolean {
  return !/^\/(?:status|metadata\/(?!name|labels|annotations))/.test(pointer);
}

/** Of two documents with one name neither can be preferred: both are refused, each naming the other. */
function refuseDoubled(entries: readonly Entry[]): readonly Entry[] {
  const byName = Map.groupBy(
    entries.filter(({ is, key }) => is === 'ours' && key !== undefined),
    ({ kind, key }) => `${kind} ${key}`,
  );
  return entries.map((entry) => {
    const same = byName.get(`${entry.kind} ${entry.key}`) ?? [];
    const other = same.find((candidate) => candidate !== entry);
    if (other === undefined || entry.is !== 'ours') return entry;
    const { resource: _, intervention: __, reason: ___, ...refused } = entry;
    const message = `${entry.kind} ${entry.key} stands here and in line ${other.line}: keep one of them`;
    return { ...refused, findings: [error('/metadata/name', message), ...entry.findings] };
  });
}

/** As many as anybody reads, in the order of the text; what is left is counted, not worded. */
function problemsOf(entries: readonly Entry[], source: string): readonly Problem[] {
  const problems: Problem[] = [];
  let [left, documents] = [0, 0];
  let severity: Problem['severity'] = 'warning';
  for (const entry of entries) {
    if (problems.length < MAX_TOLD_PER_TEXT) problems.push(...problemsOfOne(entry, source));
    else if (entry.findings.length > 0) {
      left += entry.findings.length + entry.more;
      documents += 1;
      if (!hasOnlyWarnings(entry, entry.findings)) severity = 'error';
    }
  }
  if (left === 0) return problems;
  const message = `and ${counted(left)} more problems in ${counted(documents)} more documents`;
  return [...problems, { severity, source, pointer: '', message }];
}

/** Of what is not shown: a policy that is valid must not look refused for having many remarks. */
function hasOnlyWarnings({ more }: Entry, findings: readonly Finding[]): boolean {
  return more === 0 && findings.every((finding) => finding.severity === 'warning');
}

function problemsOfOne(entry: Entry, source: string): readonly Problem[] {
  const object = entry.key === undefined ? {} : { object: `${entry.kind} ${entry.key}` };
  const located = entry.findings.map((finding) => ({ finding, line: entry.lineOf(finding.pointer) }));
  // No number of warnings leaves an error untold.
  const weighed = located.toSorted((a, b) => weightOf(a.finding) - weightOf(b.finding) || a.line - b.line);
  const told = new Set(weighed.slice(0, MAX_TOLD_PER_DOCUMENT));
  const shown = located.filter((finding) => told.has(finding)).sort((a, b) => a.line - b.line);
  const problems = shown.map(({ finding: { pointer, ...finding }, line }) => ({
    ...finding,
    pointer: bounded(entry.at + pointer),
    source,
    line,
    ...object,
  }));
  const left = located.length - shown.length + entry.more;
  if (left === 0) return problems;
  const message = `and ${counted(left)} more problems in this document`;
  const hidden = located.filter((finding) => !told.has(finding)).map(({ finding }) => finding);
  return [
    ...problems,
    {
      severity: hasOnlyWarnings(entry, hidden) ? 'warning' : 'error',
      source,
      line: entry.line,
      pointer: entry.at,
      message,
      ...object,
    },
  ];
}

/** Of the field itself, or of what holds it where its name is longer than any field's. */
function bounded(pointer: string): string {
  return pointer.length <= MAX_POINTER_LENGTH ? pointer : bounded(parentOf(pointer));
}

function weightOf({ severity }: Finding): number {
  return severity === 'error' ? 0 : 1;
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
