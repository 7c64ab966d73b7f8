// server: the page's files, read once at start: ours from ./dashboard, the chart library from its package, none from elsewhere.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  // As people read it: browsers save what is text/markdown.
  '.md': 'text/plain; charset=utf-8',
};

/**
 * Assets by the path they are served under: `/` and `/assets/<file>`, the file's folder included; runbooks by their path in
 * the package.
 */
export function loadAssets(runbooks?: string): ReadonlyMap<string, Asset> {
  const dashboard = new URL('./dashboard/', import.meta.url);
  const uplot = new URL('./', import.meta.resolve('uplot'));
  const own = filesBelow(dashboard).map(
    ([name, file]) => [name === 'index.html' ? '/' : `/assets/${name}`, load(file)] as const,
  );
  // A package that was put together without them still has its page.
  const books =
    runbooks !== undefined && existsSync(runbooks) ? filesBelow(pathToFileURL(`${runbooks}/`)) : [];
  const assets = new Map([
    ...own,
    ...books.map(([name, file]) => [`/docs/runbooks/${name}`, load(file)] as const),
    ['/assets/uplot.js', load(new URL('uPlot.esm.js', uplot))],
    ['/assets/uplot.css', load(new URL('uPlot.min.css', uplot))],
  ]);
  const modules = [...assets.keys()].filter((path) => path.endsWith('.js') && !APART.test(path));
  const page = assets.get('/');
  return page === undefined ? assets : assets.set('/', withModules(page, modules));
}

/** What begins the page is named in it, and the form to log in is a page of its own. */
const APART = /^\/assets\/(?:start\.js$|login\/)/;

/** Modules are asked for together; without that, each only once one that imports it has come. */
function withModules({ body, type }: Asset, modules: readonly string[]): Asset {
  const links = modules.map((path) => `    <link rel="modulepreload" href="${path}">\n`).join('');
  const text = new TextDecoder().decode(body).replace('  </head>', `${links}  </head>`);
  return assetOf(new TextEncoder().encode(text), type);
}

/** Each with its path from there. */
function filesBelow(folder: URL): readonly (readonly [string, URL])[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = pathToFileURL(join(entry.parentPath, entry.name));
      return [file.href.slice(folder.href.length), file] as const;
    });
}

function load(file: URL): Asset {
  const type = TYPES[extname(file.pathname)] ?? 'application/octet-stream';
  return assetOf(new Uint8Array(readFileSync(file)), type);
}

function assetOf(body: Asset['body'], type: string): Asset {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, type, etag };
}

/** The asset, or 304 when the browser has it already. `no-cache`: always ask, as a new version keeps the names. */
export function assetResponse(asset: Asset, request: Request): Response {
  const headers = { 'cache-control': 'no-cache', etag: asset.etag };
  if (request.headers.get('if-none-match') === asset.etag)
    return new Response(null, { status: 304, headers });
  return new Response(asset.body, { headers: { ...headers, 'content-type': asset.type } });
}
