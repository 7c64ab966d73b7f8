// schedulers/ecs/api: services that are registered with Application Auto Scaling. It is another service of AWS, of which one call
// is needed: that is signed by the client of ECS, with its credentials, and needs no client of its own.

import type { ECSClient } from '@aws-sdk/client-ecs';
import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import { awsEndpoint, isAwsHost } from '../../../runtime/aws/endpoint.ts';
import { type AwsTarget, type AwsTransport, awsTransport } from '../../../runtime/aws/transport.ts';
import { HttpExchange } from '../../../runtime/network/exchange/http-exchange.ts';

const SERVICE = 'application-autoscaling';
const DIMENSION = 'ecs:service:DesiredCount';
const MAX_BYTES = 1024 * 1024;

/** As the client's own errors look. */
class AutoScalingError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(code: string, httpStatusCode: number) {
    super(code);
    this.name = code;
    this.$metadata = { httpStatusCode };
  }
}

export class ScalableTargets {
  readonly #region: string;
  readonly #url: URL;
  readonly #http: HttpExchange;
  readonly #transport: AwsTransport;

  /** Beside an ECS of AWS it is AWS' own; whatever else speaks as ECS does speaks for this as well. */
  constructor({ endpoint, region, ca }: AwsTarget) {
    const ecs = new URL(endpoint);
    this.#region = region;
    this.#url = isAwsHost(ecs.hostname) ? new URL(awsEndpoint(SERVICE, region)) : new URL(ecs.origin);
    this.#http = new HttpExchange({ baseUrl: this.#url.origin, ...defined({ ca }) });
    this.#transport = awsTransport(this.#http, MAX_BYTES);
  }

  /** Which of some services, 50 at most, are registered, and not suspended for good. */
  async among(
    cluster: string,
    services: readonly string[],
    client: ECSClient,
    abortSignal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const prefix = `service/${cluster}/`;
    const asked = {
      ServiceNamespace: 'ecs',
      ScalableDimension: DIMENSION,
      ResourceIds: services.map((service) => `${prefix}${service}`),
    };
    const answer = await this.#ask(asked, client, abortSignal);
    const targets = Array.isArray(answer['ScalableTargets']) ? answer['ScalableTargets'] : [];
    const registered = targets.filter(isObject).filter((target) => !isSuspended(target));
    return new Set(registered.map(({ ResourceId }) => String(ResourceId).slice(prefix.length)));
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #ask(asked: JsonObject, client: ECSClient, abortSignal: AbortSignal): Promise<JsonObject> {
    const signer = await client.config.signer();
    const body = JSON.stringify(asked);
    const { protocol, hostname, port, host } = this.#url;
    const request = {
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      method: 'POST',
      path: '/',
      query: {},
      headers: {
        host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AnyScaleFrontendService.DescribeScalableTargets',
      },
      body,
    };
    const signed = await signer.sign(request, { signingService: SERVICE, signingRegion: this.#region });
    const { response } = await this.#transport.handle(
      { path: '/', headers: signed.headers, body },
      { abortSignal },
    );
    const read = parsed(new TextDecoder().decode(response.body));
    if (response.statusCode === 200 && read !== undefined) return read;
    throw new AutoScalingError(String(read?.['__type'] ?? ''), response.statusCode);
  }
}

function isSuspended({ SuspendedState: state }: JsonObject): boolean {
  return (
    isObject(state) &&
    state['DynamicScalingInSuspended'] === true &&
    state['DynamicScalingOutSuspended'] === true &&
    state['ScheduledScalingSuspended'] === true
  );
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
