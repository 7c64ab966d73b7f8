// test support: an external scaler of KEDA, a real gRPC server made from externalscaler.proto: a queue whose consumers hold messages.

import { join } from 'node:path';
import type { ServerUnaryCall, ServiceClientConstructor, sendUnaryData } from '@grpc/grpc-js';
import { loadPackageDefinition, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';

export interface ScalerValue {
  readonly metricName: string;
  readonly metricValue?: number | string;
  readonly metricValueFloat?: number;
}

interface Ref {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

const definition = loadSync(join(import.meta.dirname, 'externalscaler.proto'), { keepCase: true });
const { externalscaler } = loadPackageDefinition(definition) as {
  readonly externalscaler?: { readonly ExternalScaler?: ServiceClientConstructor };
};

export class Scaler {
  /** By their names; more than one value of a name is no reading. */
  readonly values = new Map<string, readonly ScalerValue[]>();
  specs: readonly string[] = ['queueLength'];
  isActive = true;
  /** What every call is refused with. */
  fails: { readonly code: status; readonly details: string } | undefined;
  /** What a call about this object is refused with, if it is. */
  refusal: (ref: Ref) => status | undefined = () => undefined;
  /** The values of a metric. */
  tells = (metricName: string): readonly ScalerValue[] => this.values.get(metricName) ?? [];
  /** Calls are taken and never answered. */
  hangs = false;
  readonly calls: { readonly method: string; readonly ref: Ref; readonly metricName?: string }[] = [];
  #server: Server | undefined;
  #port = 0;

  constructor() {
    onTestFinished(() => this.stop());
  }

  /** `127.0.0.1:PORT`, after a restart the same. */
  async start(credentials = ServerCredentials.createInsecure(), port = this.#port): Promise<string> {
    const server = new Server();
    const service = externalscaler?.ExternalScaler?.service;
    if (service === undefined) throw new Error('externalscaler.proto has no ExternalScaler');
    server.addService(service, {
      IsActive: this.#answering('IsActive', () => ({ result: this.isActive })),
      GetMetricSpec: this.#answering('GetMetricSpec', () => ({
        metricSpecs: this.specs.map((metricName) => ({ metricName, targetSize: 5 })),
      })),
      GetMetrics: this.#answering('GetMetrics', (_, metricName) => ({
        metricValues: this.tells(metricName ?? ''),
      })),
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    this.#server = server;
    return `127.0.0.1:${this.#port}`;
  }

  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** Seven messages came, consumers hold two of them, three are done. */
  holdSevenMessages(): this {
    const tell = (metricName: string, metricValue: number): void => {
      this.values.set(metricName, [{ metricName, metricValue }]);
    };
    tell('queueLength', 5);
    tell('taken', 2);
    tell('all', 7);
    tell('came', 10);
    tell('done', 3);
    this.values.set('age', [{ metricName: 'age', metricValueFloat: 1.5 }]);
    return this;
  }

  #answering(method: string, answer: (ref: Ref, metricName?: string) => object) {
    return (
      {
        request,
      }: ServerUnaryCall<Ref & { readonly scaledObjectRef?: Ref; readonly metricName?: string }, object>,
      done: sendUnaryData<object>,
    ): void => {
      const ref = request.scaledObjectRef ?? request;
      const { metricName } = request;
      this.calls.push({ method, ref, ...(metricName !== undefined && { metricName }) });
      if (this.hangs) return;
      const code = this.refusal(ref);
      const failure: Partial<ServiceError> | undefined = code === undefined ? this.fails : { code };
      if (failure !== undefined) done(failure);
      else done(null, answer(ref, metricName));
    };
  }
}

export { status };
