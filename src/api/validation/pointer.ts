// api: JSON pointers (RFC 6901) and how they are shown to people.

/** The pointer of a member or element of what `pointer` names. */
export function below(pointer: string, ...segments: readonly (string | number)[]): string {
  return segments.reduce<string>((at, segment) => `${at}/${escapeSegment(String(segment))}`, pointer);
}

/** The pointer of what holds it; `''` for the whole document and its own parent. */
export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

/** Longer names than any field has: somebody's mistake, of which the beginning is enough. */
const MAX_SHOWN = 80;

/** `/spec/apps/1/priority` as people write it: `spec.apps[1].priority`. */
export function showPath(pointer: string): string {
  if (pointer === '') return 'the document';
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => shortened(segment).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((name, i) =>
      /^\d+$/.test(name) ? `[${name}]` : /[.[\]]/.test(name) ? `["${name}"]` : i ? `.${name}` : name,
    )
    .join('');
}

/** As a text that was given is repeated in a message. */
export function shortened(text: string, most = MAX_SHOWN): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function escapeSegment(segment: string): string {
  return /[~/]/.test(segment) ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
}
