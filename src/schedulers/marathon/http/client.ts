// schedulers/marathon: the endpoints that are used, typed, with failover between base URLs.

import type { Readable } from 'node:stream';
import { CREATION_LABEL } from '../../../api/labels/creation-label.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import type { SchedulerStats } from '../../scheduler.ts';
import {
  type Deployment,
  ListedApps,
  type MarathonApp,
  type MarathonInfo,
  parseAccepted,
  parseDeployments,
  parseInfo,
  parseOwners,
  parseQueue,
  parseSingleApp,
  type QueueItem,
  UnexpectedAnswer,
} from '../schema.ts';
import { type CallWatch, watched } from './calls.ts';
import { describeAnswer, errorBody, failureOf, strangeAnswer, tryJson } from './failure.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  NoAnswer,
  Transport,
  type TransportOptions,
} from './transport.ts';

/** What became of a write; anything else is thrown. */
export type WriteOutcome =
  | {
      readonly kind: 'accepted';
      readonly deploymentId: string;
      readonly version?: string;
      /** By one base URL, after another got the same write and did not answer: that one may still take it up. */
      readonly mayLandAgain?: true;
    }
  /** Deployments hold the app. */
  | { readonly kind: 'locked'; readonly deployments: readonly string[] }
  | { readonly kind: 'duplicate' }
  /** Perhaps: an incomplete body for an app that is not there is answered like one that is wrong (docs/design/marathon.md#writing). */
  | { readonly kind: 'missing'; readonly error: Error }
  /** No rights, or too many deployments at once. */
  | { readonly kind: 'forbidden'; readonly error: Error };

export interface Write {
  /** For messages: `scaling /orders to 8`. */
  readonly doing: string;
  readonly force?: boolean;
  readonly secrets?: readonly string[];
}

type Sent = HttpAnswer & { readonly mayLandAgain?: true };

/** The node does not know or cannot reach the leader: another one may. */
const NO_LEADER: ReadonlySet<number> = new Set([502, 503, 504]);

/** A question that costs nothing and takes so long is worth a word. */
const LATE_MS = 3_000;

const APP_EMBEDS = ['apps.tasks', 'apps.counts', 'apps.deployments'].map((e) => ['embed', e] as const);

/** Selects apps that have the label; what is neither letter, digit nor one of `-_.` is escaped (docs/design/marathon.md#reading). */
const OWNED = CREATION_LABEL.replace(/[^-A-Za-z0-9_.]/g, '\\$&');

export interface ClientOptions extends TransportOptions {
  /** When the answer to `pulse` is late; default: 3 s. */
  readonly lateMs?: number;
}

/** Methods throw TransientError, TerminalError, or `signal.reason` when aborted. */
export class MarathonClient {
  readonly #transport: Transport;
  readonly #baseUrls: readonly string[];
  readonly #watch: CallWatch | undefined;
  readonly #lateMs: number;
  #current = 0;
  #writes = 0;
  #conflicts = 0;
  #reads = 0;

  constructor(options: ClientOptions, watch?: CallWatch) {
    this.#transport = new Transport(options);
    this.#baseUrls = options.baseUrls;
    this.#watch = watch;
    this.#lateMs = options.lateMs ?? LATE_MS;
  }

  /** The base URL that answered last. */
  get url(): string {
    return this.#baseUrls[this.#current] ?? '';
  }

