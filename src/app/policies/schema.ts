// app: the resource with the metric sources that there are: one schema, one validator, one way to load.

import { type LoadResult, loadResources } from '../../api/load.ts';
import type { MetricBlock } from '../../api/schema/metric-block.ts';
import { policySchemaWith, poolSchema } from '../../api/schema/schema.ts';
import { inPresentForm as toPresentForm } from '../../api/validation/plain-values.ts';
import { createValidator, type ResourceValidator } from '../../api/validation/validate.ts';
import { azureStorageQueueBlock } from '../../metric-sources/azure-queue/schema.ts';
import { randomBlock } from '../../metric-sources/random/schema.ts';

/** Alphabetical, like the registry of metric sources. */
export const metricBlocks: readonly MetricBlock[] = [azureStorageQueueBlock, randomBlock];

export const policySchema = policySchemaWith(metricBlocks);

export { poolSchema };

export function createResourceValidator(): ResourceValidator {
  return createValidator({ policy: policySchema, pool: poolSchema, metricBlocks });
}

export const validator = createResourceValidator();

/** An object that an earlier version accepted, with its plain values as they are written now. */
export function inPresentForm<T extends { readonly kind: string }>(object: T): T {
  return toPresentForm(object, object.kind === 'CapacityPool' ? poolSchema : policySchema) as T;
}

/** Reads the policies and pools of a YAML or JSON text; `source` is where it is from, for people. */
export function loadPolicies(text: string, source: string): LoadResult {
  return loadResources(text, source, validator);
}
