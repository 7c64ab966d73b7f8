// schedulers/marathon: one exchange with one base URL: redirects, deadline, credentials bound to their origin.

import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { defined } from '../../../lang/defined.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { AdaptiveDeadline } from '../../../runtime/network/adaptive-deadline.ts';
import { explainNetworkFailure } from '../../../runtime/network/network-failure.ts';
import type { Authorization } from '../login/authorization.ts';
import { type Agents, agents } from './agents.ts';
import { ListedJson } from './listed-json.ts';
import { asFailure, ConnectionFailure, type Incoming, passOver, send, textOf, tooLarge } from './request.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/v2` on, encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: unknown;
  /** Values inside the body that must not show up in a message or at another origin. */
  readonly secrets?: readonly string[];
  /** A list in the answer that is taken as it comes, and is empty in the answer's text. */
  readonly listed?: Listed;
}

export interface Listed {
  readonly name: string;
  /** An answer begins; what came of another one does not count. */
  begin(): void;
  take(element: unknown): void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** The origin that answered, `http://host:port`. */
  readonly origin: string;
  readonly deploymentId?: string;
  /** The clock of whoever answered, in whole seconds. */
  readonly dateMs?: number;
  /** The node that was asked has passed the request on to the one that leads. */
  readonly passedOn?: true;
}

/** Nothing came back. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether the other side may have seen the request. */
  readonly sent: boolean;
  /** The connection had been idle and was closed by the other side meanwhile (Marathon does so after 30 s). */
  readonly stale: boolean;

  constructor(message: string, what: { readonly sent: boolean; readonly stale?: boolean }) {
    super(message);
    this.sent = what.sent;
    this.stale = what.stale ?? false;
  }
}

export interface TransportOptions {
  readonly baseUrls: readonly string[];
  readonly authorization: Authorization;
  readonly deadlineMs: number;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);
