// runtime: the logger, on pino. JSON lines for programs, coloured text for people, secrets masked in both.

import { type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import { type Clock, systemClock } from './clock.ts';
import { messageOf, TerminalError, TransientError, WaitError } from './errors.ts';
import type { LogFields, Logger } from './log.ts';
import { createRedactor, MASK, type Redactor } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Receives whole lines, newline included. */
export interface LogSink {
  write(text: string): void;
}

export interface LoggerOptions {
  readonly format: 'text' | 'json';
  /** Least level that is written. */
  readonly level: LogLevel;
  readonly redactor?: Redactor;
  /** stderr when absent: stdout belongs to the answer of a command. */
  readonly sink?: LogSink;
  /** Text only; by default when stderr is a terminal. */
  readonly colour?: boolean;
  readonly clock?: Clock;
}

export function createLogger(options: LoggerOptions): Logger {
  const redactor = options.redactor ?? createRedactor();
  const sink = options.sink ?? stderrSink();
  const clock = options.clock ?? systemClock;
  const format = options.format === 'json' ? toJson : textFormat(options);
  const destination = {
    // The line is taken apart before masking: a secret that looks like JSON must not break the line.
    write: (line: string): void => sink.write(format(redactDeep(JSON.parse(line), redactor))),
  };
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (value: unknown) => value },
  };
  const root = pino(settings, destination);
  return wrap(() => root, options.level === 'debug');
}

/** Every round has a child of its own, and most say nothing that is written: it is made for the first line. */
function wrap(inner: () => PinoLogger, writesDebug: boolean): Logger {
  return {
    debug: (message, fields) => {
      if (writesDebug) inner().debug(plain(fields), message);
    },
    info: (message, fields) => inner().info(plain(fields), message),
    warn: (message, fields) => inner().warn(plain(fields), message),
    error: (message, fields) => inner().error(plain(fields), message),
    child: (fields) => {
      let child: PinoLogger | undefined;
      return wrap(() => {
        child ??= inner().child(plain(fields));
        return child;
      }, writesDebug);
    },
  };
}

/**
 * Errors as their sentence. The three expected kinds say what happened; anything else is a defect and brings its
 * stack. Own properties are left out: an HTTP client's error carries the request, credentials included.
 */
function plain(fields: LogFields = {}): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (!(value instanceof Error)) {
      flat[key] = value;
      continue;
    }
    flat[key] = messageWithCauses(value);
    if (!isExpected(value) && value.stack !== undefined) flat[`${key}Stack`] = value.stack;
  }
  return flat;
}

function isExpected(error: Error): boolean {
  return error instanceof TransientError || error instanceof WaitError || error instanceof TerminalError;
}

/** `outer: inner`, leaving out a cause whose words the outer message already has. */
function messageWithCauses(error: Error): string {
  let text = messageOf(error);
  const seen = new Set<unknown>([error]);
  for (let cause = error.cause; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    const words = messageOf(cause);
    if (!text.includes(words)) text += `: ${words}`;
  }
  return text;
}

/** Masks every string of a JSON value, keys included; a number only when it is a secret as a whole. */
function redactDeep(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value === 'number') {
    const masked = redactor.redact(String(value));
    return masked === MASK ? masked : value;
  }
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, redactor));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redactor.redact(key), redactDeep(item, redactor)]),
  );
}

function toJson(entry: unknown): string {
  return `${JSON.stringify(entry)}\n`;
}

function textFormat(options: LoggerOptions): (entry: unknown) => string {
  const format = pretty.prettyFactory({
    colorize:
      options.colour ?? (options.sink === undefined && process.stderr.isTTY && process.stderr.hasColors()),
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (entry) => format(entry);
}

/** stderr, for which a reader that went away is no reason to fail. */
function stderrSink(): LogSink {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined);
  return { write: (text) => void process.stderr.write(text) };
}
