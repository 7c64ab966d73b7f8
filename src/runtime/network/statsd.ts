// runtime: counters over StatsD (UDP, DogStatsD tags): the sending half for programs, the summing half for the operator.
// Format: https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/ — `name:value|c|@rate|#tag:value,…`.

import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { messageOf, TerminalError } from '../errors.ts';

const FLUSH_MS = 250;
/** Fits an Ethernet frame; larger datagrams may be dropped on the way. */
const MAX_DATAGRAM_BYTES = 1400;
/** Bounds on what a stranger can make the listener keep. */
const MAX_APPS = 1000;
const MAX_NAMES_PER_APP = 64;

export interface StatsdEmitter {
  /** Adds to a counter; sent with the next batch, at most 250 ms later. */
  count(name: string, by?: number): void;
  /** Sends what is left. Idempotent, never throws: counting must not stop the work. */
  close(): Promise<void>;
}

export interface StatsdTarget {
  readonly host: string;
  readonly port: number;
  /** Value of the `app` tag. */
  readonly app: string;
}

/** Counts nothing: for programs that run where nobody listens. */
export const silentStatsd: StatsdEmitter = {
  count: () => undefined,
  close: async () => undefined,
};

export function createStatsd(target: StatsdTarget, clock: Clock): StatsdEmitter {
  const socket = createSocket(udpType(target.host));
  socket.unref();
  socket.on('error', () => undefined);
  const pending = new Map<string, number>();
  const closing = new AbortController();
  let flushing: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    const lines = [...pending].map(([name, value]) => `${name}:${value}|c|#app:${target.app}`);
    pending.clear();
    await Promise.all(datagrams(lines).map((text) => send(socket, text, target)));
  };
  const flushLater = async (): Promise<void> => {
    await clock.sleep(FLUSH_MS, closing.signal).catch(() => undefined);
    flushing = undefined;
    await flush();
  };

  return {
    count(name, by = 1) {
      if (closing.signal.aborted) return;
      pending.set(name, (pending.get(name) ?? 0) + by);
      flushing ??= flushLater();
    },
    async close() {
      if (closing.signal.aborted) return;
      const last = flushing;
      closing.abort();
      await last;
      socket.close();
    },
  };
}

function datagrams(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= MAX_DATAGRAM_BYTES) {
      out[out.length - 1] = `${last}\n${line}`;
    } else {
      out.push(line);
    }
  }
  return out;
}

function send(socket: Socket, text: string, to: StatsdTarget): Promise<void> {
  return new Promise((resolve) => socket.send(text, to.port, to.host, () => resolve()));
}

function udpType(host: string): 'udp4' | 'udp6' {
  return isIP(host) === 6 ? 'udp6' : 'udp4';
}

export interface StatsdListener {
  readonly host: string;
  readonly port: number;
  /** Sums of the app's counters since the start, by name; empty when it has sent none. */
  totals(app: string): Readonly<Record<string, number>>;
  /** Calls back after every datagram that changed a sum; returns its own undo. */
  subscribe(onChange: () => void): () => void;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens for counters and sums them per `app` tag. Datagrams that are malformed, carry no app or are not
 * counters are ignored.
 *
 * @param options port 0 takes any free port
 * @throws TerminalError when the port cannot be had
 */
export async function listenStatsd(options: {
  readonly host: string;
  readonly port: number;
}): Promise<StatsdListener> {
  const socket = createSocket(udpType(options.host));
  await bind(socket, options);
  socket.on('error', () => undefined);
  const apps = new Map<string, Map<string, number>>();
  const subscribers = new Set<() => void>();
  let open = true;
  socket.on('message', (datagram) => {
    const counters = parseDatagram(datagram.toString('utf8'));
    if (counters.filter((c) => add(apps, c)).length === 0) return;
    for (const notify of [...subscribers]) notify();
  });
  return {
    host: options.host,
    port: socket.address().port,
    totals: (app) => Object.fromEntries(apps.get(app) ?? []),
    subscribe(onChange) {
      subscribers.add(onChange);
      return () => subscribers.delete(onChange);
    },
    close: async () => {
      if (!open) return;
      open = false;
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

function bind(socket: Socket, options: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      const where = `listening for counters on udp ${options.host}:${options.port}`;
      reject(new TerminalError(`${where}: ${messageOf(error)}; choose another port`, { cause: error }));
    };
    socket.once('error', onError);
    socket.bind(options.port, options.host, () => {
      socket.off('error', onError);
      resolve();
    });
  });
}

export interface Counter {
  readonly app: string;
  readonly name: string;
  readonly by: number;
}

/** The counters of a datagram; lines that are something else are left out. */
export function parseDatagram(text: string): Counter[] {
  return text.split('\n').flatMap((line) => {
    const [metric = '', type, ...sections] = line.trim().split('|');
    const colon = metric.indexOf(':');
    const value = metric.slice(colon + 1);
    const rate = sections.find((s) => s.startsWith('@'))?.slice(1) ?? '1';
    const app = tag(sections, 'app');
    const by = Number(value) / Number(rate);
    const wellFormed = colon > 0 && type === 'c' && value.trim() !== '' && app !== undefined;
    return wellFormed && Number.isFinite(by) && by > 0 ? [{ app, name: metric.slice(0, colon), by }] : [];
  });
}

function tag(sections: readonly string[], key: string): string | undefined {
  const tags =
    sections
      .find((s) => s.startsWith('#'))
      ?.slice(1)
      .split(',') ?? [];
  const value = tags.find((t) => t.startsWith(`${key}:`))?.slice(key.length + 1);
  return value === '' ? undefined : value;
}

/** False when the bounds leave no room for it. */
function add(apps: Map<string, Map<string, number>>, counter: Counter): boolean {
  const names = apps.get(counter.app) ?? new Map<string, number>();
  if (!apps.has(counter.app) && apps.size >= MAX_APPS) return false;
  if (!names.has(counter.name) && names.size >= MAX_NAMES_PER_APP) return false;
  apps.set(counter.app, names);
  names.set(counter.name, (names.get(counter.name) ?? 0) + counter.by);
  return true;
}
