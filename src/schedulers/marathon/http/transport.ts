// schedulers/marathon: one exchange with one base URL: redirects, deadline, credentials bound to their origin.

import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { defined } from '../../../lang/defined.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { AdaptiveDeadline } from '../../../runtime/network/adaptive-deadline.ts';
import { explainNetworkFailure } from '../../../runtime/network/network-failure.ts';
import type { Authorization } from '../login/authorization.ts';
import { type Agents, agents } from './agents.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/v2` on, encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: unknown;
  /** Values inside the body that must not show up in a message or at another origin. */
  readonly secrets?: readonly string[];
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
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
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
        responseType: 'text',
      });
      within.answered(performance.now() - startedMs);
      const deploymentId: unknown = response.headers['marathon-deployment-id'];
      const dateMs = Date.parse(String(response.headers['date']));
      return {
        status: response.status,
        text: String(response.data ?? ''),
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
      const { response } = await this.#follow(base, request, { within, responseType: 'stream' });
      return { status: response.status, body: response.data as Readable };
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
    how: { readonly within: AbortSignal; readonly responseType: 'text' | 'stream' },
  ): Promise<{ response: AxiosResponse<unknown>; origin: string }> {
    let url = new URL(`${base}${request.path}`);
    for (const [name, value] of request.query ?? []) url.searchParams.append(name, value);
    for (let hop = 0; ; hop++) {
      const response = await this.#authorised(url, request, how);
      const location: unknown = response.headers['location'];
      if (!REDIRECTS.has(response.status) || typeof location !== 'string')
        return { response, origin: url.origin };
      if (how.responseType === 'stream') (response.data as Readable).destroy();
      if (hop === MAX_REDIRECTS)
        throw new NoAnswer(`redirected more than ${MAX_REDIRECTS} times`, { sent: false });
      url = this.#redirected(url, location, request);
    }
  }

  /** With a renewed login when the first was refused: a node that answers 401 has not acted. */
  async #authorised(
    url: URL,
    request: HttpRequest,
    how: { readonly within: AbortSignal; readonly responseType: 'text' | 'stream' },
  ): Promise<AxiosResponse<unknown>> {
    const { authorization } = this.#options;
    const header = async () =>
      this.#trusted.has(url.origin) ? await authorization.header(how.within) : undefined;
    const first = await header();
    const response = await this.#send(url, { ...request, authorization: first }, how);
    if (response.status !== 401 || first === undefined || !authorization.refused(first)) return response;
    if (how.responseType === 'stream') (response.data as Readable).destroy();
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
    request: HttpRequest & { readonly authorization: string | undefined },
    how: { readonly within: AbortSignal; readonly responseType: 'text' | 'stream' },
  ): Promise<AxiosResponse<unknown>> {
    const streaming = how.responseType === 'stream';
    const { authorization: credentials } = request;
    return await axios.request<unknown>({
      url: url.href,
      method: request.method,
      headers: {
        // Marathon wants exactly this type for its stream, not a list.
        Accept: streaming ? 'text/event-stream' : 'application/json',
        'User-Agent': 'microscaling',
        ...(streaming && { 'Accept-Encoding': 'identity' }),
        ...(request.body !== undefined && { 'Content-Type': 'application/json' }),
        ...defined({ Authorization: credentials }),
      },
      ...(request.body !== undefined && { data: JSON.stringify(request.body) }),
      responseType: how.responseType,
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: streaming ? -1 : MAX_ANSWER_BYTES,
      // A proxy from the environment would see the credentials and could not reach a loopback address.
      proxy: false,
      signal: how.within,
      ...(streaming ? this.#streamAgents : this.#agents),
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
    if (!axios.isAxiosError(error)) return error;
    // Neither the error nor its cause is passed on: both hold the request's headers.
    const code = error.code ?? '';
    return new NoAnswer(explainNetworkFailure(code) ?? (code === '' ? 'the connection failed' : code), {
      sent: !NOT_SENT.has(code),
      stale: isReused(error.request),
    });
  }
}

function isReused(request: unknown): boolean {
  return (
    typeof request === 'object' &&
    request !== null &&
    'reusedSocket' in request &&
    request.reusedSocket === true
  );
}
