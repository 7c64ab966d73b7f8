// api: where everything in a YAML document stands, how large it is with its aliases written out, what is doubled.

import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { below } from '../validation/pointer.ts';
import { versionsDiffer } from './yaml-versions.ts';

export interface Positions {
  /** Offset of every key and list item by JSON pointer; inside an alias only the alias itself. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Pointers of keys that stand twice in their mapping, with the offset of the second. */
  readonly duplicates: readonly { readonly pointer: string; readonly offset: number }[];
  /**
   * Texts of the plain fields that say what a document is, and of the items of a list; known even when the rest
   * cannot be built.
   */
  readonly texts: ReadonlyMap<string, string>;
  /** Scalars that YAML 1.1 reads otherwise, with a sentence about both readings; the first ones. */
  readonly ambiguous: readonly { readonly pointer: string; readonly message: string }[];
  /** Nodes, and collections within each other, after writing out every alias. */
  readonly nodes: number;
  readonly depth: number;
  /** Offset of an alias that lies within what it names. */
  readonly cycle?: number;
  /** Offset of the first node. */
  readonly start: number;
}

const IDENTITY = /^(?:\/items\/\d+){0,8}\/(?:apiVersion|kind|metadata\/name|metadata\/namespace)$/;

/** More than anybody reads. */
const MAX_AMBIGUOUS = 200;

interface Extent {
  readonly nodes: number;
  readonly depth: number;
  readonly text?: string;
}

interface Frame {
  readonly kind: 'document' | 'sequence' | 'mapping' | 'key';
  readonly pointer: string;
  readonly anchor: string;
  readonly keys: Set<string>;
  /** The key whose value is awaited or in progress; `atKey` while the key itself is. */
  key: string | undefined;
  atKey: boolean;
  keyOffset: number;
  items: number;
  nodes: number;
  depth: number;
}

/** @param events those of one document, its own opening and closing included */
export function positionsOf(events: readonly Event[], source: string): Positions {
  const walk = new Walk(source);
  for (const event of events) walk.take(event);
  return walk.result();
}

class Walk {
  readonly #source: string;
  readonly #offsets = new Map<string, number>();
  readonly #texts = new Map<string, string>();
  readonly #duplicates: { pointer: string; offset: number }[] = [];
  readonly #ambiguous: { pointer: string; message: string }[] = [];
  readonly #anchors = new Map<string, Extent | 'open'>();
  readonly #stack: Frame[] = [];
  #extent: Extent = { nodes: 0, depth: 0 };
  #cycle: number | undefined;
  #start = -1;
  #last = 0;

  constructor(source: string) {
    this.#source = source;
  }

  take(event: Event): void {
    if (event.type === EVENT_ID.POP) this.#close();
    else if (event.type === EVENT_ID.DOCUMENT) this.#open('document', '', '');
    else if (event.type === EVENT_ID.ALIAS) this.#alias(this.#anchor(event), event.anchorStart);
    else if (event.type === EVENT_ID.SCALAR) {
      const text = getScalarValue(this.#source, event);
      const plain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
      this.#scalar(text, { plain, anchor: this.#anchor(event), offset: event.valueStart });
    } else {
      const kind = event.type === EVENT_ID.MAPPING ? 'mapping' : 'sequence';
      const pointer = this.#arrive(event.start);
      this.#open(pointer === undefined ? 'key' : kind, pointer ?? '', this.#anchor(event));
    }
  }

  result(): Positions {
    return {
      offsets: this.#offsets,
      duplicates: this.#duplicates,
      texts: this.#texts,
      ambiguous: this.#ambiguous,
      nodes: this.#extent.nodes,
      depth: this.#extent.depth,
      start: Math.max(0, this.#start),
      ...(this.#cycle !== undefined && { cycle: this.#cycle }),
    };
  }

  #open(kind: Frame['kind'], pointer: string, anchor: string): void {
    if (anchor !== '') this.#anchors.set(anchor, 'open');
    const keys = new Set<string>();
    const counts = { keyOffset: 0, items: 0, nodes: 1, depth: 0 };
    this.#stack.push({ kind, pointer, anchor, keys, key: undefined, atKey: false, ...counts });
  }

  #close(): void {
    const frame = this.#stack.pop();
    if (frame === undefined) return;
    if (frame.kind === 'document') this.#extent = { nodes: frame.nodes - 1, depth: frame.depth - 1 };
    else {
      if (frame.kind === 'key') this.#key('?', this.#last);
      this.#finish({ nodes: frame.nodes, depth: frame.depth }, frame.anchor);
    }
  }

  #scalar(
    text: string,
    { plain, anchor, offset }: { readonly plain: boolean; readonly anchor: string; readonly offset: number },
  ): void {
    const pointer = this.#arrive(offset);
    if (pointer === undefined) this.#key(text, offset);
    else if (IDENTITY.test(pointer)) this.#texts.set(pointer, text);
    if (plain) this.#compareVersions(text, pointer);
    this.#finish({ nodes: 1, depth: 0, text }, anchor);
  }

