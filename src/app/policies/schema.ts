// app: the resource with the metric sources that there are: one schema, one validator, one way to load.

import { type LoadResult, loadResources } from '../../api/load.ts';
import type { JsonSchema } from '../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../api/schema/metric-block.ts';
import type { SchedulerBlock } from '../../api/schema/scheduler-block.ts';
import { policySchemaWith, poolSchema } from '../../api/schema/schema.ts';
import { inPresentForm as toPresentForm } from '../../api/validation/plain-values.ts';
import { createValidator, type ResourceValidator } from '../../api/validation/validate.ts';
import { METRIC_SOURCES } from '../../metric-sources/registry.ts';
import { blocksOf, SCHEDULERS } from '../../schedulers/registry.ts';

export { poolSchema };

export interface ResourceForm {
  readonly policySchema: JsonSchema;
  readonly metricBlocks: readonly MetricBlock[];
  readonly schedulerBlocks: readonly SchedulerBlock[];
  readonly validator: ResourceValidator;
  /** An object that an earlier version accepted, with its plain values as they are written now. */
  inPresentForm<T extends { readonly kind: string }>(object: T): T;
  /** Reads the policies and pools of a YAML or JSON text; `source` is where it is from, for people. */
  loadPolicies(text: string, source: string): LoadResult;
}

/** What follows from the blocks that `metric` and an app may have. */
export function resourceFormWith(
  metricBlocks: readonly MetricBlock[],
  schedulerBlocks: readonly SchedulerBlock[] = blocksOf(SCHEDULERS),
): ResourceForm {
  const policySchema = policySchemaWith(metricBlocks, schedulerBlocks);
  const validator = createValidator({
    policy: policySchema,
    pool: poolSchema,
    metricBlocks,
    schedulerBlocks,
  });
  return {
    policySchema,
    metricBlocks,
    schedulerBlocks,
    validator,
    inPresentForm: <T extends { readonly kind: string }>(object: T) =>
      toPresentForm(object, object.kind === 'CapacityPool' ? poolSchema : policySchema) as T,
    loadPolicies: (text, source) => loadResources(text, source, validator),
  };
}

export const resourceForm: ResourceForm = resourceFormWith(METRIC_SOURCES);

export const { policySchema, validator, inPresentForm, loadPolicies } = resourceForm;
