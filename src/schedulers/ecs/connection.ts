// schedulers/ecs: the client of one account and region, made anew when its address or its credentials have changed.

import { X509Certificate } from 'node:crypto';
import type { ValueSource } from '../../api/policy.ts';
import { referenceName, type ValueResolver } from '../../api/values.ts';
import { defined } from '../../lang/defined.ts';
import { awsEndpoint } from '../../runtime/aws/endpoint.ts';
import type { AwsTarget } from '../../runtime/aws/transport.ts';
import { TerminalError } from '../../runtime/errors.ts';
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

export class Connection {
  readonly #spec: EcsSpec;
  readonly #deps: ConnectionDeps;
  #current: { readonly identity: string; readonly api: EcsApi } | undefined;

  constructor(spec: EcsSpec, deps: ConnectionDeps) {
    this.#spec = spec;
    this.#deps = deps;
  }

  /** @throws TerminalError for a spec that cannot work, and for a reference that cannot be resolved */
  api(): EcsApi {
    const target = this.#target();
    const identity = JSON.stringify(target);
    if (this.#current?.identity !== identity) {
      void this.#current?.api.close();
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
