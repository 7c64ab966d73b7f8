// api: JSON pointers (RFC 6901) and how they are shown to people.

/** The pointer of a member or element of what `pointer` names. */
export function below(pointer: string, ...segments: readonly (string | number)[]): string {
  return segments.reduce<string>((at, segment) => `${at}/${escapeSegment(String(segment))}`, pointer);
}

/** The pointer of what holds it; `''` for the whole document and its own parent. */
export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

/** `/spec/apps/1/priority` as people write it: `spec.apps[1].priority`. */
export function showPath(pointer: string): string {
  if (pointer === '') return 'the document';
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((name, i) =>
      /^\d+$/.test(name) ? `[${name}]` : /[.[\]]/.test(name) ? `["${name}"]` : i ? `.${name}` : name,
    )
    .join('');
}

function escapeSegment(segment: string): string {
  return /[~/]/.test(segment) ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
}
