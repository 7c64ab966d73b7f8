// test support: real git repositories to follow, and a server that shows them over HTTP to those who have a token.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';

/** A list waits for git for five seconds, which a machine that does much else may need longer than. */
export const patientClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < 1_000 ? ms : 100 * ms, signal),
};

const AUTHOR = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
};

/** Somebody's clone, which is the remote repository at the same time. */
export class GitRepository {
  readonly dir: string;

  constructor(dir: string, branch = 'main') {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
    this.git('init', '--quiet', `--initial-branch=${branch}`);
    this.git('config', 'receive.denyCurrentBranch', 'ignore');
  }

  get url(): string {
    return `file://${this.dir}`;
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.dir, ...args], { env: AUTHOR, encoding: 'utf8' }).trim();
  }

  /** Writes without committing. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true });
      writeFileSync(join(this.dir, path), text);
    }
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    symlinkSync(target, join(this.dir, path));
  }

  /** One commit with these files; its hash. */
  commit(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
    this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'change');
    return this.head();
  }

  /** One commit without these files; its hash. */
  remove(...paths: readonly string[]): string {
    for (const path of paths) rmSync(join(this.dir, path), { recursive: true });
    return this.commit();
  }

  head(): string {
    return this.git('rev-parse', 'HEAD');
  }
}

/** Repositories of `root` over HTTP, by git's own CGI program. */
export interface GitServer {
  readonly url: string;
  /** `METHOD path authorization` of every request. */
  readonly requests: readonly string[];
  close(): void;
}

/** @param token asked for by every request; @param redirectTo where all requests are sent instead */
export async function startGitServer(
  root: string,
  { token, redirectTo }: { readonly token?: string; readonly redirectTo?: string } = {},
): Promise<GitServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers;
    requests.push(`${request.method} ${request.url} ${authorization}`.trim());
    if (redirectTo !== undefined) {
      response.writeHead(301, { location: `${redirectTo}${request.url}` }).end();
    } else if (token !== undefined && passwordIn(authorization) !== token) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    } else backend(root, request, response);
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function passwordIn(authorization: string): string | undefined {
  const [scheme, credentials = ''] = authorization.split(' ');
  if (scheme !== 'Basic') return undefined;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':')[1];
}

function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...AUTHOR,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => answer(Buffer.concat(chunks), response));
}

/** A CGI program's answer: header lines, an empty line, the body. */
function answer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  const headers = output.subarray(0, end).toString('latin1').split('\r\n');
  for (const header of headers) {
    const colon = header.indexOf(':');
    const [name, value] = [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    if (name === 'status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}
