// server: objects over HTTP as kube-apiserver has them: one request to one answer, failures as `Status`.

import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TransientError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { EVERYBODY, type Grant } from '../access/access.ts';
import { OpenStreams } from '../open-streams.ts';
import { jsonAnswer, listAnswer } from './http/answer.ts';
import { jsonBody } from './http/body.ts';
import { ApiFailure, badRequest, type Hint, notFound } from './http/failure.ts';
import { listOptions } from './http/list-options.ts';
import { refusePatchType } from './http/media-type.ts';
import { queryOf, shownValue, wordIn } from './http/query.ts';
import { AVAILABLE_TYPES, type Representation, representationOf } from './http/representation.ts';
import { type RequestInfo, requestInfo } from './http/request-info.ts';
import { apiVersionOf, type ResourceKind, type Verb } from './kinds/kinds.ts';
import { type KubeObject, keyOf } from './kinds/object.ts';
import type { ServedKind } from './kinds/object-home.ts';
import { Lists } from './watch/lists.ts';
import type { Versions } from './watch/versions.ts';
import { watchResponse } from './watch/watch.ts';
import { type Served, type Write, Writes, type Written } from './writes/writes.ts';

export interface ResourceApiOptions {
  readonly kinds: readonly ServedKind[];
  readonly versions: Versions;
  readonly clock: Clock;
  readonly log: Logger;
  /** A new random identity in the form of a UUID. */
  readonly newUid: () => string;
  /** Ends the watches. */
  readonly signal: AbortSignal;
  /** Watches that may be open at once. */
  readonly maxWatches?: number;
  /** What a request was let in with: no watch outlives it. Default: everybody may see everything for ever. */
  readonly grantOf?: (request: Request) => Grant;
  /** Who sends a request; default: nobody has to say. */
  readonly actorOf?: (request: Request) => string | undefined;
  /** Ends a "not found" with what to do about it. */
  readonly hint?: (kind: ResourceKind, key: string) => Hint | undefined;
  /** What a reader of a whole list should know beside it. */
  readonly listWarnings?: (kind: ResourceKind) => readonly string[];
}

export type ResourceApi = (request: Request) => Promise<Response>;

const MAX_WATCHES = 1_000;

export function createResourceApi(options: ResourceApiOptions): ResourceApi {
  const api = new Api(options);
  return async (request) => {
    try {
      return await api.answer(request);
    } catch (error) {
      return failureOf(error, request, options.log).response();
    }
  };
}

/** What was thrown, as the client reads it; what nobody expected goes to the log alone. */
function failureOf(error: unknown, request: Request, log: Logger): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (error instanceof TransientError)
    return new ApiFailure('ServiceUnavailable', messageOf(error), { retryAfterSeconds: 1 });
  log.error('a request was not answered', { path: new URL(request.url).pathname, error: messageOf(error) });
  return new ApiFailure('InternalError', 'the operator failed to answer; its log says why');
}

/** A request whose kind is known. */
interface Call {
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly info: RequestInfo;
  readonly served: ServedKind;
  readonly representation: Representation;
}

class Api {
  readonly #options: ResourceApiOptions;
  readonly #lists: Lists;
  readonly #writes: Writes;
  readonly #watches: OpenStreams;

  constructor(options: ResourceApiOptions) {
    this.#options = options;
    this.#lists = new Lists(() => options.versions.current);
    this.#writes = new Writes(options);
    const { clock, signal, maxWatches: most = MAX_WATCHES } = options;
    this.#watches = new OpenStreams({ clock, most, signal });
  }

  async answer(request: Request): Promise<Response> {
    const call = this.#callOf(request);
    switch (request.method) {
      case 'HEAD':
      case 'GET':
        return call.info.name === undefined ? this.#collection(call) : this.#one(call);
      case 'POST':
        return this.#create(call);
      case 'PUT':
        return this.#change(call, 'update', (served, write) => this.#writes.replace(served, write));
      case 'PATCH':
        refusePatchType(request);
        return this.#change(call, 'patch', (served, write) => this.#writes.patch(served, write));
      case 'DELETE':
        return call.info.name === undefined ? this.#deleteAll(call) : this.#deleteOne(call);
      default:
        throw notAllowed(request.method);
    }
  }

