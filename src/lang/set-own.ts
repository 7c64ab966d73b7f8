// lang: a field of an object, whatever its name is.

const FIELD = { configurable: true, enumerable: true, writable: true };

/** Assigned, `__proto__` would be the object's prototype. */
export function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { ...FIELD, value });
  else object[name] = value;
}