  stats(): SchedulerStats {
    return { writes: this.#writes, conflicts: this.#conflicts, reads: this.#reads };
  }

  /** Every app whose id contains `idPart`, with its tasks and the ids of its deployments. */
  async apps(idPart: string, signal: AbortSignal): Promise<readonly MarathonApp[]> {
    const filter = idPart === '' ? [] : [['id', idPart] as const];
    const listed = new ListedApps();
    const request = { path: '/v2/apps', query: [...APP_EMBEDS, ...filter], listed };
    return await this.#read(request, (rest) => listed.all(rest), signal);
  }

  /** Undefined when there is no such app. */
  async app(id: string, signal: AbortSignal): Promise<MarathonApp | undefined> {
    const doing = `reading ${id}`;
    const answer = await this.#send({ method: 'GET', path: appPath(id) }, doing, signal);
    // A 404 that is not Marathon's own says nothing about the app.
    if (answer.status === 404 && errorBody(answer) !== undefined) return undefined;
    return await parsed(answer, doing, parseSingleApp);
  }

  /** The apps that carry our creation label, with its value. */
  async owned(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const query = [['label', OWNED] as const];
    return await this.#read({ path: '/v2/apps', query }, parseOwners, signal);
  }

  async queue(signal: AbortSignal): Promise<readonly QueueItem[]> {
    return await this.#read({ path: '/v2/queue' }, parseQueue, signal);
  }

  async deployments(signal: AbortSignal): Promise<readonly Deployment[]> {
    return await this.#read({ path: '/v2/deployments' }, parseDeployments, signal);
  }

  async info(signal: AbortSignal): Promise<MarathonInfo> {
    return await this.#read({ path: '/v2/info' }, parseInfo, signal);
  }

  /**
   * Whether the node that answered last still says anything, whatever that is.
   *
   * @param onLate called once when that takes so long that a person should know
   * @throws TransientError when it does not
   */
  async pulse(onLate: () => void, signal: AbortSignal): Promise<void> {
    const base = this.url;
    const request = { method: 'GET', path: '/v2/info' } as const;
    // In real time, as every deadline of an exchange.
    const timer = setTimeout(onLate, this.#lateMs);
    try {
      await this.#attempt(base, { request, repeatable: true }, signal);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#moveOn();
      throw new TransientError(`asking ${request.path}: marathon ${base}: ${error.message}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** An answer as it came, whatever its status: for those who examine a Marathon rather than use it. */
  async ask(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    return await this.#send(request, `asking ${request.path}`, signal);
  }

  /** A GET of Marathon's neighbour Mesos, with credentials only where both share an origin. Throws NoAnswer. */
  async neighbour(base: string, path: string, signal: AbortSignal): Promise<HttpAnswer> {
    return await this.#transport.exchange(base, { method: 'GET', path }, signal);
  }

  async create(body: unknown, write: Write, signal: AbortSignal): Promise<WriteOutcome> {
    return await this.#write({ method: 'POST', path: '/v2/apps', body }, write, signal);
  }

  async scale(id: string, body: unknown, how: { write: Write; signal: AbortSignal }): Promise<WriteOutcome> {
    return await this.#write({ method: 'PUT', path: appPath(id), body }, how.write, how.signal);
  }

  /** PATCH, because PUT would create an app that somebody has just deleted. */
  async update(id: string, body: unknown, how: { write: Write; signal: AbortSignal }): Promise<WriteOutcome> {
    return await this.#write({ method: 'PATCH', path: appPath(id), body }, how.write, how.signal);
  }

  /** Replaces the definition: what is not in the body gets its default. Would create the app if it were gone. */
  async replace(
    id: string,
    body: unknown,
    how: { write: Write; signal: AbortSignal },
  ): Promise<WriteOutcome> {
    const query = [['partialUpdate', 'false'] as const];
    return await this.#write({ method: 'PUT', path: appPath(id), query, body }, how.write, how.signal);
  }

  /** Kills these very tasks and lowers `instances` by as many. */
  async killAndScale(taskIds: readonly string[], write: Write, signal: AbortSignal): Promise<WriteOutcome> {
    const query = [['scale', 'true'] as const];
    return await this.#write(
      { method: 'POST', path: '/v2/tasks/delete', query, body: { ids: taskIds } },
      write,
      signal,
    );
  }

  async delete(id: string, write: Write, signal: AbortSignal): Promise<WriteOutcome> {
    return await this.#write({ method: 'DELETE', path: appPath(id) }, write, signal);
  }

  /** The event stream, its headers received. */
  async events(types: readonly string[], signal: AbortSignal): Promise<Readable> {
    const query = [['plan-format', 'light'] as const, ...types.map((t) => ['event_type', t] as const)];
    const base = this.url;
    try {
      const { status, body } = await this.#transport.stream(
        base,
        { method: 'GET', path: '/v2/events', query },
        signal,
      );
      if (status === 200) return body;
      body.destroy();
      throw new TransientError(`following events: marathon ${base} answered ${status}`);
    } catch (error) {
      this.#moveOn();
      if (error instanceof NoAnswer)
        throw new TransientError(`following events: marathon ${base}: ${error.message}`);
      throw error;
    }
  }

  close(): void {
    this.#transport.close();
  }

  async #read<T>(
    request: Omit<HttpRequest, 'method'>,
    parse: (body: unknown) => T,
    signal: AbortSignal,
  ): Promise<T> {
    const doing = `reading ${request.path}`;
    return await parsed(await this.#send({ ...request, method: 'GET' }, doing, signal), doing, parse);
  }

  async #write(request: HttpRequest, write: Write, signal: AbortSignal): Promise<WriteOutcome> {
    // `force` is always said: DELETE alone has true as its default.
    const query = [...(request.query ?? []), ['force', String(write.force ?? false)] as const];
    const secrets = write.secrets ?? [];
    const answer = await this.#send({ ...request, query, secrets }, write.doing, signal);
    if (answer.status >= 200 && answer.status < 300) {
      const { deploymentId, version } = await parsed(answer, write.doing, parseAccepted);
      const id = deploymentId ?? answer.deploymentId ?? '';
      const { mayLandAgain } = answer;
      return {
        kind: 'accepted',
        deploymentId: id,
        ...defined({ version }),
        ...(mayLandAgain && { mayLandAgain }),
      };
    }
    const outcome = refusal(answer, failureOf(write.doing, answer, secrets));
    if (outcome.kind === 'locked') this.#conflicts++;
    return outcome;
  }

  /** Tries the base URLs in turn; a request that may have had its effect is repeated only when that does no harm. */
  async #send(request: HttpRequest, doing: string, signal: AbortSignal): Promise<Sent> {
    const repeatable = request.method !== 'POST';
    const failures: string[] = [];
    let unanswered = false;
    for (let i = 0; i < this.#baseUrls.length; i++) {
      const base = this.url;
      if (request.method === 'GET') this.#reads++;
      else this.#writes++;
      try {
        const answer = await this.#attempt(base, { request, repeatable }, signal);
        if (!NO_LEADER.has(answer.status)) return unanswered ? { ...answer, mayLandAgain: true } : answer;
        failures.push(describeAnswer(answer, request.secrets));
        this.#moveOn();
        if (!repeatable) break;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        failures.push(`marathon ${base}: ${error.message}`);
        this.#moveOn();
        unanswered ||= error.sent;
        if (error.sent && !repeatable) break;
      }
    }
    throw new TransientError(`${doing}: ${failures.join('; ')}`);
  }

  async #attempt(
    base: string,
    what: { readonly request: HttpRequest; readonly repeatable: boolean },
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    try {
      return await this.#exchange(base, what.request, signal);
    } catch (error) {
      if (!(error instanceof NoAnswer && error.stale && what.repeatable)) throw error;
      return await this.#exchange(base, what.request, signal);
    }
  }

  async #exchange(base: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    return await watched(request, () => this.#transport.exchange(base, request, signal), this.#watch);
  }

  #moveOn(): void {
    this.#current = (this.#current + 1) % this.#baseUrls.length;
  }
}

export function appPath(id: string): string {
  return `/v2/apps${id.split('/').map(encodeURIComponent).join('/')}`;
}

async function parsed<T>(answer: HttpAnswer, doing: string, parse: (body: unknown) => T): Promise<T> {
  if (answer.status < 200 || answer.status >= 300) throw failureOf(doing, answer);
  try {
    return parse(tryJson(answer.text));
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error;
    throw new TransientError(`${doing}: ${strangeAnswer(answer, error.message)}`);
  }
}

/** Branches on the status and on the shape of the body, never on Marathon's words. */
function refusal(answer: HttpAnswer, error: Error): WriteOutcome {
  const body = errorBody(answer);
  if (body === undefined) throw error;
  const deployments = body.deployments;
  switch (answer.status) {
    case 403:
      return { kind: 'forbidden', error };
    case 404:
      return { kind: 'missing', error };
    case 409:
      return deployments === undefined ? { kind: 'duplicate' } : { kind: 'locked', deployments };
    // 1.4 says 400 where later versions say 422.
    case 400:
    case 422:
      if (body.details.some((d) => d.path === '/')) return { kind: 'missing', error };
      throw error;
    default:
      throw error;
  }
}
