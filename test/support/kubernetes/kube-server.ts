// A Kubernetes API server in miniature, made of the operator's own API engine: our kinds as a cluster holds them, leases,
// events, secrets and namespaces, all writable; with faults on demand.

import { randomUUID } from 'node:crypto';
import { interventionCrd, policyCrd, poolCrd } from '../../../src/api/schema/crd.ts';
import { withSchemaDefaults } from '../../../src/api/schema/defaults.ts';
import type { JsonSchema } from '../../../src/api/schema/json-schema.ts';
import { interventionSchema } from '../../../src/api/schema/schema.ts';
import { policySchema, poolSchema } from '../../../src/app/policies/schema.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type HttpBindings, type HttpHandler, serve } from '../../../src/runtime/network/http.ts';
import { discoveryRoutes } from '../../../src/server/kube/discovery.ts';
import { ApiFailure } from '../../../src/server/kube/http/failure.ts';
import { requestInfo } from '../../../src/server/kube/http/request-info.ts';
import { EVENT_KIND, NAMESPACE_KIND } from '../../../src/server/kube/kinds/core-kinds.ts';
import { NAME_COLUMN, type ResourceKind } from '../../../src/server/kube/kinds/kinds.ts';
import type { KubeObject } from '../../../src/server/kube/kinds/object.ts';
import type { ObjectHome, ServedKind } from '../../../src/server/kube/kinds/object-home.ts';
import { interventionKind, policyKind, poolKind } from '../../../src/server/kube/kinds/our-kinds.ts';
import { openApiRoutes } from '../../../src/server/kube/openapi/routes.ts';
import { createResourceApi } from '../../../src/server/kube/resource-api.ts';
import { createVersions } from '../../../src/server/kube/watch/versions.ts';
import { WatchCache } from '../../../src/server/kube/watch/watch-cache.ts';

const WRITABLE = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;
const anything: JsonSchema = {
  type: 'object',
  description: 'Anything.',
  'x-kubernetes-preserve-unknown-fields': true,
};

function kind(group: string, name: string, plural: string): ResourceKind {
  return {
    group,
    version: 'v1',
    kind: name,
    plural,
    singular: name.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    verbs: WRITABLE,
    hasStatus: false,
    schema: anything,
    columns: [NAME_COLUMN],
    selectableFields: [],
  };
}

/** The schema of a manifest, by which a cluster fills in defaults as it reads an object. */
function crdSchema(manifest: object): JsonSchema {
  const { spec } = manifest as {
    spec: { versions: readonly [{ schema: { openAPIV3Schema: JsonSchema } }] };
  };
  return spec.versions[0].schema.openAPIV3Schema;
}

const CRD_SCHEMAS: ReadonlyMap<string, JsonSchema> = new Map([
  ['MicroscalingPolicy', crdSchema(policyCrd(policySchema))],
  ['CapacityPool', crdSchema(poolCrd(poolSchema))],
  ['Intervention', crdSchema(interventionCrd(interventionSchema))],
]);

export const OURS = [policyKind(policySchema), poolKind(poolSchema), interventionKind()];
export const KUBERNETES = [
  kind('coordination.k8s.io', 'Lease', 'leases'),
  kind('', 'Secret', 'secrets'),
  { ...EVENT_KIND, verbs: WRITABLE },
  { ...NAMESPACE_KIND, verbs: WRITABLE },
];

export interface KubeServerOptions {
  /** False: a cluster that was never told of our kinds. */
  readonly crds?: boolean;
  /** Bearer token that every request needs. */
  readonly token?: string;
  /** 0 takes any free port. */
  readonly port?: number;
}

/** One request, in the words of RBAC. */
export interface KubeRequest {
  readonly verb: string;
  readonly group: string;
  /** `microscalingpolicies/status` for a subresource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly method: string;
  readonly url: string;
  /** User-Agent. */
  readonly agent: string;
}

export interface KubeServer {
  readonly url: string;
  readonly port: number;
  /** Everything that was asked for, oldest first. */
  readonly requests: readonly KubeRequest[];
  /** How many watches are open. */
  readonly watches: number;
  readonly faults: Faults;
  /** What is kept of a kind, by plural. */
  objects(plural: string): readonly KubeObject[];
  close(): Promise<void>;
}

export interface Faults {
  /** Breaks the connections of all open watches. */
  dropWatches(): void;
  /** Ends all open watches as a server does that has had enough. */
  endWatches(): void;
  /** Forgets the history: watches that begin with an older version get 410. */
  expire(): void;
  /** While true, watches stay open and say nothing. */
  mute: boolean;
  /** Before every answer. */
  latencyMs: number;
  /** Looks at every request first; what it returns is the answer. */
  intercept: ((request: KubeRequest) => Response | undefined) | undefined;
  /** Answers the next `times` requests that fit with this failure: `failNext('InternalError')`. */
  failNext(reason: ApiFailure['reason'], times?: number, fits?: (request: KubeRequest) => boolean): void;
}

/** Listens on 127.0.0.1. */
export async function startKubeServer(options: KubeServerOptions = {}): Promise<KubeServer> {
  const world = new World(options);
  const server = await serve(world.handler, { host: '127.0.0.1', port: options.port ?? 0 });
  return {
    url: server.url,
    port: server.port,
    requests: world.requests,
    get watches() {
      return world.open.size;
    },
    faults: world,
    objects: (plural) => world.kinds.find((served) => served.kind.plural === plural)?.cache.list() ?? [],
    close: async () => {
      world.endWatches();
      await server.close();
    },
  };
}

