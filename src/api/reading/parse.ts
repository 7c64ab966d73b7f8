// api: YAML text to documents. Never throws: what cannot be read is a finding with its line.

import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  mergeTag,
  parseEvents,
  YAMLException,
} from 'js-yaml';
import { error, warning } from '../validation/finding.ts';
import { parentOf, shortened, showPath } from '../validation/pointer.ts';
import type { ParsedDocument } from './document.ts';
import { openLists } from './lists.ts';
import { parseJsonLine } from './parse-json.ts';
import { type Positions, positionsOf } from './positions.ts';

export const MAX_TEXT_BYTES = 1024 * 1024;
/** Of one document, aliases written out: a policy with 1,000 apps has about 60,000. */
const MAX_NODES = 200_000;
const MAX_DEPTH = 100;
/** Of a document that is too large to be looked at: as far as its kind and its name are looked for. */
const IDENTITY_EVENTS = 10_000;
/** Of one text. */
const MAX_DOCUMENTS = 2_000;

/** YAML 1.2 with merge keys (`<<`), which people know from Kubernetes' own tools. */
const YAML_SCHEMA = CORE_SCHEMA.withTags(mergeTag);

export interface ParsedText {
  readonly documents: readonly ParsedDocument[];
  /** What is wrong with the text as such. */
  readonly faults: readonly {
    readonly severity: 'error' | 'warning';
    readonly line: number;
    readonly message: string;
  }[];
}

/** Reads every document of a YAML or JSON text, lists as their items; empty documents are left out. */
export function parseText(text: string): ParsedText {
  const tooLarge = sizeComplaint(text);
  if (tooLarge !== undefined)
    return { documents: [], faults: [{ severity: 'error', line: 1, message: tooLarge }] };
  const { written, faults } = readDocuments(text);
  const documents = written.flatMap((document) => openLists(document));
  if (documents.length > MAX_DOCUMENTS)
    return { documents: [], faults: [{ severity: 'error', line: 1, message: tooMany(documents.length) }] };
  if (documents.length === 0 && faults.length === 0) {
    return { documents, faults: [{ severity: 'warning', line: 1, message: 'holds no document' }] };
  }
  return { documents, faults };
}

function readDocuments(text: string): {
  readonly written: readonly ParsedDocument[];
  readonly faults: ParsedText['faults'];
} {
  const json = parseJsonLine(text, { depth: MAX_DEPTH, nodes: MAX_NODES });
  if (json !== undefined) return { written: [json], faults: [] };
  const lines = lineIndex(text);
  const { parts, faults } = readParts(text, lines);
  return { written: parts.flatMap((part) => documentsOf(part, lines)), faults };
}

function sizeComplaint(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_TEXT_BYTES)
    return `has ${bytes} bytes, more than the ${MAX_TEXT_BYTES} (1 MiB) that are read from one text: split it`;
  const documents = documentStarts(text).length;
  return documents <= MAX_DOCUMENTS ? undefined : tooMany(documents);
}

function tooMany(documents: number): string {
  return `has ${documents} documents; at most ${MAX_DOCUMENTS} are read from one text: split it`;
}

/** A piece of the text that parses by itself: all of it, or one document of it. */
interface Part {
  readonly source: string;
  readonly events: readonly Event[];
  /** Offset of `source` in the text. */
  readonly from: number;
}

/** When the text as a whole does not parse, a broken document must not hide the good ones around it. */
function readParts(text: string, lines: LineIndex): { parts: readonly Part[]; faults: ParsedText['faults'] } {
  const whole = tryParse(text, 0);
  if (!(whole instanceof Error)) return { parts: [whole], faults: [] };
  const pieces = splitDocuments(text).map(({ source, from }) => ({ from, read: tryParse(source, from) }));
  const faults = pieces.flatMap(({ from, read }) => {
    if (!(read instanceof Error)) return [];
    const line = lines(from) + (read instanceof YAMLException ? (read.mark?.line ?? 0) : 0);
    return [{ severity: 'error' as const, line, message: yamlComplaint(read) }];
  });
  const parts = pieces.flatMap(({ read }) => (read instanceof Error ? [] : [read]));
  return faults.length > 0
    ? { parts, faults }
    : { parts: [], faults: [{ severity: 'error', line: 1, message: yamlComplaint(whole) }] };
}