  #callOf(request: Request): Call {
    const url = new URL(request.url);
    const info = requestInfo(url.pathname);
    const served = this.#options.kinds.find(
      ({ kind }) =>
        kind.group === info?.group && kind.version === info.version && kind.plural === info.resource,
    );
    if (info === undefined || served === undefined || !isPlaced(info, served.kind))
      throw nothingHere(url.pathname, this.#options.kinds);
    const representation = representationOf(request, served.kind, () => this.#options.clock.now());
    if (representation === undefined)
      throw new ApiFailure(
        'NotAcceptable',
        `only the following media types are accepted: ${AVAILABLE_TYPES}`,
      );
    return { request, query: queryOf(url), info, served, representation };
  }

  #collection({ request, info, served, query, representation }: Call): Response {
    const options = listOptions(query, served.kind.selectableFields);
    const { namespace } = info;
    const matches = (object: KubeObject): boolean =>
      (namespace === undefined || object.metadata.namespace === namespace) && options.matches(object);
    // Nobody would read the watch that HEAD begins: it is asked whether there is an answer.
    if (!options.watch || request.method === 'HEAD') {
      requireVerb(served, 'list');
      return listAnswer(representation.list(this.#lists.list(options, { ...served, matches })), {
        representation,
        warnings: this.#options.listWarnings?.(served.kind) ?? [],
      });
    }
    requireVerb(served, 'watch');
    const { clock, versions, grantOf = () => EVERYBODY } = this.#options;
    const stream = this.#watches.begin(grantOf(request));
    if (stream === undefined) {
      const message = `too many watches are open (${this.#watches.size}); close some, or try again later`;
      throw new ApiFailure('TooManyRequests', message, { retryAfterSeconds: 5 });
    }
    return watchResponse(options, {
      ...served,
      representation,
      matches,
      clock,
      signal: stream.signal,
      version: () => versions.current,
      onEnd: () => stream.end(),
    });
  }

  #one(call: Call): Response {
    requireVerb(call.served, 'get');
    return jsonAnswer(call.representation.item(this.#object(call)), call);
  }

  #object({ info, served: { kind, cache } }: Call): KubeObject {
    const name = info.name ?? '';
    const key = keyOf({ ...info, name });
    const object = cache.get(key);
    if (object === undefined) throw notFound(kind, name, this.#options.hint?.(kind, key));
    return object;
  }

  async #create(call: Call): Promise<Response> {
    const served = writable(call.served, 'create');
    if (call.info.name !== undefined) throw notAllowed('POST');
    const written = this.#writes.create(served, await this.#writeOf(call));
    await served.home.durable?.();
    return shown(written, call, 201);
  }

  async #change(
    call: Call,
    verb: Verb,
    change: (served: Served, write: Write) => Written,
  ): Promise<Response> {
    const served = writable(call.served, verb);
    if (call.info.name === undefined) throw notAllowed(call.request.method);
    const written = change(served, await this.#writeOf(call));
    await served.home.durable?.();
    return shown(written, call, 200);
  }

  async #deleteOne(call: Call): Promise<Response> {
    const served = writable(call.served, 'delete');
    if (call.info.subresource !== undefined) throw notAllowed('DELETE');
    const written = this.#writes.remove(served, await this.#writeOf(call));
    await served.home.durable?.();
    if (written.removed !== true) return shown(written, call, 200);
    const { name, uid } = written.object.metadata;
    const { group, plural } = served.kind;
    const details = { name, ...(group !== '' && { group }), kind: plural, uid };
    return Response.json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
  }

  async #writeOf(call: Call): Promise<Write> {
    const write = await writeOf(call);
    const { actorOf } = this.#options;
    return { ...write, ...defined({ by: actorOf?.(call.request) }) };
  }

  async #deleteAll(call: Call): Promise<Response> {
    const served = writable(call.served, 'delete');
    const write = await this.#writeOf(call);
    const { namespace } = call.info;
    if (served.kind.namespaced && namespace === undefined) throw notAllowed('DELETE');
    const options = listOptions(call.query, served.kind.selectableFields);
    const found = served.cache
      .list()
      .filter((object) => object.metadata.namespace === namespace && options.matches(object));
    // Before the first one is gone: all or none.
    for (const object of found) served.home.permit(object, undefined);
    const items = found.map(({ metadata: { name } }) => {
      const target = namespace === undefined ? { name } : { namespace, name };
      return this.#writes.remove(served, { ...write, target }).object;
    });
    await served.home.durable?.();
    const { representation } = call;
    const list = {
      ...this.#lists.list({ ...options, limit: 1 }, { ...served, matches: () => false }),
      items,
    };
    return listAnswer(representation.list(list), { representation });
  }
}

