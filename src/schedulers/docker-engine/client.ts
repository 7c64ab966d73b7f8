// schedulers: a client of the Docker Engine API, 1.41 and newer: what schedulers ask of an engine, and nothing else.

import type { Readable } from 'node:stream';
import type { Clock } from '../../runtime/clock.ts';
import { TransientError } from '../../runtime/errors.ts';
import type { EngineAddress } from './address.ts';
import { type ContainerDetails, type ContainerRow, containerDetails, containerRows } from './containers.ts';
import { type EngineEvent, engineEvent } from './events.ts';
import { EngineRefusal } from './failure.ts';
import { answeredList, type Json, numberIn, objectIn, parseJson, textIn } from './json.ts';
import { type EngineAnswer, type EngineCall, type EngineTarget, EngineTransport } from './transport.ts';
import { negotiatedVersion } from './version.ts';

/** What a filter of the API takes: `{ label: ['a=b'] }`. */
export type EngineFilters = Readonly<Record<string, readonly string[]>>;

export interface EngineInfo {
  /** Another one after the engine's data is gone. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly cpus: number;
  readonly memBytes: number;
  /** `active` where the engine is a node of a swarm. */
  readonly swarm: string;
}

export interface EngineClientOptions {
  /** Most an answer may take that the engine has at hand. */
  readonly deadlineMs: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Called after every call that a caller made, with when it began; must not throw. */
  readonly onCall?: (
    call: Pick<EngineCall, 'method' | 'path'>,
    answer: EngineAnswer | Error,
    startedAtMs: number,
  ) => void;
}

export interface ClientCall extends Omit<EngineCall, 'deadlineMs'> {
  readonly deadlineMs?: number;
  /**
   * In the engine's own newest version, whatever of it is known here: an older one leaves out fields that are new, and takes
   * them away from what is written back.
   */
  readonly whole?: boolean;
}

interface ApiVersion {
  readonly negotiated: string;
  /** The engine's own. */
  readonly newest: string;
}

/** Starting is serialised by the engine, so that the last of many waits long. */
const START_DEADLINE_MS = 120_000;
const LIST_BYTES = 32 * 1024 * 1024;

export class EngineClient {
  readonly #transport: EngineTransport;
  readonly #options: EngineClientOptions;
  /** Of the API; undefined until the engine has told its own, and after it could not be reached: it may be another one. */
  #version: ApiVersion | undefined;

  /** @throws TerminalError for an address that is none */
  constructor(target: EngineTarget, options: EngineClientOptions) {
    this.#transport = new EngineTransport(target);
    this.#options = options;
  }

  get address(): EngineAddress {
    return this.#transport.address;
  }

  /** Whether it answers. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.call({ method: 'GET', path: '/_ping', doing: 'asking whether the engine answers' }, signal);
  }

  /** Whether it takes a new connection: one that shuts down goes on answering on those that are open. */
  async pingAnew(signal: AbortSignal): Promise<void> {
    const doing = 'asking whether the engine takes connections';
    await this.call({ method: 'GET', path: '/_ping', doing, newConnection: true }, signal);
  }

  async info(signal: AbortSignal): Promise<EngineInfo> {
    const info = objectIn(await this.get('/info', { doing: 'asking the engine about itself' }, signal));
    return {
      id: textIn(info['ID']) ?? '',
      name: textIn(info['Name']) ?? '',
      version: textIn(info['ServerVersion']) ?? '',
      cpus: numberIn(info['NCPU']) ?? 0,
      memBytes: numberIn(info['MemTotal']) ?? 0,
      swarm: textIn(objectIn(info['Swarm'])['LocalNodeState']) ?? 'inactive',
    };
  }

