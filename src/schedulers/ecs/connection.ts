// schedulers/ecs: the client of one account and region, made anew when its address or its credentials have changed.

import { X509Certificate } from 'node:crypto';
import type { ValueSource } from '../../api/policy.ts';
import { referenceName, type ValueResolver } from '../../api/values.ts';
import { defined } from '../../lang/defined.ts';
import { awsEndpoint } from '../../runtime/aws/endpoint.ts';
import type { AwsTarget } from '../../runtime/aws/transport.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { SchedulerCall } from '../scheduler.ts';
import { CallBudget, type CallRate } from './api/budget.ts';
import { EcsCalls } from './api/calls.ts';
import { EcsApi, type EcsApiDeps } from './api/ecs-api.ts';
import type { EcsSpec } from './block/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The operator's own region, where AWS' command line looks first. */
export function ownRegion(env: Env): string | undefined {
  return env['AWS_REGION']?.trim() || env['AWS_DEFAULT_REGION']?.trim() || undefined;
}

/** For people, and the same for two specs that mean one place. */
export function endpointOf({ endpoint, region }: EcsSpec, env: Env): string | undefined {
  if (endpoint !== undefined) return new URL(endpoint).origin;
  const known = region ?? ownRegion(env);
  return known === undefined ? undefined : awsEndpoint('ecs', known);
}

export interface ConnectionDeps extends EcsApiDeps {
  readonly values: ValueResolver;
  readonly env: Env;
}

export interface OpenDeps extends Pick<ConnectionDeps, 'clock' | 'values' | 'env'> {
  /** In [0, 1); spreads retries. */
  readonly random?: () => number;
  readonly budgets?: Readonly<Record<'read' | 'write', CallRate>>;
  /** How long one call may take. */
  readonly deadlineMs?: number;
  readonly onCall?: (call: SchedulerCall) => void;
}

/** A part of what AWS lets a whole account do in a region: 20 reads of services and tasks and 5 updates a second. */
export const BUDGETS = { read: { perSecond: 8, burst: 24 }, write: { perSecond: 2, burst: 10 } };
const DEADLINE_MS = 10_000;

/** Asks nothing yet. */
export function openEcs(spec: EcsSpec, deps: OpenDeps): Connection {
  const {
    clock,
    values,
    env,
    random = Math.random,
    budgets = BUDGETS,
    deadlineMs = DEADLINE_MS,
    onCall,
  } = deps;
  const budget = (rate: CallRate): CallBudget => new CallBudget(rate, { clock, random });
  return new Connection(spec, {
    clock,
    values,
    env,
    calls: new EcsCalls(onCall),
    deadlineMs,
    budgets: { read: budget(budgets.read), write: budget(budgets.write) },
  });
}

export class Connection {
  /** For people. */
  readonly url: string;
  readonly calls: EcsCalls;
  readonly #spec: EcsSpec;
  readonly #deps: ConnectionDeps;
  #current: { readonly identity: string; readonly api: EcsApi } | undefined;

  constructor(spec: EcsSpec, deps: ConnectionDeps) {
    this.#spec = spec;
    this.#deps = deps;
    this.calls = deps.calls;
    this.url = endpointOf(spec, deps.env) ?? 'Amazon ECS in a region that is not known';
  }

  /** @throws TerminalError for a spec that cannot work, and for a reference that cannot be resolved */
  api(): EcsApi {
    const target = this.#target();
    const identity = JSON.stringify(target);
    if (this.#current?.identity !== identity) {
      this.#current?.api.close().catch(() => undefined);
      this.#current = { identity, api: new EcsApi(target, this.#deps) };
    }
    return this.#current.api;
  }

  async close(): Promise<void> {
    await this.#current?.api.close();
  }

  #target(): AwsTarget {
    const { region = ownRegion(this.#deps.env), auth, caFile } = this.#spec;
    const endpoint = endpointOf(this.#spec, this.#deps.env);
    if (region === undefined || endpoint === undefined)
      throw new TerminalError('ecs.region: is missing: give it, or set AWS_REGION for the operator');
    const resolved = auth && {
      accessKeyId: this.#secret('accessKeyId', auth.accessKeyId),
      secretAccessKey: this.#secret('secretAccessKey', auth.secretAccessKey),
      ...(auth.sessionToken !== undefined && {
        sessionToken: this.#secret('sessionToken', auth.sessionToken),
      }),
    };
    return { endpoint, region, ...defined({ credentials: resolved, ca: this.#certificates(caFile) }) };
  }

  #secret(field: string, from: ValueSource): string {
    const value = this.#deps.values.resolve(from, 'secret').trim();
    if (value === '') throw new TerminalError(`ecs.auth.${field}: ${referenceName(from)} is empty; set it`);
    return value;
  }

  #certificates(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const pem = this.#deps.values.resolve({ fromFile: path }, 'plain');
    try {
      new X509Certificate(pem);
    } catch {
      throw new TerminalError(
        `ecs.caFile: ${path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
      );
    }
    return pem;
  }
}