/** An object of a namespaced kind lies in a namespace, another one in none; `status` is all that may follow. */
function isPlaced({ namespace, name, subresource }: RequestInfo, kind: ResourceKind): boolean {
  if (subresource !== undefined && !(subresource === 'status' && kind.hasStatus)) return false;
  if (!kind.namespaced) return namespace === undefined;
  return name === undefined || namespace !== undefined;
}

async function writeOf({ request, query, info, served }: Call): Promise<Write> {
  wordIn(query, 'fieldValidation', ['Ignore', 'Warn', 'Strict']);
  wordIn(query, 'propagationPolicy', ['Background', 'Foreground', 'Orphan']);
  const body = await jsonBody(request);
  const { namespace, name, subresource } = info;
  if (served.kind.namespaced && namespace === undefined) throw notAllowed(request.method);
  return {
    body,
    target: { ...defined({ namespace, name }) },
    ...(subresource === 'status' && { subresource: 'status' as const }),
    dryRun: isDryRun(query, body),
  };
}

/** In the query, or in the DeleteOptions of a delete. */
function isDryRun(query: URLSearchParams, body: unknown): boolean {
  const inBody = (body as { readonly dryRun?: unknown } | undefined | null)?.dryRun;
  const asked = [...query.getAll('dryRun'), ...(Array.isArray(inBody) ? inBody : [])].filter(
    (word) => word !== '',
  );
  const odd = asked.find((word) => word !== 'All');
  if (odd !== undefined) throw badRequest(`dryRun: ${shownValue(odd)} is not supported; there is All`);
  return asked.length > 0;
}

function requireVerb({ kind }: ServedKind, verb: Verb): void {
  if (!kind.verbs.includes(verb)) throw notAllowed(verb, kind);
}

function writable(served: ServedKind, verb: Verb): Served {
  requireVerb(served, verb);
  const { home } = served;
  if (home === undefined) throw notAllowed(verb, served.kind);
  return { ...served, home };
}

function notAllowed(verb: string, kind?: ResourceKind): ApiFailure {
  const on = kind === undefined ? 'here' : `on ${kind.plural}; there are ${kind.verbs.join(', ')}`;
  return new ApiFailure('MethodNotAllowed', `${verb} is not supported ${on}`);
}

function nothingHere(path: string, kinds: readonly ServedKind[]): ApiFailure {
  const served = kinds.map(({ kind }) => `${kind.plural} (${apiVersionOf(kind)})`).join(', ');
  return new ApiFailure(
    'NotFound',
    `the server could not find the requested resource: there is nothing at ${path}; this API has ${served}`,
  );
}

function shown({ object, warnings }: Written, { representation }: Call, status: number): Response {
  return jsonAnswer(representation.item(object), { representation, status, warnings });
}