class World implements Faults {
  readonly requests: KubeRequest[] = [];
  readonly open = new Set<HttpBindings>();
  readonly kinds: readonly ServedKind[];
  mute = false;
  latencyMs = 0;
  intercept: Faults['intercept'];
  readonly #token: string | undefined;
  readonly #versions = createVersions(createMemoryDocumentStore());
  readonly #discovery: (request: Request) => Response | Promise<Response>;
  #failures: { readonly reason: ApiFailure['reason']; readonly fits: (request: KubeRequest) => boolean }[] =
    [];
  #stop = new AbortController();
  #api: ReturnType<typeof createResourceApi>;

  constructor({ crds = true, token }: KubeServerOptions) {
    this.#token = token;
    const kinds = [...(crds ? OURS : []), ...KUBERNETES];
    this.kinds = kinds.map((each) => memoryKind(each, undefined, CRD_SCHEMAS.get(each.kind)));
    const discovery = discoveryRoutes(kinds, 'test').route('/', openApiRoutes(kinds, 'test'));
    this.#discovery = (request) => discovery.fetch(request);
    this.#api = this.#newApi();
  }

  readonly handler: HttpHandler = async (request, bindings) => {
    const asked = kubeRequest(request);
    if (asked !== undefined) this.requests.push(asked);
    if (this.latencyMs > 0) await systemClock.sleep(this.latencyMs);
    const refused = this.#refusal(request, asked);
    if (refused !== undefined) return refused;
    if (asked === undefined) return this.#discovery(request);
    const answer = await this.#api(request);
    return asked.verb === 'watch' ? this.#watch(answer, bindings) : answer;
  };

  dropWatches(): void {
    for (const { outgoing } of this.open) outgoing.destroy();
  }

  endWatches(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#api = this.#newApi();
  }

  expire(): void {
    // A version of nothing, so that even the newest one that clients know is too old.
    this.#versions.next();
    for (const { cache } of this.kinds) cache.forgetHistory(this.#versions.current);
  }

  failNext(
    reason: ApiFailure['reason'],
    times = 1,
    fits: (request: KubeRequest) => boolean = () => true,
  ): void {
    this.#failures.push(...Array.from({ length: times }, () => ({ reason, fits })));
  }

  #refusal(request: Request, asked: KubeRequest | undefined): Response | undefined {
    if (this.#token !== undefined && request.headers.get('authorization') !== `Bearer ${this.#token}`)
      return new ApiFailure('Unauthorized', 'Unauthorized').response();
    if (asked === undefined) return undefined;
    const answer = this.intercept?.(asked);
    if (answer !== undefined) return answer;
    const failure = this.#failures.find(({ fits }) => fits(asked));
    this.#failures = this.#failures.filter((other) => other !== failure);
    return failure && new ApiFailure(failure.reason, `${failure.reason} on demand`).response();
  }

  #watch(answer: Response, bindings: HttpBindings): Response {
    this.open.add(bindings);
    bindings.outgoing.once('close', () => this.open.delete(bindings));
    const ears = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        if (!this.mute) controller.enqueue(chunk);
      },
    });
    return new Response(answer.body?.pipeThrough(ears) ?? null, answer);
  }

  #newApi(): ReturnType<typeof createResourceApi> {
    return createResourceApi({
      kinds: this.kinds,
      versions: this.#versions,
      clock: systemClock,
      log: silentLogger,
      newUid: randomUUID,
      signal: this.#stop.signal,
    });
  }
}

/**
 * A kind that anybody may write anything to, kept as long as the process lives.
 *
 * @param defaults the schema whose defaults are filled in
 */
export function memoryKind(kind: ResourceKind, history?: number, defaults?: JsonSchema): ServedKind {
  const cache = new WatchCache({ startVersion: 0, ...(history !== undefined && { history }) });
  return { kind, cache, home: memoryHome(cache, defaults) };
}

function memoryHome(cache: WatchCache, schema: JsonSchema | undefined): ObjectHome {
  const defaulted = (object: KubeObject): KubeObject =>
    schema === undefined ? object : (withSchemaDefaults(schema, object) as KubeObject);
  return {
    current: (key) => cache.get(key),
    shown: (object) => object,
    permit: () => undefined,
    admit: (object) => ({ object: defaulted(object), warnings: [] }),
    save: (object) => cache.set(object),
    remove: (key, version) => cache.remove(key, version),
  };
}

function kubeRequest({ method, url, headers }: Request): KubeRequest | undefined {
  const { pathname, search, searchParams } = new URL(url);
  const info = requestInfo(pathname);
  if (info === undefined) return undefined;
  const { resource, subresource, version: _, ...place } = info;
  return {
    ...place,
    verb: verbOf(method, info.name === undefined, searchParams.get('watch') ?? ''),
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    method,
    url: `${pathname}${search}`,
    agent: headers.get('user-agent') ?? '',
  };
}

function verbOf(method: string, ofCollection: boolean, watch: string): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return ofCollection ? 'deletecollection' : 'delete';
    default:
      return ofCollection ? (['true', '1'].includes(watch) ? 'watch' : 'list') : 'get';
  }
}