function tryParse(source: string, from: number): Part | Error {
  try {
    return { source, events: parseEvents(source, { maxDepth: MAX_DEPTH }), from };
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function splitDocuments(text: string): readonly { source: string; from: number }[] {
  const starts = documentStarts(text);
  return starts.map((from, i) => ({ source: text.slice(from, starts[i + 1]), from }));
}

/** A line that begins with `---` opens a document wherever it stands, even within a quoted text. */
function documentStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/^---(?=\s|$)/gm)].map((m) => m.index).filter((at) => at > 0)];
}

/** Without the library's snippet: the text around a mistake may be a secret. */
function yamlComplaint(thrown: Error): string {
  const reason = shortened(thrown instanceof YAMLException ? thrown.reason : thrown.message, 200);
  const advice = /\btab\b/.test(reason) ? ': indent with spaces' : '';
  return `is not valid YAML: ${reason}${advice}`;
}

function documentsOf(part: Part, lines: LineIndex): readonly ParsedDocument[] {
  const starts = part.events.flatMap((event, i) => (event.type === EVENT_ID.DOCUMENT ? [i] : []));
  return starts.flatMap((start, i) => {
    const events = part.events.slice(start, starts[i + 1]);
    const document = readDocument(events, part, lines);
    return document.value === null && document.findings.length === 0 ? [] : [document];
  });
}

function readDocument(events: readonly Event[], part: Part, lines: LineIndex): ParsedDocument {
  const written = nodesIn(events);
  const positions = positionsOf(written > MAX_NODES ? events.slice(0, IDENTITY_EVENTS) : events, part.source);
  const lineAt = (offset: number): number => lines(part.from + offset);
  const document = {
    at: '',
    line: lineAt(positions.start),
    lineOf: (pointer: string) => lineAt(offsetOf(positions, pointer)),
    texts: positions.texts,
    ambiguous: positions.ambiguous.map(({ pointer, message }) => warning(pointer, message)),
  };
  const tooMuch = extentComplaint({ ...positions, nodes: Math.max(written, positions.nodes) }, lineAt);
  if (tooMuch !== undefined) return { ...document, value: undefined, findings: [error('', tooMuch)] };
  const doubled = positions.duplicates.map(({ pointer, offset }) =>
    error(pointer, `${showPath(pointer)} stands twice, again in line ${lineAt(offset)}: keep one of them`),
  );
  try {
    return { ...document, value: construct(events, part.source), findings: doubled };
  } catch (thrown) {
    const at = thrown instanceof YAMLException ? (thrown.mark?.position ?? 0) : 0;
    const message = `line ${lineAt(at)} ${yamlComplaint(thrown instanceof Error ? thrown : new Error(String(thrown)))}`;
    return { ...document, value: undefined, findings: [...doubled, error('', message)] };
  }
}

/** As they stand there, aliases not written out. */
function nodesIn(events: readonly Event[]): number {
  let nodes = 0;
  for (const { type } of events) if (type !== EVENT_ID.POP && type !== EVENT_ID.DOCUMENT) nodes += 1;
  return nodes;
}

function construct(events: readonly Event[], source: string): unknown {
  // `json` lets a doubled key pass here, because positionsOf has found it already, with its place.
  const limits = { json: true, maxTotalMergeKeys: MAX_NODES };
  return constructFromEvents([...events], { source, schema: YAML_SCHEMA, ...limits })[0];
}

function extentComplaint(positions: Positions, lineAt: (offset: number) => number): string | undefined {
  if (positions.cycle !== undefined)
    return `the alias in line ${lineAt(positions.cycle)} names what it stands in`;
  if (positions.nodes > MAX_NODES) {
    const size = positions.nodes > 1e9 ? 'over a billion' : String(positions.nodes);
    return `has ${size} values once its aliases are written out; at most ${MAX_NODES} are read`;
  }
  if (positions.depth > MAX_DEPTH)
    return `is nested ${positions.depth} levels deep; at most ${MAX_DEPTH} are read`;
  return undefined;
}

/** Of the field itself, or of the nearest thing around it that stands in the text. */
function offsetOf(positions: Positions, pointer: string): number {
  for (let at = pointer; at !== ''; at = parentOf(at)) {
    const offset = positions.offsets.get(at);
    if (offset !== undefined) return offset;
  }
  return positions.start;
}

/** 1-based line of an offset. */
type LineIndex = (offset: number) => number;

function lineIndex(text: string): LineIndex {
  const starts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((m) => m.index + m[0].length)];
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
