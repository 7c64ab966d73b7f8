// emulator: what Java's java.net.URI takes for a URI.

/** Reserved, unreserved and escaped characters, and letters beyond ASCII. */
const ALLOWED = /^(?:[\w\-.!~*'();/?:@&=+$,[\]#]|%[0-9A-Fa-f]{2}|(?!\p{Cc}|\p{Z})[^\p{ASCII}])*$/u;
const PARTS = /^(?:([^:/?#]+):)?(.*)$/su;
const SCHEME = /^[A-Za-z][A-Za-z0-9+\-.]*$/;

/** Whether the text has the syntax of a URI, absolute or relative. */
export function isUri(text: string): boolean {
  return parse(text) !== undefined;
}

/** The path of a hierarchical URI; undefined when the text is no URI or has none. */
export function uriPath(text: string): string | undefined {
  return parse(text)?.path;
}

function parse(text: string): { readonly path?: string } | undefined {
  if (!ALLOWED.test(text)) return undefined;
  const [beforeFragment = '', ...fragments] = text.split('#');
  if (fragments.length > 1) return undefined;
  const colon = /^[^/?#]*:/.test(text);
  const [, scheme, rest = ''] = colon ? (PARTS.exec(beforeFragment) ?? []) : ['', undefined, beforeFragment];
  if (colon && (scheme === undefined || !SCHEME.test(scheme) || rest === '')) return undefined;
  // `mailto:a@b`: opaque, without a path.
  if (scheme !== undefined && !rest.startsWith('/')) return {};
  const hierarchical = rest.startsWith('//') ? rest.slice(2).replace(/^[^/?]*/, '') : rest;
  if (rest === '//') return undefined;
  const [path = ''] = hierarchical.split('?');
  return /[[\]]/.test(path) ? undefined : { path };
}