const MAX_REDIRECTS = 3;
/** Of a node that answers slowly, after an outage or always; two of them still fit into a round. */
const LONGEST_DEADLINE = 1.5;
/** Below the 30 s after which Marathon drops an idle connection. */
const IDLE_SOCKET_MS = 20_000;
const TOO_LARGE = 256;
const MAX_ANSWER_BYTES = TOO_LARGE * 1024 * 1024;
/** Why an exchange ends that is over. */
const OVER = new Error('the exchange is over');
/** So long a list is taken in one go: rounds that are due come in between. */
const AT_ONE_GO_MS = 4;
/** These fail before a byte of the request is out. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

export class Transport {
  readonly #options: TransportOptions;
  readonly #trusted: ReadonlySet<string>;
  /** By base URL. */
  readonly #deadlines = new Map<string, AdaptiveDeadline>();
  readonly #agents: Agents;
  // A stream is silent for seconds by nature and must not be cut by the idle time-out of the others.
  readonly #streamAgents: Agents;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#agents = agents(options.ca, { keepAlive: true, timeout: IDLE_SOCKET_MS });
    this.#streamAgents = agents(options.ca, {});
    this.#trusted = new Set(options.baseUrls.map((url) => new URL(url).origin));
  }

  /** One exchange; throws NoAnswer, TerminalError, or `signal.reason` when aborted. */
  async exchange(base: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const within = this.#deadlineOf(base);
    const deadlineMs = within.ms;
    // A signal of a time-out, and one that is made of two, would outlive the exchange by seconds.
    const over = new AbortController();
    const end = (): void => over.abort(signal.reason);
    const timer = setTimeout(end, deadlineMs);
    signal.addEventListener('abort', end, { once: true });
    const startedMs = performance.now();
    try {
      signal.throwIfAborted();
      const { response, origin } = await this.#follow(base, request, {
        within: over.signal,
        isStream: false,
      });
      const text = await bodyOf(response, request.listed);
      // A body that was cut short in the moment in which it was about to be read may look whole.
      over.signal.throwIfAborted();
      within.answered(performance.now() - startedMs);
      const deploymentId = response.headers['marathon-deployment-id'];
      const dateMs = Date.parse(String(response.headers['date']));
      return {
        status: response.status,
        text,
        origin,
        ...(typeof deploymentId === 'string' && { deploymentId }),
        ...(Number.isFinite(dateMs) && { dateMs }),
        ...(response.headers['x-marathon-via'] !== undefined && { passedOn: true }),
      };
    } catch (error) {
      if (over.signal.aborted && !signal.aborted) within.missed();
      throw this.#translated(error, { caller: signal, deadline: over.signal, deadlineMs });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      // What was passed over need not have an end: its connection is closed then.
      over.abort(OVER);
    }
  }

  /** Each node of a cluster has its own. */
  #deadlineOf(base: string): AdaptiveDeadline {
    const { deadlineMs: leastMs } = this.#options;
    const known = this.#deadlines.get(base);
    const deadline = known ?? new AdaptiveDeadline({ leastMs, mostMs: LONGEST_DEADLINE * leastMs });
    this.#deadlines.set(base, deadline);
    return deadline;
  }

  /** Opens the event stream; the deadline holds until its headers are there. */
  async stream(
    base: string,
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<{ status: number; body: Readable }> {
    const late = new AbortController();
    const deadlineMs = this.#deadlineOf(base).ms;
    const timer = setTimeout(() => late.abort(), deadlineMs);
    try {
      const within = AbortSignal.any([signal, late.signal]);
      const { response } = await this.#follow(base, request, { within, isStream: true });
      return { status: response.status, body: response.body };
    } catch (error) {
      throw this.#translated(error, { caller: signal, deadline: late.signal, deadlineMs });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    for (const agent of [...Object.values(this.#agents), ...Object.values(this.#streamAgents)])
      agent.destroy();
  }

  /**
   * Repeats the request, whatever its method, where a redirect points: a node that redirects has not acted.
   * Credentials go only to origins that were configured, and a body with secrets goes nowhere else at all.
   */
  async #follow(
    base: string,
    request: HttpRequest,
    how: How,
  ): Promise<{ response: Incoming; origin: string }> {
    let url = new URL(`${base}${request.path}`);
    for (const [name, value] of request.query ?? []) url.searchParams.append(name, value);
    for (let hop = 0; ; hop++) {
      const response = await this.#authorised(url, request, how);
      const location = response.headers['location'];
      if (!REDIRECTS.has(response.status) || typeof location !== 'string')
        return { response, origin: url.origin };
      passOver(response.body);
      if (hop === MAX_REDIRECTS)
        throw new NoAnswer(`redirected more than ${MAX_REDIRECTS} times`, { sent: false });
      url = this.#redirected(url, location, request);
    }
  }

  /** With a renewed login when the first was refused: a node that answers 401 has not acted. */
  async #authorised(url: URL, request: HttpRequest, how: How): Promise<Incoming> {
    const { authorization } = this.#options;
    const header = async () =>
      this.#trusted.has(url.origin) ? await authorization.header(how.within) : undefined;
    const first = await header();
    const response = await this.#send(url, { ...request, authorization: first }, how);
    if (response.status !== 401 || first === undefined || !authorization.refused(first)) return response;
    passOver(response.body);
    return await this.#send(url, { ...request, authorization: await header() }, how);
  }

  #redirected(from: URL, location: string, request: HttpRequest): URL {
    const to = URL.parse(location, from.href);
    if (to === null || (to.protocol !== 'http:' && to.protocol !== 'https:')) {
      throw new NoAnswer('redirected to something that is not an http address', { sent: false });
    }
    if (!this.#trusted.has(to.origin) && (request.secrets ?? []).length > 0) {
      throw new TerminalError(
        `${from.origin} redirects to ${to.origin}, which is not one of the configured urls, so the app's secrets are not sent there; add it to marathon.urls`,
      );
    }
    return to;
  }

  async #send(
    url: URL,
    { method, body, authorization }: HttpRequest & { readonly authorization: string | undefined },
    { within, isStream }: How,
  ): Promise<Incoming> {
    return await send(url, {
      method,
      headers: {
        // Marathon wants exactly this type for its stream, not a list.
        Accept: isStream ? 'text/event-stream' : 'application/json',
        'User-Agent': 'microscaling',
        ...(isStream && { 'Accept-Encoding': 'identity' }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...defined({ Authorization: authorization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      agents: isStream ? this.#streamAgents : this.#agents,
      signal: within,
    });
  }

  #translated(
    error: unknown,
    signals: { readonly caller: AbortSignal; readonly deadline: AbortSignal; readonly deadlineMs: number },
  ): unknown {
    if (signals.caller.aborted) return signals.caller.reason;
    if (signals.deadline.aborted) {
      return new NoAnswer(`no answer within ${signals.deadlineMs} ms`, { sent: true });
    }
    if (error instanceof RangeError)
      return new NoAnswer(`an answer of more than ${TOO_LARGE} MiB is not read`, { sent: true });
    if (!(error instanceof ConnectionFailure)) return error;
    const { code, isReused } = error;
    return new NoAnswer(explainNetworkFailure(code) ?? (code === '' ? 'the connection failed' : code), {
      sent: !NOT_SENT.has(code),
      stale: isReused,
    });
  }
}

interface How {
  readonly within: AbortSignal;
  /** Its body goes on for as long as somebody reads it. */
  readonly isStream: boolean;
}

/** Without the elements of the list, if one is to be taken from an answer that says that all is well. */
async function bodyOf({ status, body }: Incoming, listed: Listed | undefined): Promise<string> {
  if (listed === undefined || status < 200 || status >= 300) return await textOf(body, MAX_ANSWER_BYTES);
  listed.begin();
  const json = new ListedJson(listed.name, (element) => listed.take(element));
  let sinceMs = performance.now();
  let length = 0;
  try {
    for await (const part of body) {
      const bytes: Buffer = part;
      length += bytes.length;
      if (length > MAX_ANSWER_BYTES) throw tooLarge(MAX_ANSWER_BYTES);
      json.push(bytes);
      if (performance.now() - sinceMs < AT_ONE_GO_MS) continue;
      await setImmediate();
      sinceMs = performance.now();
    }
  } catch (error) {
    throw asFailure(error);
  }
  return json.rest;
}