  /** Of the engine, for people. Undefined where it does not tell: proxies before its socket may refuse the question. */
  async serverVersion(signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await this.info(signal)).version || undefined;
    } catch (error) {
      if (error instanceof EngineRefusal) return undefined;
      throw error;
    }
  }

  /** Stopped ones, too, unless the filter names states. */
  async containers(filters: EngineFilters, signal: AbortSignal): Promise<readonly ContainerRow[]> {
    const query = { all: '1', filters: JSON.stringify(filters) };
    const question = { doing: 'listing containers', query, maxBytes: LIST_BYTES };
    return containerRows(answeredList(await this.get('/containers/json', question, signal), question.doing));
  }

  /** Undefined when it is gone. */
  async container(id: string, signal: AbortSignal): Promise<ContainerDetails | undefined> {
    const doing = `reading container ${shortId(id)}`;
    const answer = await this.call(
      { method: 'GET', path: `/containers/${id}/json`, doing, accept: [404] },
      signal,
    );
    return answer.status === 404 ? undefined : containerDetails(parseJson(answer.text, doing));
  }

  /** The new container's id. */
  async create(name: string, body: Json, signal: AbortSignal): Promise<string> {
    const doing = `creating container ${name}`;
    const call = { method: 'POST', path: '/containers/create', query: { name }, body, doing } as const;
    const answer = await this.call(call, signal);
    return textIn(objectIn(parseJson(answer.text, doing))['Id']) ?? name;
  }

  /** One that runs already is no failure. */
  async start(id: string, signal: AbortSignal): Promise<void> {
    const doing = `starting container ${shortId(id)}`;
    const path = `/containers/${id}/start`;
    await this.call({ method: 'POST', path, doing, deadlineMs: START_DEADLINE_MS, accept: [304] }, signal);
  }

  /** Resolves when it has ended. One that is not running, or gone, is no failure. */
  async stop(
    id: string,
    { graceSeconds }: { readonly graceSeconds: number },
    signal: AbortSignal,
  ): Promise<void> {
    await this.call(
      {
        method: 'POST',
        path: `/containers/${id}/stop`,
        query: { t: String(graceSeconds) },
        doing: `stopping container ${shortId(id)}`,
        deadlineMs: graceSeconds * 1000 + START_DEADLINE_MS,
        accept: [304, 404],
      },
      signal,
    );
  }

  /** With its anonymous volumes, and also while it runs. One that is gone, or going already, is no failure. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.call(
      {
        method: 'DELETE',
        path: `/containers/${id}`,
        query: { v: '1', force: '1' },
        doing: `removing container ${shortId(id)}`,
        deadlineMs: START_DEADLINE_MS,
        accept: [404, 409],
      },
      signal,
    );
  }

  /** Makes an image of a tar of its file system, with instructions of a Dockerfile. */
  async importImage(
    name: string,
    { tar, changes }: { readonly tar: Readable; readonly changes: readonly string[] },
    signal: AbortSignal,
  ): Promise<void> {
    const doing = `importing image ${name}`;
    const colon = name.lastIndexOf(':');
    const query = { fromSrc: '-', repo: name.slice(0, colon), tag: name.slice(colon + 1), changes };
    const upload = { type: 'application/x-tar', content: tar };
    const call = {
      method: 'POST',
      path: '/images/create',
      query,
      upload,
      doing,
      deadlineMs: START_DEADLINE_MS,
    } as const;
    const { text } = await this.call(call, signal);
    // Progress is told in lines, and a failure on the way, too.
    const failed = /"error"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
    if (failed !== undefined) throw new EngineRefusal(doing, 500, failed);
  }

  async hasImage(name: string, signal: AbortSignal): Promise<boolean> {
    const doing = `looking for image ${name}`;
    const path = `/images/${name}/json`;
    return (await this.call({ method: 'GET', path, doing, accept: [404] }, signal)).status !== 404;
  }

  /** One that is not there is no failure. */
  async removeImage(name: string, signal: AbortSignal): Promise<void> {
    const path = `/images/${name}`;
    const query = { force: '1' };
    await this.call(
      { method: 'DELETE', path, query, doing: `removing image ${name}`, accept: [404] },
      signal,
    );
  }

  /** Begins with the engine's first answer, when `onOpen` is called. */
  async *events(
    filters: EngineFilters,
    onOpen: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<EngineEvent> {
    const call = await this.#versioned(
      {
        method: 'GET',
        path: '/events',
        query: { filters: JSON.stringify(filters) },
        doing: "following the engine's events",
      },
      signal,
    );
    for await (const line of this.#transport.lines(call, onOpen, signal)) {
      const event = engineEvent(line);
      if (event !== undefined) yield event;
    }
  }

  /** The answer's JSON. */
  async get(
    path: string,
    question: Pick<ClientCall, 'doing'> & Partial<Pick<ClientCall, 'query' | 'maxBytes' | 'whole'>>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const answer = await this.call({ method: 'GET', path, ...question }, signal);
    return parseJson(answer.text, question.doing);
  }

  /**
   * One call in the negotiated version.
   *
   * @throws EngineRefusal, TransientError, TerminalError for an engine that is too old, or `signal.reason`
   */
  async call(call: ClientCall, signal: AbortSignal): Promise<EngineAnswer> {
    const { clock, onCall } = this.#options;
    const startedAtMs = clock.monotonic();
    try {
      const answer = await this.#transport.exchange(await this.#versioned(call, signal), signal);
      onCall?.(call, answer, startedAtMs);
      return answer;
    } catch (error) {
      if (error instanceof TransientError) this.#version = undefined;
      if (error instanceof Error) onCall?.(call, error, startedAtMs);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #versioned({ whole = false, ...call }: ClientCall, signal: AbortSignal): Promise<EngineCall> {
    this.#version ??= await this.#negotiate(signal);
    const version = whole ? this.#version.newest : this.#version.negotiated;
    return { deadlineMs: this.#options.deadlineMs, ...call, path: `/v${version}${call.path}` };
  }

  async #negotiate(signal: AbortSignal): Promise<ApiVersion> {
    const doing = "asking for the engine's version";
    const { deadlineMs } = this.#options;
    const { text } = await this.#transport.exchange(
      { method: 'GET', path: '/version', doing, deadlineMs },
      signal,
    );
    const answer = objectIn(parseJson(text, doing));
    const negotiated = negotiatedVersion(answer, this.address.text);
    return { negotiated, newest: textIn(answer['ApiVersion']) ?? negotiated };
  }
}

/** As people see ids. */
function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}
