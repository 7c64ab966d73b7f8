// A small scripted Marathon for tests of the client: state that tests set, answers that tests inject, requests
// that tests look at. Deliberately not the embedded server, which is tested and grows by itself.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Fields = Record<string, unknown>;

export interface FakeTask {
  id: string;
  state: string;
  host?: string;
  ports?: number[];
  stagedAt?: string;
  startedAt?: string;
  healthCheckResults?: { alive: boolean }[];
}

export interface FakeApp {
  definition: Fields;
  instances: number;
  tasks: FakeTask[];
  /** Instances without a task. */
  waiting: number;
  version: string;
  lastScalingAt: string;
  lastConfigChangeAt: string;
}

export interface FakeDeployment {
  id: string;
  affectedApps: string[];
  affectedPods?: string[];
  steps: { actions: { action: string; app: string }[] }[];
}

export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Fields | undefined;
}

export interface Scripted {
  status: number;
  /** A string is sent as it is, as HTML; anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Never answers. */
  hang?: boolean;
  /** Closes the connection instead of answering. */
  drop?: boolean;
  /** Lets the write have its effect before the connection is closed. */
  dropAfterEffect?: boolean;
}

/** Returns an answer to use instead of the real one. */
export type Script = (request: SeenRequest) => Scripted | undefined;

export class FakeMarathon {
  readonly apps = new Map<string, FakeApp>();
  readonly queue = new Map<string, Fields>();
  deployments: FakeDeployment[] = [];
  readonly requests: SeenRequest[] = [];
  /** Asked in order for each request; the first answer counts. */
  scripts: Script[] = [];
  /** New instances wait without a task instead of running at once. */
  launching = true;
  /** Deployments stay until `finish`. */
  holdDeployments = false;
  version = '1.10.26';
  readonly #streams = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #serial = 0;

  async start(port = 0): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#streams.clear();
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** The next request that `matches` gets this answer, once. */
  next(matches: (request: SeenRequest) => boolean, answer: Scripted): void {
    const script: Script = (request) => {
      if (!matches(request)) return undefined;
      this.scripts = this.scripts.filter((s) => s !== script);
      return answer;
    };
    this.scripts.push(script);
  }

  writes(): SeenRequest[] {
    return this.requests.filter((r) => r.method !== 'GET');
  }

  reads(path: string): number {
    return this.requests.filter((r) => r.method === 'GET' && r.path === path).length;
  }

  addApp(id: string, instances: number, definition: Fields = {}): FakeApp {
    const app: FakeApp = {
      definition: { cmd: 'sleep 60', cpus: 0.1, mem: 32, labels: {}, ...definition, id },
      instances: 0,
      tasks: [],
      waiting: 0,
      version: this.#now(),
      lastScalingAt: this.#now(),
      lastConfigChangeAt: this.#now(),
    };
    this.apps.set(id, app);
    this.setInstances(id, instances);
    return app;
  }

  setInstances(id: string, instances: number): void {
    const app = this.#app(id);
    app.instances = instances;
    app.lastScalingAt = app.version = this.#now();
    app.tasks.length = Math.min(app.tasks.length, instances);
    app.waiting = Math.min(app.waiting, instances - app.tasks.length);
    while (app.tasks.length + app.waiting < instances) {
      if (!this.launching) app.waiting++;
      else app.tasks.push(this.task(id, 'TASK_RUNNING'));
    }
  }

  task(id: string, state: string): FakeTask {
    const at = this.#now();
    const name = `${id.slice(1).replaceAll('/', '_')}.instance-${++this.#serial}._app.1`;
    return { id: name, state, stagedAt: at, startedAt: at };
  }

  /** A deployment that stays until it is removed. */
  deploy(action: string, ...apps: string[]): FakeDeployment {
    const deployment = {
      id: `deployment-${++this.#serial}`,
      affectedApps: apps,
      affectedPods: [],
      steps: [{ actions: apps.map((app) => ({ action, app })) }],
    };
    this.deployments.push(deployment);
    return deployment;
  }

