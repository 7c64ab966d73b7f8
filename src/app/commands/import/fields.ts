// app: an object of which every field must be accounted for: taken over, explained, or reported as left.

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';

/** What becomes of a field that is not taken over as it is. */
export interface Note {
  /** `ScaledObject shop/orders`. */
  readonly object: string;
  /** `spec.cooldownPeriod`. */
  readonly field: string;
  readonly message: string;
}

export class Fields {
  readonly #given: JsonObject;
  readonly #path: string;
  readonly #note: (field: string, message: string) => void;
  readonly #children: Fields[] = [];
  readonly #objects = new Map<string, Fields>();
  readonly #seen = new Set<string>();

  constructor(given: unknown, path: string, note: (field: string, message: string) => void) {
    this.#given = isObject(given) ? given : {};
    this.#path = path;
    this.#note = note;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#given, name) && this.#given[name] !== null && this.#given[name] !== '';
  }

  /** The value, which counts as accounted for. */
  take(name: string): unknown {
    this.#seen.add(name);
    return this.has(name) ? this.#given[name] : undefined;
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (value !== undefined) this.note(name, 'is no text: left out');
    return undefined;
  }

  /** KEDA writes numbers of a trigger as texts. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isFinite(number)) return number;
    this.note(name, `is no number (${JSON.stringify(text)}): left out`);
    return undefined;
  }

  flag(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true';
  }

  /** The same each time, so that what one place takes is accounted for in another. */
  at(name: string): Fields {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    const child = new Fields(this.take(name), this.pathOf(name), this.#note);
    this.#objects.set(name, child);
    this.#children.push(child);
    return child;
  }

  list(name: string): readonly Fields[] {
    const value = this.take(name);
    const items = Array.isArray(value) ? value : [];
    const children = items.map((item, i) => new Fields(item, `${this.pathOf(name)}[${i}]`, this.#note));
    this.#children.push(...children);
    return children;
  }

  /** Names of the fields that nobody has taken yet. */
  rest(): readonly string[] {
    return Object.keys(this.#given).filter((name) => !this.#seen.has(name));
  }

  /** All of it counts as accounted for. */
  takeAll(): void {
    for (const name of Object.keys(this.#given)) this.#seen.add(name);
  }

  /** Says what becomes of a field, where it is given. */
  explain(name: string, message: string): void {
    if (this.take(name) !== undefined) this.note(name, message);
  }

  note(name: string, message: string): void {
    this.#note(this.pathOf(name), message);
  }

  pathOf(name: string): string {
    if (name === '') return this.#path;
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  /** Reports every field that nobody has taken. */
  reportRest(): void {
    for (const name of Object.keys(this.#given))
      if (!this.#seen.has(name)) this.note(name, 'has no counterpart here: left out');
    for (const child of this.#children) child.reportRest();
  }
}
