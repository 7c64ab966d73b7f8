// metric-sources: the protocol between KEDA and its external scalers, as far as it is asked for numbers (externalscaler.proto).
// https://keda.sh/docs/latest/concepts/external-scalers/

import type { MethodDefinition } from '@grpc/proto-loader';

export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

export interface MetricValue {
  readonly metricName: string;
  /** A whole number as text, since it may be larger than a number is exact. */
  readonly metricValue: string;
  readonly metricValueFloat: number;
}

export interface Methods {
  readonly IsActive: MethodDefinition<ScaledObjectRef, { readonly result: boolean }>;
  readonly GetMetricSpec: MethodDefinition<
    ScaledObjectRef,
    { readonly metricSpecs: readonly { readonly metricName: string }[] }
  >;
  readonly GetMetrics: MethodDefinition<
    { readonly scaledObjectRef: ScaledObjectRef; readonly metricName: string },
    { readonly metricValues: readonly MetricValue[] }
  >;
}

const METHODS: readonly (keyof Methods)[] = ['IsActive', 'GetMetricSpec', 'GetMetrics'];

const field = (type: string, id: number) => ({ type, id });
const listOf = (type: string, id: number) => ({ rule: 'repeated', type, id });
/** @param comment that the loader's types insist on */
const method = (requestType: string, responseType: string, comment = '') => ({
  requestType,
  responseType,
  comment,
});

/** Field numbers and names are KEDA's. */
const MESSAGES = {
  ScaledObjectRef: {
    fields: {
      name: field('string', 1),
      namespace: field('string', 2),
      scalerMetadata: { keyType: 'string', ...field('string', 3) },
    },
  },
  IsActiveResponse: { fields: { result: field('bool', 1) } },
  GetMetricSpecResponse: { fields: { metricSpecs: listOf('MetricSpec', 1) } },
  MetricSpec: { fields: { metricName: field('string', 1) } },
  GetMetricsRequest: {
    fields: { scaledObjectRef: field('ScaledObjectRef', 1), metricName: field('string', 2) },
  },
  GetMetricsResponse: { fields: { metricValues: listOf('MetricValue', 1) } },
  MetricValue: {
    fields: {
      metricName: field('string', 1),
      metricValue: field('int64', 2),
      metricValueFloat: field('double', 3),
    },
  },
};

const ExternalScaler = {
  methods: {
    IsActive: method('ScaledObjectRef', 'IsActiveResponse'),
    GetMetricSpec: method('ScaledObjectRef', 'GetMetricSpecResponse'),
    GetMetrics: method('GetMetricsRequest', 'GetMetricsResponse'),
  },
};

export async function loadMethods(): Promise<Methods> {
  const { fromJSON } = await import('@grpc/proto-loader');
  const file = { nested: { externalscaler: { nested: { ...MESSAGES, ExternalScaler } } } };
  const service = fromJSON(file, { longs: String, defaults: true, arrays: true })[
    'externalscaler.ExternalScaler'
  ];
  if (!isMethods(service)) throw new Error('the protocol of external scalers is not complete');
  return service;
}

function isMethods(service: object | undefined): service is Methods {
  return service !== undefined && METHODS.every((name) => Object.hasOwn(service, name));
}