  finish(deployment?: FakeDeployment): void {
    this.deployments = deployment === undefined ? [] : this.deployments.filter((d) => d !== deployment);
  }

  emit(type: string, data: Fields): void {
    for (const stream of this.#streams) {
      stream.write(`event: ${type}\r\ndata: ${JSON.stringify({ eventType: type, ...data })}\r\n\r\n`);
    }
  }

  heartbeat(): void {
    for (const stream of this.#streams) stream.write('\r\n');
  }

  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(incoming.url ?? '/', this.url);
    const request: SeenRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: text === '' ? undefined : (JSON.parse(text) as Fields),
    };
    this.requests.push(request);
    const scripted = this.scripts.map((script) => script(request)).find((answer) => answer !== undefined);
    if (scripted !== undefined) this.#play(scripted, request, response);
    else if (request.path === '/v2/events') this.#stream(request, response);
    else send(response, this.#answer(request));
  }

  #play(scripted: Scripted, request: SeenRequest, response: ServerResponse): void {
    if (scripted.hang) return;
    if (scripted.dropAfterEffect) this.#answer(request);
    if (scripted.drop || scripted.dropAfterEffect) response.destroy();
    else send(response, scripted);
  }

  #stream(request: SeenRequest, response: ServerResponse): void {
    if (request.headers.accept !== 'text/event-stream') {
      send(response, { status: 405, body: '<html>HTTP method GET is not supported by this URL</html>' });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream;charset=utf-8' });
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    this.emit('event_stream_attached', { remoteAddress: '127.0.0.1' });
  }

  #answer(request: SeenRequest): Scripted {
    const { method, path } = request;
    if (path === '/v2/info')
      return { status: 200, body: { name: 'marathon', version: this.version, leader: null } };
    if (path === '/v2/deployments') return { status: 200, body: this.deployments };
    if (path === '/v2/queue')
      return { status: 200, body: { queue: [...this.apps].flatMap((a) => this.#queued(...a)) } };
    if (path === '/v2/tasks/delete') return this.#killAndScale(request);
    if (path === '/v2/apps') return method === 'GET' ? this.#list(request) : this.#create(request);
    if (path.startsWith('/v2/apps/')) return this.#one(request, path.slice('/v2/apps'.length));
    return { status: 500, body: { message: 'URI not found' } };
  }

  #list(request: SeenRequest): Scripted {
    const part = request.query.get('id') ?? '';
    const withTasks = request.query.getAll('embed').includes('apps.tasks');
    const apps = [...this.apps].filter(([id]) => id.includes(part)).map(([id]) => this.#echo(id));
    return { status: 200, body: { apps: withTasks ? apps : apps.map(({ tasks: _tasks, ...app }) => app) } };
  }

  #one(request: SeenRequest, id: string): Scripted {
    const exists = this.apps.has(id);
    const body = request.body ?? {};
    switch (request.method) {
      case 'GET':
        return exists ? { status: 200, body: { app: this.#echo(id) } } : notFound(id);
      case 'DELETE':
        if (!exists) return notFound(id);
        return (
          this.#locked(request, id) ?? this.#deploying('StopApplication', id, () => this.apps.delete(id))
        );
      default:
        if (!exists) {
          const errors = [
            { path: '/', errors: ["AppDefinition must either contain one of 'cmd' or 'args'"] },
          ];
          return { status: 422, body: { message: 'Object is not valid', details: errors } };
        }
        return this.#locked(request, id) ?? this.#change(id, body);
    }
  }

  #change(id: string, body: Fields): Scripted {
    const { instances, ...definition } = body;
    const app = this.#app(id);
    const keepsLimits = ['resourceLimits', 'executorResources'].every(
      (k) => app.definition[k] === undefined || JSON.stringify(app.definition[k]) === JSON.stringify(body[k]),
    );
    const changed = Object.entries(definition).some(
      ([k, v]) => JSON.stringify(app.definition[k]) !== JSON.stringify(v),
    );
    const restart = changed || !keepsLimits;
    return this.#deploying(restart ? 'RestartApplication' : 'ScaleApplication', id, () => {
      app.definition = { ...app.definition, ...definition };
      if (restart) app.lastConfigChangeAt = this.#now();
      if (typeof instances === 'number') this.setInstances(id, instances);
    });
  }

  #create(request: SeenRequest): Scripted {
    const { id, instances, ...definition } = (request.body ?? {}) as Fields & {
      id: string;
      instances?: number;
    };
    if (this.apps.has(id))
      return { status: 409, body: { message: `An app with id [${id}] already exists.` } };
    const { deploymentId } = this.#deploying('StartApplication', id, () => {
      this.addApp(id, instances ?? 1, definition);
    }).body as { deploymentId: string };
    return {
      status: 201,
      body: { ...definition, id, deployments: [{ id: deploymentId }], version: this.#now() },
    };
  }

  #killAndScale(request: SeenRequest): Scripted {
    const ids = (request.body?.['ids'] ?? []) as string[];
    const entry = [...this.apps].find(([, app]) => app.tasks.some((t) => ids.includes(t.id)));
    if (entry === undefined) return { status: 200, body: { tasks: [] } };
    const [id, app] = entry;
    return (
      this.#locked(request, id) ??
      this.#deploying('ScaleApplication', id, () => {
        const kept = app.tasks.filter((t) => !ids.includes(t.id));
        app.instances -= app.tasks.length - kept.length;
        app.tasks = kept;
      })
    );
  }

  #locked(request: SeenRequest, id: string): Scripted | undefined {
    const holders = this.deployments.filter((d) => d.affectedApps.includes(id));
    if (request.query.get('force') === 'true') {
      this.deployments = this.deployments.filter((d) => !holders.includes(d));
      return undefined;
    }
    if (holders.length === 0) return undefined;
    const message = "App is locked by one or more deployments. Override with the option '?force=true'.";
    return { status: 409, body: { message, deployments: holders.map(({ id }) => ({ id })) } };
  }

  #deploying(action: string, id: string, effect: () => void): Scripted {
    const deployment = this.deploy(action, id);
    effect();
    if (!this.holdDeployments) this.finish(deployment);
    const body = { version: this.#now(), deploymentId: deployment.id };
    this.emit('deployment_info', { plan: { id: deployment.id, steps: deployment.steps } });
    return { status: 200, body, headers: { 'Marathon-Deployment-Id': deployment.id } };
  }

  #queued(id: string, app: FakeApp): Fields[] {
    if (app.waiting === 0) return [];
    const row = { app: { id }, count: app.waiting, delay: { timeLeftSeconds: 0, overdue: true } };
    return [{ ...row, ...this.queue.get(id) }];
  }

  #echo(id: string): Fields {
    const { definition, instances, tasks, version, lastScalingAt, lastConfigChangeAt } = this.#app(id);
    const deployments = this.deployments
      .filter((d) => d.affectedApps.includes(id))
      .map((d) => ({ id: d.id }));
    const versionInfo = { lastScalingAt, lastConfigChangeAt };
    return { ...definition, instances, tasks, deployments, version, versionInfo, tasksRunning: tasks.length };
  }

  #app(id: string): FakeApp {
    const app = this.apps.get(id);
    if (app === undefined) throw new Error(`the fake has no app ${id}`);
    return app;
  }

  /** Moves on by a second at each use, so that every version is its own. */
  #now(): string {
    return new Date(Date.UTC(2024, 4, 1) + ++this.#serial * 1000).toISOString();
  }
}

function notFound(id: string): Scripted {
  return { status: 404, body: { message: `App '${id}' does not exist` } };
}

function send(response: ServerResponse, { status, body, headers }: Scripted): void {
  const html = typeof body === 'string';
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json', ...headers });
  response.end(html ? body : JSON.stringify(body ?? {}));
}
