// emulator: a body as Marathon's parser reads it: the first JSON value counts and what follows it does not.

import { ApiError } from '../../api-error.ts';

/** Deeper than any definition; what is deeper still could be stored and never be written again. */
const MAX_DEPTH = 500;

/** @throws ApiError 400 when it is empty, too deep or not JSON */
export function parseBody(text: string): unknown {
  if (text.trim() === '') {
    const details = 'No content to map due to end-of-input\n at [Source: (byte[])""; line: 1, column: 0]';
    throw new ApiError(400, 'Please specify data in JSON format', { details });
  }
  const end = endOfValue(text);
  try {
    return JSON.parse(text.slice(0, end));
  } catch (error) {
    throw new ApiError(400, 'Invalid JSON', { details: error instanceof Error ? error.message : '' });
  }
}

/** Behind the first object or array; the whole length for anything else. */
function endOfValue(text: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
      continue;
    }
    if (char === '"') inString = true;
    if (char === '{' || char === '[') depth++;
    if (depth > MAX_DEPTH)
      throw new ApiError(400, 'Invalid JSON', { details: `Nested deeper than ${MAX_DEPTH} levels` });
    if (char === '}' || char === ']') depth--;
    const isWhole = depth === 0 && (char === '}' || char === ']');
    if (isWhole) return at + 1;
  }
  return text.length;
}
