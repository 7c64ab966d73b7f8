// server: in which formats the body of a write can be read.

import { ApiFailure } from './failure.ts';

const MERGE_PATCH = 'application/merge-patch+json';

/** @throws ApiFailure UnsupportedMediaType for everything but a JSON merge patch */
export function refusePatchType(request: Request): void {
  if (mediaType(request) !== MERGE_PATCH) throw unsupportedType(request);
}

function mediaType(request: Request): string {
  return request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The answer for a write whose body is in no format that can be read here. */
export function unsupportedType(request: Request): ApiFailure {
  const type = mediaType(request);
  const accepted = request.method === 'PATCH' ? MERGE_PATCH : 'application/json';
  const { pathname } = new URL(request.url);
  const hint =
    Object.entries(PATH_HINTS).find(([path]) => pathname.startsWith(path))?.[1] ??
    Object.entries(TYPE_HINTS).find(([word]) => type.includes(word))?.[1];
  const message = `the body of the request was in an unknown format (${type || 'no Content-Type'}) - accepted media types include: ${accepted}`;
  return new ApiFailure('UnsupportedMediaType', hint === undefined ? message : `${message}; ${hint}`);
}

/** What kubectl sends protobuf to: `create namespace`, `auth can-i`. Another format would not help. */
const PATH_HINTS: Readonly<Record<string, string>> = {
  '/api/v1/namespaces': 'namespaces are not created: a policy is in the one that it names',
  '/apis/authorization.k8s.io/':
    'nobody is asked here who may do what: on loopback everybody may do everything, elsewhere the role of the token says it',
};

/** By what is in the name of the type. */
const TYPE_HINTS: Readonly<Record<string, string>> = {
  'apply-patch': 'server-side apply is not supported: leave out --server-side',
  strategic: 'strategic merge patches are not supported: use kubectl patch --type merge',
  'json-patch': 'JSON patches are not supported: use kubectl patch --type merge',
};
