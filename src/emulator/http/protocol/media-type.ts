// emulator: what a client takes as an answer.

/** Whether JSON is among the types of an `Accept` header; without one everything is. */
export function acceptsJson(accept: string | null): boolean {
  if (accept === null || accept.trim() === '') return true;
  return names(accept, ['*/*', 'application/*', 'application/json']);
}

/** Whether it asks for HTML by its name, as browsers do. */
export function namesHtml(accept: string | null): boolean {
  return names(accept ?? '', ['text/html']);
}

/** Types that are refused (`q=0`) do not count. */
function names(accept: string, types: readonly string[]): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !refused && types.includes(type);
  });
}