  #alias(name: string, offset: number): void {
    const named = this.#anchors.get(name);
    const extent = named === undefined || named === 'open' ? { nodes: 1, depth: 0 } : named;
    if (named === 'open') this.#cycle ??= offset;
    const pointer = this.#arrive(offset);
    if (pointer === undefined) this.#key(extent.text ?? '', offset);
    else if (IDENTITY.test(pointer) && extent.text !== undefined) this.#texts.set(pointer, extent.text);
    this.#finish(extent, '');
  }

  #compareVersions(text: string, pointer: string | undefined): void {
    if (this.#ambiguous.length >= MAX_AMBIGUOUS) return;
    const message = versionsDiffer(text, pointer === undefined);
    if (message === undefined) return;
    const parent = this.#stack.at(-1)?.pointer ?? '';
    this.#ambiguous.push({ pointer: pointer ?? below(parent, text), message });
  }

  /** The pointer of a node that begins here, or undefined when it is a mapping's key. */
  #arrive(offset: number): string | undefined {
    if (offset >= 0) this.#last = offset;
    if (this.#start < 0) this.#start = this.#last;
    const parent = this.#stack.at(-1);
    if (parent === undefined || parent.kind === 'document') return '';
    if (parent.kind === 'mapping') {
      if (parent.key === undefined) return undefined;
      const pointer = below(parent.pointer, parent.key);
      if (!this.#offsets.has(pointer)) this.#offsets.set(pointer, parent.keyOffset);
      return pointer;
    }
    const pointer = below(parent.pointer, parent.items);
    if (parent.kind === 'sequence') this.#offsets.set(pointer, this.#last);
    return pointer;
  }

  #key(text: string, offset: number): void {
    const parent = this.#stack.at(-1);
    if (parent?.kind !== 'mapping') return;
    if (parent.keys.has(text))
      this.#duplicates.push({ pointer: below(parent.pointer, text), offset: this.#last });
    parent.keys.add(text);
    parent.keyOffset = offset >= 0 ? offset : this.#last;
    parent.key = text;
    parent.atKey = true;
  }

  /** A node ended: its extent counts for what holds it, and a mapping waits for its next key. */
  #finish(extent: Extent, anchor: string): void {
    if (anchor !== '') this.#anchors.set(anchor, extent);
    const parent = this.#stack.at(-1);
    if (parent === undefined) return;
    parent.nodes += extent.nodes;
    parent.depth = Math.max(parent.depth, extent.depth + 1);
    parent.items += 1;
    if (!parent.atKey) parent.key = undefined;
    parent.atKey = false;
  }

  #anchor(event: { readonly anchorStart: number; readonly anchorEnd: number }): string {
    return event.anchorStart < 0 ? '' : this.#source.slice(event.anchorStart, event.anchorEnd);
  }
}
