// schedulers: JSON that is read, changed in one place and written back: no number of it may change on the way. An engine has 64-bit
// integers, and a service whose limits differ in the last digit is another service: all its tasks would restart.

/** No text of an engine holds a NUL. */
const MARK = '\u0000number:';
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARKED = /"\\u0000number:([^"]*)"/g;

/**
 * As `JSON.parse`, but for numbers that JavaScript would spell otherwise, which become texts that only `exactText` understands.
 *
 * @throws SyntaxError for what is no JSON
 */
export function parseExact(text: string): unknown {
  const marked = text.replace(TOKENS, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : JSON.stringify(`${MARK}${token}`),
  );
  return JSON.parse(marked);
}

export function exactText(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, (_, number: string) => number);
}
