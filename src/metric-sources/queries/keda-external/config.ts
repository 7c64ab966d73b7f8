// metric-sources: the `kedaExternal` block as TypeScript sees it, after its schema has accepted it.

import type { ValueSource } from '../../../api/policy.ts';
import type { ReadingFields } from '../../connection/reading-fields.ts';

export interface ScalerMetadatum {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: ValueSource;
  readonly secret?: ValueSource;
}

export interface KedaExternalMetric {
  readonly endpoint?: string;
  readonly endpointFrom?: ValueSource;
  /** Names of metrics. */
  readonly metrics?: ReadingFields<string>;
  readonly isActive: boolean;
  readonly scaledObject: { readonly name: string; readonly namespace: string };
  readonly scalerMetadata?: readonly ScalerMetadatum[];
  readonly auth?: { readonly certificate: ValueSource; readonly key: ValueSource };
  readonly caFile?: string;
  readonly inFlightPerInstance?: number;
}
