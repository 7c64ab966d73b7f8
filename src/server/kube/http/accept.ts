// server: the header `Accept` as Kubernetes' clients use it: several types, each with parameters, best first.

export interface AcceptedType {
  /** `application/json`, lower case. */
  readonly type: string;
  /** Without `q`; names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** More than any client sends. */
const MAX_TYPES = 64;

/** The types in the client's order of preference (RFC 9110, 12.5.1); no header means anything. */
export function acceptedTypes(header: string | null): readonly AcceptedType[] {
  if (header === null || header.trim() === '') return [{ type: '*/*', parameters: new Map() }];
  return header
    .split(',', MAX_TYPES)
    .map(parse)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

function parse(text: string): AcceptedType & { readonly quality: number } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(rest.map(parameter));
  const quality = Number(parameters.get('q') ?? 1);
  parameters.delete('q');
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

function parameter(text: string): readonly [string, string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}
