// server: the routes below `/openapi`. A document never changes while the process lives, so it is made once, when first asked for.

import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { acceptedTypes } from '../http/accept.ts';
import { ApiFailure } from '../http/failure.ts';
import { groupVersionPath, type ResourceKind } from '../kinds/kinds.ts';
import { openApiV2 } from './v2.ts';
import { OPENAPI_V2_PROTOBUF, OPENAPI_V2_PROTOBUF_TYPE, openApiV2Protobuf } from './v2-protobuf.ts';
import { openApiV3 } from './v3.ts';

interface Document {
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Upper-case hex, as Kubernetes writes it into addresses. */
  readonly hash: string;
}

const YEAR_S = 31_536_000;

export function openApiRoutes(kinds: readonly ResourceKind[], version: string): Hono {
  const app = new Hono();
  const v2 = once(() => openApiV2(kinds, version));
  const inJson = once(() => documentOf('application/json', JSON.stringify(v2())));
  const inProtobuf = once(() => documentOf(OPENAPI_V2_PROTOBUF_TYPE, openApiV2Protobuf(v2())));
  app.get('/openapi/v2', (c) => {
    const wanted = acceptable(c, ['application/json', ...OPENAPI_V2_PROTOBUF]);
    return wanted instanceof Response
      ? wanted
      : answer(c, OPENAPI_V2_PROTOBUF.includes(wanted) ? inProtobuf() : inJson());
  });

  const parts = [...Map.groupBy(kinds, groupVersionPath)].map(([path, of]) => ({
    path: path.slice(1),
    document: once(() => documentOf('application/json', JSON.stringify(openApiV3(of, version)))),
  }));
  app.get('/openapi/v3', (c) => {
    const paths = parts.map(({ path, document }) => [path, { serverRelativeURL: address(path, document()) }]);
    return c.json({ paths: Object.fromEntries(paths) });
  });
  for (const { path, document } of parts) {
    app.get(`/openapi/v3/${path}`, (c) => {
      const wanted = acceptable(c, ['application/json']);
      if (wanted instanceof Response) return wanted;
      const hash = c.req.query('hash');
      if (hash === undefined || hash === document().hash) return answer(c, document(), hash);
      return c.redirect(address(path, document()), 301);
    });
  }
  return app;
}

/** With the hash in the address a client may keep the document for good. */
function address(path: string, { hash }: Document): string {
  return `/openapi/v3/${path}?hash=${hash}`;
}

function answer(c: Context, { type, body, hash }: Document, asked?: string): Response {
  c.header('etag', `"${hash}"`);
  c.header('vary', 'Accept');
  c.header('cache-control', asked === undefined ? 'no-cache' : `public, max-age=${YEAR_S}, immutable`);
  const known = c.req.header('if-none-match')?.split(',');
  if (known?.some((tag) => tag.trim().replace(/^W\//, '') === `"${hash}"`)) return c.body(null, 304);
  return c.body(body, 200, { 'content-type': type });
}

/** The first of the types that the client accepts, or the answer that there is none. */
function acceptable(c: Context, types: readonly [string, ...string[]]): string | Response {
  for (const { type } of acceptedTypes(c.req.header('accept') ?? null)) {
    if (type === '*/*' || type === 'application/*') return types[0];
    if (types.includes(type)) return type;
  }
  const message = `this document is served as ${types.join(', ')}`;
  return new ApiFailure('NotAcceptable', message).response();
}

function documentOf(type: string, body: Document['body']): Document {
  const hash = createHash('sha256').update(type).update(body).digest('hex').slice(0, 40).toUpperCase();
  return { type, body, hash };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
