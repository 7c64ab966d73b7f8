// server: the lines of watches, encoded once for all watches that send the same one.

interface Shared {
  readonly type: string;
  readonly line: WeakRef<Uint8Array>;
}

const encoder = new TextEncoder();
/** By the object, which never changes; a line lives as long as some watch has to send it. */
const lines = new WeakMap<object, Shared>();

/** `{"type":…,"object":…}` and a line end, as UTF-8; not to be written to. */
export function watchLine(type: string, object: object): Uint8Array {
  const shared = lines.get(object);
  const known = shared?.type === type ? shared.line.deref() : undefined;
  if (known !== undefined) return known;
  const line = encoder.encode(`${JSON.stringify({ type, object })}\n`);
  lines.set(object, { type, line: new WeakRef(line) });
  return line;
}
