// metric-sources: the external scalers of KEDA. One read is one call for each metric that is named, and one for whether it is active.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { parseAddress } from '../../connection/address.ts';
import { readFailure } from '../../connection/failure.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import {
  READING_FIELDS,
  type ReadingField,
  type ReadingFields,
  sampleOfFields,
} from '../../connection/reading-fields.ts';
import { together } from '../../connection/together.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { numberOf, onlyMetricOf } from './answer.ts';
import type { KedaExternalMetric, ScalerMetadatum } from './config.ts';
import { ScalerConnection, type ScalerTarget } from './connection.ts';
import { callFailure } from './failure.ts';
import type { ScaledObjectRef } from './protocol.ts';
import { kedaExternalBlock, SCHEMES } from './schema.ts';
import { identityOf } from './tls.ts';

interface Target extends ScalerTarget {
  readonly scaledObjectRef: ScaledObjectRef;
}

function targetOf(config: KedaExternalMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('kedaExternal', resolver);
  const given = { value: config.endpoint, from: config.endpointFrom };
  const { scheme, host, port } = values.address('endpoint', given, SCHEMES);
  const tls = scheme === 'grpcs';
  return {
    host,
    port,
    tls,
    ...defined({
      ca: tls ? values.certificates(config.caFile) : undefined,
      identity: tls ? identityOf(config, values) : undefined,
    }),
    scaledObjectRef: {
      ...config.scaledObject,
      scalerMetadata: metadataOf(config.scalerMetadata ?? [], values),
    },
  };
}

function metadataOf(
  entries: readonly ScalerMetadatum[],
  values: BlockValues,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ name, value, valueFrom, secret }) => {
      const place = `scalerMetadata.${name}`;
      if (secret !== undefined) return [name, values.secret(`${place}.secret`, secret)];
      return [name, value ?? values.requiredPlain(`${place}.value`, undefined, valueFrom)];
    }),
  );
}

class ScalerReader implements MetricReader {
  readonly #config: KedaExternalMetric;
  readonly #target: Target;
  readonly #deps: MetricSourceDeps;
  readonly #connection: ScalerConnection;

  constructor(config: KedaExternalMetric, target: Target, deps: MetricSourceDeps) {
    this.#config = config;
    this.#target = target;
    this.#deps = deps;
    this.#connection = new ScalerConnection(target, () => deps.onCall?.());
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    signal.throwIfAborted();
    const { isActive, inFlightPerInstance } = this.#config;
    const { clock } = this.#deps;
    const [nowMs, wallMs] = [clock.monotonic(), clock.now()];
    const { scaledObjectRef } = this.#target;
    try {
      return await together(signal, async (all) => {
        const metrics = this.#config.metrics ?? (await this.#onlyMetric(all));
        const nameOf = (field: ReadingField): string => `metric ${metrics[field] ?? field}`;
        const [active, found] = await Promise.all([
          isActive
            ? this.#connection.call((methods) => methods.IsActive, scaledObjectRef, all)
            : { result: true },
          this.#valuesOf(metrics, all),
        ]);
        const sample = sampleOfFields(found, { nowMs, wallMs, inFlightPerInstance, nameOf });
        return active.result ? sample : idle(sample);
      });
    } catch (error) {
      signal.throwIfAborted();
      const why = wordsOf(error);
      if (why === undefined) throw error;
      const { host, port } = this.#target;
      throw readFailure(whatOf(this.#config), `${host}:${port}`, why);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #onlyMetric(signal: AbortSignal): Promise<ReadingFields<string>> {
    const { metricSpecs } = await this.#connection.call(
      (methods) => methods.GetMetricSpec,
      this.#target.scaledObjectRef,
      signal,
    );
    return { waiting: onlyMetricOf(metricSpecs.map(({ metricName }) => metricName)) };
  }

  async #valuesOf(metrics: ReadingFields<string>, signal: AbortSignal): Promise<ReadingFields<unknown>> {
    const { scaledObjectRef } = this.#target;
    const names = [...new Set(Object.values(metrics))];
    const values = await Promise.all(
      names.map(async (metricName) => {
        const request = { scaledObjectRef, metricName };
        const { metricValues } = await this.#connection.call(
          (methods) => methods.GetMetrics,
          request,
          signal,
        );
        return [metricName, numberOf(metricName, metricValues)] as const;
      }),
    );
    const byName = new Map(values);
    const fields = READING_FIELDS.flatMap((field) => {
      const name = metrics[field];
      return name === undefined ? [] : [[field, byName.get(name)] as const];
    });
    return Object.fromEntries(fields);
  }
}

/** The scaler says that there is nothing to do, whatever it counts: what consumers hold they go on with. */
function idle({ unsplit: _, oldestAgeMs: __, ...sample }: MetricSample): MetricSample {
  return { ...sample, waiting: 0 };
}

function wordsOf(error: unknown): string | undefined {
  if (error instanceof TransientError) return error.message;
  if (!(error instanceof Error) || !('code' in error) || !('details' in error)) return undefined;
  const { code, details } = error;
  return typeof code === 'number' ? callFailure({ code, details: String(details) }) : undefined;
}

function whatOf({ metrics }: KedaExternalMetric): string {
  const name = metrics?.waiting ?? metrics?.total;
  return name === undefined ? 'the metric of an external scaler' : `metric ${name} of an external scaler`;
}

function describeScaler(config: KedaExternalMetric): string {
  const given = plainValue(config.endpoint, config.endpointFrom);
  const name = config.metrics?.waiting ?? config.metrics?.total;
  const label = name === undefined ? 'the metric' : `metric ${name}`;
  if (given === undefined) return `${label} of an external scaler`;
  if (!('value' in given)) return `${label} of the scaler named by ${referenceName(given.from)}`;
  const address = parseAddress(given.value, SCHEMES);
  return 'wrong' in address ? `${label} of an external scaler` : `${label} of the scaler at ${address.host}`;
}

export const kedaExternal: MetricSourceType<KedaExternalMetric> = {
  ...kedaExternalBlock,
  folder: 'queries/keda-external',
  create: (config, deps) =>
    polledSource(deps, {
      resolve: () => targetOf(config, deps.values),
      open: (target) => new ScalerReader(config, target, deps),
    }),
  describe: describeScaler,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
  seen: ({ metrics, inFlightPerInstance }, { asOfMs, total, waiting }) => {
    if (metrics?.inFlight !== undefined) return { state: 'ok', asOfMs, waiting, inFlight: total - waiting };
    if (metrics?.total === undefined) return { state: 'ok', asOfMs, waiting };
    const unsplit = inFlightPerInstance === undefined ? undefined : { waitingAtLeast: 0, restInFlight: true };
    return { state: 'ok', asOfMs, waiting: total, ...defined({ unsplit }) };
  },
};
