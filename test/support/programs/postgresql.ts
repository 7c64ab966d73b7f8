// test support: a real PostgreSQL of one's own on a private port and in a private folder.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type QueryResult } from 'pg';
import { freePort } from '../suite/free-port.ts';
import { until } from '../until.ts';
import { type Certificate, selfSigned } from './tls/certificate.ts';

const VERSIONS = '/usr/lib/postgresql';
/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 1_800;
const ADMIN = { user: 'admin', password: 'adm1n' };

/** Debian keeps the programs of a version in its own folder. */
function programs(): string | undefined {
  const found = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  return found
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** Why tests with PostgreSQL cannot run here: prints it. Under CI a missing program is a failure. */
export function postgresqlMissing(): boolean {
  if (programs() !== undefined || process.env['CI'] === 'true') return false;
  console.warn('PostgreSQL tests skipped: no postgres (apt-get install postgresql)');
  return true;
}

export interface Postgresql {
  readonly port: number;
  /** Its certificate, which is its own authority. */
  readonly certificate: Certificate;
  /** As the administrator, on a connection of its own for each call. */
  sql(text: string): Promise<QueryResult>;
  /** A connection of the administrator; the caller ends it. */
  connect(): Promise<Client>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes what it kept. */
  remove(): Promise<void>;
}

export async function startPostgresql(): Promise<Postgresql> {
  const bin = programs();
  if (bin === undefined) throw new Error(`no postgres under ${VERSIONS}; apt-get install postgresql`);
  const dir = mkdtempSync(join(tmpdir(), 'postgresql-'));
  const data = join(dir, 'data');
  const passwordFile = join(dir, 'password');
  const certificate = selfSigned(dir);
  writeFileSync(passwordFile, ADMIN.password);
  chmodSync(certificate.keyFile, 0o600);
  const user = unprivileged();
  for (const path of [dir, passwordFile, certificate.certFile, certificate.keyFile])
    if (user !== undefined) chownSync(path, user.uid, user.gid);
  const init = ['-D', data, '-U', ADMIN.user, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '--no-sync'];
  execFileSync(join(bin, 'initdb'), [...init, '--no-locale', '-E', 'UTF8'], {
    ...user,
    cwd: dir,
    stdio: 'pipe',
  });

  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '16MB',
    ssl: 'on',
    ssl_cert_file: certificate.certFile,
    ssl_key_file: certificate.keyFile,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess | undefined;
  const connect = async (): Promise<Client> => {
    const client = new Client({ host: '127.0.0.1', port, database: 'postgres', ssl: false, ...ADMIN });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const start = async (): Promise<void> => {
    const limited = ['-s', 'KILL', String(AT_MOST_S), join(bin, 'postgres'), '-D', data, '-p', String(port)];
    const child = spawn('timeout', [...limited, ...args], {
      ...user,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    await until('PostgreSQL to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`);
      const client = await connect().catch(() => undefined);
      await client?.end();
      return client !== undefined;
    });
  };
  const stop = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    // Its fast shutdown; `timeout` hands the signal on.
    server.kill('SIGINT');
    await ended;
  };
  await start();
  return {
    port,
    certificate,
    sql: async (text) => {
      const client = await connect();
      try {
        return await client.query(text);
      } finally {
        await client.end();
      }
    },
    connect,
    start,
    stop,
    remove: async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The server refuses to be root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
